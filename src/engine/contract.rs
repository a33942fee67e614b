//! The contract's messages as types: what registers send and what they get, the same on every transport.

mod command;
mod event;
mod query;
mod render;
mod snapshot;

pub use command::{CancelBody, ClaimBody, GetBody, MoneyBody, PayBody, RefundBody};
pub(crate) use command::{Fault, operation_of, parse, read_object};
pub use event::{ConsoleBody, CreditBody, EventBody, QrBody, RefundBodyOut, Sum};
pub use query::{
    Capabilities, FindBody, FiscalizedBody, FoundBody, Tally, TotalsBody, TotalsLine, TypeBody, UnclaimedBody,
};
pub(crate) use render::{Reply, journal};
pub use snapshot::state;
pub(crate) use snapshot::{nothing_open, of_register, rejected, tombstone};
