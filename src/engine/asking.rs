//! Questions to banks that are under way: the same one is not asked twice at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::{AttemptId, RefundId, Timestamp};
use tokio::sync::Notify;

/// A wake may come this part of the pause too early.
const ROUGHLY: u32 = 10;
/// Paces of more orders than this are not kept.
const PACED_AT_MOST: usize = 10_000;

/// The questions that are being asked.
#[derive(Clone, Default)]
pub(crate) struct Asking {
    /// When orders were last asked for by plan, where a payment has several: each has a pace of its own.
    asked_at: Arc<Mutex<BTreeMap<AttemptId, Timestamp>>>,
    questions: Arc<Mutex<BTreeMap<Question, Asked>>>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// The state of an order.
    Order(AttemptId),
    /// The state of a refund.
    Refund(RefundId),
}

#[derive(Default)]
struct Asked {
    /// Something was learned while it was asked: the answer may be older than that.
    again: bool,
    ended: Arc<Notify>,
}

/// The right to ask, until it is dropped: by then the answer must have been fed.
pub(crate) struct MayAsk {
    asking: Asking,
    question: Question,
}

impl Asking {
    /// Begins to ask; `None` when it is being asked already.
    pub(crate) fn begin(&self, question: Question) -> Option<MayAsk> {
        let mut questions = self.lock();
        if questions.contains_key(&question) {
            return None;
        }
        questions.insert(question, Asked::default());
        Some(MayAsk { asking: self.clone(), question })
    }

    /// Whether an order's own pace lets it be asked now; it counts as asked then. A payment's wakes follow its fastest
    /// order.
    pub(crate) fn is_due(&self, order: AttemptId, pause: Duration, now: Timestamp) -> bool {
        let mut asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_too_early = |last: &Timestamp| now.since(*last) + pause / ROUGHLY < pause;
        if asked_at.get(&order).is_some_and(is_too_early) {
            return false;
        }
        if asked_at.len() >= PACED_AT_MOST {
            asked_at.clear(); // each is asked once too early
        }
        asked_at.insert(order, now);
        true
    }

    /// Wants the question to be asked once more after the answer that is under way; false if none is.
    pub(crate) fn once_more(&self, question: Question) -> bool {
        self.lock().get_mut(&question).map(|asked| asked.again = true).is_some()
    }

    /// Waits until an answer that is under way has been fed, and begins to ask; `None` when somebody else was faster.
    pub(crate) async fn begin_after(&self, question: Question) -> Option<MayAsk> {
        self.ended(question).await;
        let begun = self.begin(question);
        if begun.is_none() {
            self.ended(question).await; // asked after we came: its answer is as good as ours
        }
        begun
    }

    async fn ended(&self, question: Question) {
        let ended = {
            let questions = self.lock();
            let Some(asked) = questions.get(&question) else { return };
            Arc::clone(&asked.ended).notified_owned()
        };
        ended.await;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Question, Asked>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MayAsk {
    /// The answer has been fed. True: it is to be asked once more.
    pub(crate) fn end(self) -> bool {
        self.asking.lock().get(&self.question).is_some_and(|asked| asked.again)
    }
}

impl Drop for MayAsk {
    fn drop(&mut self) {
        if let Some(asked) = self.asking.lock().remove(&self.question) {
            asked.ended.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use payment::PaymentId;

    use super::*;

    fn order() -> Question {
        Question::Order(PaymentId::from_uuid(1 << 12).attempt(1))
    }

    #[test]
    fn a_question_is_asked_once_at_a_time_and_once_more_if_something_came_up() {
        let asking = Asking::default();
        assert!(!asking.once_more(order()), "nobody asks");
        let first = asking.begin(order()).unwrap();
        assert!(asking.begin(order()).is_none());
        assert!(asking.once_more(order()));
        assert!(first.end());
        let second = asking.begin(order()).unwrap();
        assert!(!second.end(), "that was for the first");
        assert!(asking.lock().is_empty());
    }

    fn an_order(number: u128) -> AttemptId {
        PaymentId::from_uuid(number << 12).attempt(1)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn an_order_has_a_pace_of_its_own_of_which_a_tenth_may_be_missing() {
        let asking = Asking::default();
        let is_due = |order, seconds| asking.is_due(an_order(order), Duration::from_secs(10), at(seconds));
        for (order, seconds, expected, why) in [
            (1, 0, true, "it was never asked for"),
            (2, 5, true, "another one"),
            (1, 8, false, "too early"),
            (1, 9, true, "a tenth is missing"),
            (2, 10, false, "its own five seconds"),
            (1, 17, false, "eight seconds after the last time"),
            (2, 15, true, "after the whole pause"),
        ] {
            assert_eq!(is_due(order, seconds), expected, "{order} at {seconds} s: {why}");
        }
    }

    #[test]
    fn no_more_paces_are_kept_than_there_is_room_for() {
        let asking = Asking::default();
        let paces = || asking.asked_at.lock().unwrap().len();
        for number in 1..=PACED_AT_MOST {
            assert!(asking.is_due(an_order(number as u128), Duration::from_secs(10), at(0)));
        }
        assert_eq!(paces(), PACED_AT_MOST);
        assert!(asking.is_due(an_order(0), Duration::from_secs(10), at(0)));
        assert_eq!(paces(), 1);
    }

    #[tokio::test]
    async fn who_comes_while_it_is_asked_waits_for_the_end_and_asks_anew() {
        let asking = Asking::default();
        let first = asking.begin(order()).unwrap();
        let mut next = Box::pin(asking.begin_after(order()));
        assert!(futures_util::poll!(&mut next).is_pending());
        drop(first);
        assert!(next.await.is_some());
    }
}
