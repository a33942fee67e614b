//! The promises of the product (ARCHITECTURE.md), as far as a run can put them at risk.

use std::collections::BTreeMap;

/// A promise that runs put to the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// At most one payable shown code per payment, and every credit beyond the first is found and given back or claimed.
    P1,
    /// A message is acknowledged only after its effect is durable; repeats change nothing.
    P2,
    /// A final state never changes, except through late money and review.
    P3,
    /// The sum of refunds never exceeds the credit; no refund is sent twice while its first sending may have worked.
    P4,
    /// No *paid* is told without matching id, matching amount and a bank transaction.
    P5,
    /// Every payment that is not settled goes on, after any crash.
    P6,
    /// What is unknown is never told as failed.
    P7,
    /// A screen shows only a live code of its own register.
    P8,
    /// Each event reaches the register at least once, in order.
    P9,
    /// What we report equals the journal, the fold of the state, and the bank's register.
    P12,
    /// A bank that is ill is not called but for a probe from time to time.
    P13,
}

impl Promise {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::P1,
        Self::P2,
        Self::P3,
        Self::P4,
        Self::P5,
        Self::P6,
        Self::P7,
        Self::P8,
        Self::P9,
        Self::P12,
        Self::P13,
    ];

    /// Its name in ARCHITECTURE.md.
    pub fn name(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
            Self::P5 => "P5",
            Self::P6 => "P6",
            Self::P7 => "P7",
            Self::P8 => "P8",
            Self::P9 => "P9",
            Self::P12 => "P12",
            Self::P13 => "P13",
        }
    }

    /// What counts as a moment at which it could have been broken.
    pub fn risk(self) -> &'static str {
        match self {
            Self::P1 => {
                "an order that may be paid while nobody knows its code, or money beyond the first or after the end"
            }
            Self::P2 => "a command delivered again, or a cancel that overtook its pay",
            Self::P3 => "money, a cancel or a repeat that came after the end was told",
            Self::P4 => "a refund whose sending was unknown, or that was asked for beyond what is left",
            Self::P5 => "a bank that told of money which must not be believed",
            Self::P6 => "a payment that was not settled when its instance died",
            Self::P7 => "a call that may have had an effect, and whose outcome was not learned",
            Self::P8 => {
                "a look of a screen while an end or an orphan of its register could be mistaken for a live code"
            }
            Self::P9 => "an event that came back, failed, was sent twice, or had to survive a crash",
            Self::P13 => "a call to a bank that has not answered for a while",
            Self::P12 => "a payment whose money moved more than once, or at a bank that lied about it",
        }
    }
}

/// How often each promise was at risk, and what was found broken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Moments of risk.
    pub at_risk: BTreeMap<Promise, u64>,
    /// Broken promises, with what was seen.
    pub broken: Vec<(Promise, String)>,
}

/// More than these of one run say nothing new.
const BROKEN_AT_MOST: usize = 20;

impl Tally {
    pub(crate) fn risk(&mut self, promise: Promise, times: u64) {
        *self.at_risk.entry(promise).or_default() += times;
    }

    pub(crate) fn broken(&mut self, promise: Promise, what: String) {
        if self.broken.len() < BROKEN_AT_MOST {
            self.broken.push((promise, what));
        }
    }

    /// Adds what another run found.
    pub fn add(&mut self, other: &Self) {
        for (promise, times) in &other.at_risk {
            self.risk(*promise, *times);
        }
    }
}
