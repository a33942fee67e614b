//! The contract's messages as types: what registers send and what they get, the same on every transport.

mod command;
mod event;
mod render;
mod snapshot;

pub use command::{CancelBody, ClaimBody, GetBody, MoneyBody, PayBody, RefundBody};
pub(crate) use command::{Fault, operation_of, parse, read_object};
pub use event::{ConsoleBody, CreditBody, EventBody, QrBody, RefundBodyOut, Sum};
pub(crate) use render::{Reply, journal};
pub(crate) use snapshot::{rejected, state, tombstone};
