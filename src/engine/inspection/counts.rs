//! What inspections came to, since the start.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use payment::PaymentId;

use crate::engine::Engine;

/// Payments that were told about are remembered up to this many; then they are told once more.
const TOLD_AT_MOST: usize = 10_000;

/// What inspections of this instance came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inspected {
    /// Rows that were compared with their journals.
    pub rows: u64,
    /// Rows that were mended.
    pub mended: u64,
    /// Findings that a person must look at.
    pub listed: u64,
    /// Orders that banks were asked for once more.
    pub asked: u64,
    /// Orders of which a bank told otherwise than our books.
    pub differed: u64,
}

/// The counters behind [`Inspected`].
#[derive(Default)]
pub(crate) struct Counts {
    pub(super) rows: AtomicU64,
    pub(super) mended: AtomicU64,
    pub(super) listed: AtomicU64,
    pub(super) asked: AtomicU64,
    pub(super) differed: AtomicU64,
    told: Mutex<BTreeSet<PaymentId>>,
}

impl Counts {
    /// Whether this payment is told about for the first time: rounds come again.
    pub(super) fn is_news(&self, payment: PaymentId) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_AT_MOST {
            told.clear();
        }
        told.insert(payment)
    }
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Engine {
    /// What the inspections of this instance came to so far.
    pub fn inspected(&self) -> Inspected {
        let counts = self.inspection();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Inspected {
            rows: read(&counts.rows),
            mended: read(&counts.mended),
            listed: read(&counts.listed),
            asked: read(&counts.asked),
            differed: read(&counts.differed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_told_about_once_until_more_were_than_are_remembered() {
        let counts = Counts::default();
        let payment = |number: usize| PaymentId::from_uuid(u128::try_from(number).unwrap() << 12);
        for number in 0..TOLD_AT_MOST {
            assert!(counts.is_news(payment(number)), "{number}");
        }
        assert_eq!(counts.told.lock().unwrap().len(), TOLD_AT_MOST);
        assert!(counts.is_news(payment(TOLD_AT_MOST)));
        assert!(!counts.is_news(payment(TOLD_AT_MOST)));
        assert!(counts.is_news(payment(0)), "it was forgotten with the others");
    }
}
