//! The simulator over real sockets, as a merchant, a buyer and a test would use it.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail by panicking, too")]

mod buyer;
mod errors;
mod faults;
mod java_kit;
mod late_money;
mod links;
mod notifications;
mod refunds;
mod registration;
mod restart;
mod states;
mod support;
