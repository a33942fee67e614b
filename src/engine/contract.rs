//! The contract's messages as types: what registers send and what they get, the same on every transport.

mod command;
mod event;
mod fields;
mod query;
mod render;
mod snapshot;
mod totals;

pub(crate) use command::operation_of;
pub use command::{CancelBody, ClaimBody, GetBody, MoneyBody, PayBody, RefundBody, is_empty, read_object};
pub use event::{ConsoleBody, CreditBody, EventBody, QrBody, RefundBodyOut, Sum};
pub use fields::{Fault, read_fields, schema_of};
pub use query::{Capabilities, FindBody, FiscalizedBody, FoundBody, TotalsBody, TypeBody, UnclaimedBody};
pub(crate) use render::{Reply, journal};
pub(crate) use snapshot::{nothing_open, of_register, rejected, tombstone};
pub use snapshot::{open_of, state};
pub use totals::{Tally, Totals, TotalsLine};
