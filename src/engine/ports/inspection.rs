//! What the inspection reads.

use payment::{Fact, Payment, ServerId, Timestamp};

/// A walk over the payments. Where several instances share a database, one at a time is on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Round {
    /// Rows are compared with their journals, again and again.
    Rows,
    /// A bank is asked what it says of payments that are over, once each: each authorization server has a round of its own, so
    /// that one that is ill keeps no other waiting (P13).
    Bank(ServerId),
}

impl Round {
    /// Its name in the database.
    pub fn word(&self) -> String {
        match self {
            Self::Rows => "rows".to_owned(),
            Self::Bank(server) => format!("bank:{server}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_keep_the_names_that_databases_know() {
        let bank = Round::Bank(ServerId::parse("north").unwrap());
        assert_eq!([Round::Rows.word(), bank.word()], ["rows", "bank:north"]);
    }
}
