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
    /// Nothing is due before this time.
    rest_until: Option<Timestamp>,
}

#[derive(Clone, Copy)]
struct Known {
    at: Timestamp,
    sequence: u64,
    /// It is due because something has happened, not by plan.
    is_news: bool,
}

/// A payment that is to be looked at now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) payment: PaymentId,
    /// Something has happened.
    pub(crate) is_news: bool,
}

impl Wheel {
    /// Sets when a payment is looked at next, as decided on its state at `sequence`.
    pub(crate) fn set(&self, payment: PaymentId, sequence: u64, at: Timestamp) {
        self.put(payment, |known| match known {
            Some(known) if known.sequence > sequence => None,
            _ => Some(Known { at, sequence, is_news: false }),
        });
    }

    /// Makes sure that a payment is looked at by `at`, as decided on its state at `sequence`: an earlier wake stays.
    pub(crate) fn expect(&self, payment: PaymentId, sequence: u64, at: Timestamp) {
        self.put(payment, |known| match known {
            Some(known) if known.sequence > sequence || known.at <= at => None,
            _ => Some(Known { at, sequence, is_news: false }),
        });
    }

    /// Makes a payment due at `at` unless it is due earlier, whatever was decided on it.
    pub(crate) fn hasten(&self, payment: PaymentId, at: Timestamp) {
        self.put(payment, |known| match known {
            Some(known) if known.at <= at => None,
            Some(known) => Some(Known { at, ..known }),
            None => Some(Known { at, sequence: 0, is_news: false }),
        });
    }

    /// Makes a payment due now, since something has happened to it.
    pub(crate) fn wake_now(&self, payment: PaymentId, now: Timestamp) {
        self.put(payment, |known| {
            let (at, sequence) = known.map_or((now, 0), |known| (known.at.min(now), known.sequence));
            Some(Known { at, sequence, is_news: true })
        });
    }

    /// Sets a wake only for a payment that has none.
    pub(crate) fn set_if_unknown(&self, payment: PaymentId, at: Timestamp) {
        self.put(payment, |known| known.is_none().then_some(Known { at, sequence: 0, is_news: false }));
    }

    /// Forgets a payment that has nothing due any more, as decided on its state at `sequence`.
    pub(crate) fn forget(&self, payment: PaymentId, sequence: u64) {
        let mut wakes = self.lock();
        if wakes.by_payment.get(&payment).is_some_and(|known| known.sequence <= sequence) {
            wakes.remove(payment);
        }
    }

    /// Whether a newer state of the payment than the one at `sequence` is known to have been decided on.
    pub(crate) fn knows_newer(&self, payment: PaymentId, sequence: u64) -> bool {
        self.lock().by_payment.get(&payment).is_some_and(|known| known.sequence > sequence)
    }

    /// Takes the payment that is due first, if it is due.
    pub(crate) fn take_due(&self, now: Timestamp) -> Option<Due> {
        let mut wakes = self.lock();
        let (at, payment) = *wakes.by_time.first()?;
        let is_resting = wakes.rest_until.is_some_and(|until| now < until);
        if at > now || is_resting {
            return None;
        }
        let is_news = wakes.remove(payment).is_some_and(|known| known.is_news);
        Some(Due { payment, is_news })
    }

    /// Lets nothing be due before `until`, since nothing can be looked at; false: that was known.
    pub(crate) fn rest(&self, now: Timestamp, until: Timestamp) -> bool {
        let mut wakes = self.lock();
        let is_news = wakes.rest_until.is_none_or(|until| until <= now);
        wakes.rest_until = Some(until);
        is_news
    }

    /// When the next payment is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        let wakes = self.lock();
        let next = wakes.by_time.first().map(|(at, _)| *at)?;
        Some(wakes.rest_until.map_or(next, |until| next.max(until)))
    }

    /// How many payments are watched.
    pub(crate) fn len(&self) -> usize {
        self.lock().by_payment.len()
    }

    /// Waits until an earlier wake than before was set.
    pub(crate) async fn moved(&self) {
        self.moved.notified().await;
    }

    fn put(&self, payment: PaymentId, next: impl FnOnce(Option<Known>) -> Option<Known>) {
        let is_first = {
            let mut wakes = self.lock();
            let Some(next) = next(wakes.by_payment.get(&payment).copied()) else { return };
            wakes.put(payment, next)
        };
        if is_first {
            self.moved.notify_one();
        }
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

    fn remove(&mut self, payment: PaymentId) -> Option<Known> {
        let known = self.by_payment.remove(&payment)?;
        self.by_time.remove(&(known.at, payment));
        Some(known)
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

    fn due(number: u128) -> Due {
        Due { payment: payment(number), is_news: false }
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
        assert_eq!(wheel.take_due(at(25)), Some(due(2)));
        assert_eq!(wheel.take_due(at(25)), Some(due(1)), "the later word for payment 1 holds");
        assert_eq!(wheel.take_due(at(99)), None);
        assert_eq!(wheel.len(), 0);
    }

    #[test]
    fn a_word_on_an_older_state_never_replaces_a_newer_one() {
        let wheel = Wheel::default();
        wheel.set(payment(1), 5, at(10));
        wheel.set(payment(1), 4, at(99));
        wheel.expect(payment(1), 4, at(1));
        wheel.forget(payment(1), 4);
        assert_eq!(wheel.next(), Some(at(10)));
        assert!(wheel.knows_newer(payment(1), 4) && !wheel.knows_newer(payment(1), 5));
        wheel.set(payment(1), 5, at(12));
        assert_eq!(wheel.next(), Some(at(12)), "another word on the same state holds");
        wheel.hasten(payment(1), at(3));
        wheel.set(payment(1), 4, at(99));
        assert_eq!(wheel.next(), Some(at(3)), "a hint keeps the state's number");
        wheel.forget(payment(1), 5);
        assert_eq!(wheel.next(), None);
    }

    #[test]
    fn news_makes_a_payment_due_now_and_is_told_once() {
        let wheel = Wheel::default();
        wheel.set(payment(1), 5, at(90));
        wheel.wake_now(payment(1), at(7));
        for by in [7, 50] {
            wheel.expect(payment(1), 5, at(by));
        }
        assert_eq!(wheel.take_due(at(7)), Some(Due { payment: payment(1), is_news: true }));
        wheel.wake_now(payment(2), at(8));
        wheel.hasten(payment(2), at(9));
        assert_eq!(wheel.take_due(at(8)), Some(Due { payment: payment(2), is_news: true }));
        wheel.set(payment(1), 6, at(9));
        assert_eq!(wheel.take_due(at(9)), Some(due(1)));
    }

    #[test]
    fn nothing_is_due_while_the_wheel_rests() {
        let wheel = Wheel::default();
        wheel.set(payment(1), 1, at(10));
        assert!(wheel.rest(at(10), at(50)) && !wheel.rest(at(11), at(51)));
        assert_eq!((wheel.take_due(at(50)), wheel.next()), (None, Some(at(51))));
        assert_eq!(wheel.take_due(at(51)), Some(due(1)));
        assert!(wheel.rest(at(51), at(70)), "it is news again");
    }

    #[test]
    fn what_learned_nothing_leaves_an_earlier_wake_alone() {
        let wheel = Wheel::default();
        wheel.expect(payment(1), 5, at(20));
        wheel.expect(payment(1), 5, at(30));
        assert_eq!(wheel.next(), Some(at(20)));
        wheel.expect(payment(1), 5, at(10));
        assert_eq!(wheel.next(), Some(at(10)));
        wheel.set_if_unknown(payment(1), at(1));
        assert_eq!(wheel.next(), Some(at(10)), "it is known");
    }
}
