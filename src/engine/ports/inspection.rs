//! What the inspection reads.

use payment::{Fact, Payment, Timestamp};

/// A walk over the payments. Where several instances share a database, one at a time is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Rows are compared with their journals, again and again.
    Rows,
    /// Banks are asked what they say of payments that are over, once each.
    Banks,
}

impl Round {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rows, Self::Banks];

    /// Its name in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Banks => "banks",
        }
    }
}

/// A payment's row as it stands, each column by itself, beside its journal.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The payment, with the state that the row holds.
    pub payment: Payment,
    /// The epoch of the instance that committed last.
    pub owner: u64,
    /// The column `sequence`.
    pub sequence: u64,
    /// The column `status`.
    pub status: String,
    /// The column `is_open`.
    pub is_open: bool,
    /// The column `settled`.
    pub settled: bool,
    /// The column `wake_at`.
    pub wake_at: Option<Timestamp>,
    /// The facts of the journal up to `sequence`, in order: number, time, fact.
    pub facts: Vec<(u64, Timestamp, Fact)>,
}
