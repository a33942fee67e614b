//! Queries for reading, on either database.

pub(crate) mod links;
pub(crate) mod operations;
pub(crate) mod outbox;
pub(crate) mod payments;
pub(crate) mod searches;
pub(crate) mod settings;
pub(crate) mod summaries;
pub(crate) mod unclaimed;
pub(crate) mod waiting;

/// A limit as databases take it.
fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
