//! The wake wheel: when to look at which payment next. A cache of `wake_at`; the rows are the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use payment::{PaymentId, Timestamp};
use tokio::sync::Notify;

/// The wakes that this instance knows of, one a payment. A word that was decided on an older state of the payment never
/// replaces one that was decided on a newer state.
#[derive(Default)]
pub(crate) struct Wheel {
    wakes: Mutex<Wakes>,
    moved: Notify,
}

#[derive(Default)]
struct Wakes {
    by_time: BTreeSet<(Timestamp, PaymentId)>,
    by_payment: BTreeMap<PaymentId, Known>,
}

#[derive(Clone, Copy)]
struct Known {
    at: Timestamp,
    sequence: u64,
}

impl Wheel {
    /// Sets when a payment is looked at next, as decided on its state at `sequence`.
    pub(crate) fn set(&self, payment: PaymentId, sequence: u64, at: Timestamp) {
        let is_first = {
            let mut wakes = self.lock();
            if wakes.by_payment.get(&payment).is_some_and(|known| known.sequence > sequence) {
                return;
            }
            wakes.put(payment, Known { at, sequence })
        };
        if is_first {
            self.moved.notify_one();
        }
    }

    /// Makes a payment due at `at` unless it is due earlier.
    pub(crate) fn hasten(&self, payment: PaymentId, at: Timestamp) {
        let is_first = {
            let mut wakes = self.lock();
            match wakes.by_payment.get(&payment).copied() {
                Some(known) if known.at <= at => return,
                known => wakes.put(payment, Known { at, sequence: known.map_or(0, |known| known.sequence) }),
            }
        };
        if is_first {
            self.moved.notify_one();
        }
    }

    /// Sets a wake only for a payment that has none.
    pub(crate) fn set_if_unknown(&self, payment: PaymentId, at: Timestamp) {
        let is_unknown = !self.lock().by_payment.contains_key(&payment);
        if is_unknown {
            self.hasten(payment, at);
        }
    }

    /// Forgets a payment that has nothing due any more.
    pub(crate) fn forget(&self, payment: PaymentId) {
        self.lock().remove(payment);
    }

    /// Takes the payment that is due first, if it is due.
    pub(crate) fn take_due(&self, now: Timestamp) -> Option<PaymentId> {
        let mut wakes = self.lock();
        let (at, payment) = *wakes.by_time.first()?;
        (at <= now).then(|| {
            wakes.remove(payment);
            payment
        })
    }

    /// When the next payment is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.lock().by_time.first().map(|(at, _)| *at)
    }

    /// How many payments are watched.
    pub(crate) fn len(&self) -> usize {
        self.lock().by_payment.len()
    }

    /// Waits until an earlier wake than before was set.
    pub(crate) async fn moved(&self) {
        self.moved.notified().await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Wakes> {
        self.wakes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wakes {
    /// Puts a wake in place of any other of the payment; tells whether it is the first of all now.
    fn put(&mut self, payment: PaymentId, known: Known) -> bool {
        self.remove(payment);
        self.by_payment.insert(payment, known);
        self.by_time.insert((known.at, payment));
        self.by_time.first() == Some(&(known.at, payment))
    }

    fn remove(&mut self, payment: PaymentId) {
        if let Some(known) = self.by_payment.remove(&payment) {
            self.by_time.remove(&(known.at, payment));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(number: u128) -> PaymentId {
        PaymentId::from_uuid(number << 12)
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn payments_come_in_order_of_time_and_only_when_due() {
        let wheel = Wheel::default();
        wheel.set(payment(1), 1, at(30));
        wheel.set(payment(2), 1, at(10));
        wheel.set(payment(1), 2, at(20));
        wheel.hasten(payment(2), at(15));
        assert_eq!(wheel.next(), Some(at(10)));
        assert_eq!(wheel.take_due(at(9)), None);
        assert_eq!(wheel.take_due(at(25)), Some(payment(2)));
        assert_eq!(wheel.take_due(at(25)), Some(payment(1)), "the later word for payment 1 holds");
        assert_eq!(wheel.take_due(at(99)), None);
        assert_eq!(wheel.len(), 0);
    }
    #[test]
    fn a_word_on_an_older_state_never_replaces_a_newer_one() {
        let wheel = Wheel::default();
        wheel.set(payment(1), 5, at(10));
        wheel.set(payment(1), 4, at(99));
        assert_eq!(wheel.next(), Some(at(10)));
        wheel.hasten(payment(1), at(3));
        wheel.set(payment(1), 4, at(99));
        assert_eq!(wheel.next(), Some(at(3)), "a hint keeps the state's number");
    }
}
