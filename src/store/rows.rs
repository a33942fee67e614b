//! Between the port's plain data and rows of tables. Writing side: done in the caller's task, so that the writer only
//! binds and executes. Reading side: every row is checked, none is trusted.

mod journal;
mod operation;
mod payment;
mod unclaimed;

pub(crate) use journal::{EventColumns, FactColumns, JournalColumns, journal_columns};
pub(crate) use operation::OperationColumns;
pub(crate) use payment::{
    PaymentColumns, StateColumns, StoredColumns, SummaryColumns, holds_register, last_payer, newest_code,
};
pub(crate) use unclaimed::UnclaimedColumns;

use engine::ports::StoreError;

use crate::error::damaged;

/// A whole number as databases keep it.
pub(crate) fn signed(what: &str, number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError(format!("{what} {number} is beyond what is stored")))
}

/// A whole number that was stored by [`signed`].
pub(crate) fn unsigned(what: &str, number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|error| damaged(what, error))
}

/// A stored text as one of our types.
pub(crate) fn parsed<T, E: std::fmt::Display>(what: &str, parse: Result<T, E>) -> Result<T, StoreError> {
    parse.map_err(|error| damaged(what, error))
}
