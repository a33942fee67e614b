//! The books: what we recorded, what registers were told, what the bank knows. They must say the same (P12).
//!
//! Plain data in, a list of differences out; nothing is read or asked here, so the same comparison serves the demo and every
//! test of the whole service. It is meant for a moment at which everything is over: what is still open, under way or on its
//! way to a register counts as a difference too.
//!
//! | check | holds |
//! |---|---|
//! | journal | facts are numbered without a gap and fold to the state; what is not settled has a time to wake (P6) |
//! | events | every event of the journal reached its register, with the same body, in order (P9); no register got another |
//! | orders | every order at the bank is one attempt of ours, made once; every code that we know is an order there |
//! | credits | every payment at the bank is one credit of ours and the other way round |
//! | refunds | every refund at the bank is one of ours and the other way round |
//! | money | one credit pays, every other one went back, no more went back than came (P1, P4) |

mod bank;
mod events;
mod journal;
mod ledger;
mod money;
mod received;
mod records;
mod totals;

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

use serde::Serialize;
use store::PaymentRecord;

pub use ledger::{Ledger, LedgerError, LedgerOrder, LedgerPayment, LedgerRefund};
pub use received::{Received, ReceivedEvent};
pub use records::{Parted, records_since};
pub use totals::{Column, Totals};

/// Three views of the same payments.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// Our records.
    pub records: &'a [PaymentRecord],
    /// What registers got, one entry a register. Registers that nobody listened for are not compared.
    pub received: &'a [Received],
    /// The bank's own account of the same time.
    pub ledger: &'a Ledger,
}

/// What a comparison found.
#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    /// The sums, side by side.
    pub totals: Totals,
    /// Where the views differ. Empty: they agree.
    pub differences: Vec<Difference>,
}

/// One thing on which two views differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which check found it.
    pub check: Check,
    /// What it is about: a payment, an order, a bank transaction, a register.
    pub about: String,
    /// What differs.
    pub says: String,
}

/// The checks, by what they look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Facts against the state.
    Journal,
    /// The journal's events against what registers got.
    Events,
    /// Attempts against the bank's orders.
    Orders,
    /// Credits against the bank's payments.
    Credits,
    /// Refunds against the bank's refunds.
    Refunds,
    /// The money rules.
    Money,
    /// The three columns of sums.
    Totals,
}

impl Books<'_> {
    /// Compares the three views.
    pub fn compare(&self) -> Findings {
        let mut differences = Vec::new();
        for record in self.records {
            journal::check(record, &mut differences);
            money::check(record, &mut differences);
        }
        events::check(self.records, self.received, &mut differences);
        bank::check(self.records, self.ledger, &mut differences);
        let totals = Totals::of(self);
        totals.check(&mut differences);
        Findings { totals, differences }
    }
}

impl Findings {
    /// Whether the three views say the same.
    pub fn agree(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Difference {
    pub(crate) fn new(check: Check, about: impl fmt::Display, says: impl Into<String>) -> Self {
        Self { check, about: about.to_string(), says: says.into() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.check.word(), self.about, self.says)
    }
}

impl Check {
    fn word(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Events => "events",
            Self::Orders => "orders",
            Self::Credits => "credits",
            Self::Refunds => "refunds",
            Self::Money => "money",
            Self::Totals => "totals",
        }
    }
}
