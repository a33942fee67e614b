//! Tests that every connector passes (feature `conformance`, for tests only).
//!
//! [`wire_faults`] runs a connector against a bank that fails on the wire in every way, and checks the split of errors on
//! which all promises about money rest: what was not sent may be sent again, what may have been sent never is.

mod fault;
mod port;
mod sample;

pub use fault::wire_faults;
pub use port::{closed_address, listener};
pub use sample::{issue_request, order_request, plate, refund_request};
