//! Questions that were put off, each to a time of its own: as far apart as the server can take them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use payment::Timestamp;

use crate::asking::Question;

/// Nobody is put off for less: a wake costs a look at the database.
const AT_LEAST: Duration = Duration::from_millis(100);
/// Who has not come so long after his time does not come any more: his payment has ended.
const GIVEN_UP_AFTER: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(super) struct Line {
    end: Option<Timestamp>,
    by_question: BTreeMap<Question, Timestamp>,
    by_time: BTreeSet<(Timestamp, Question)>,
}

impl Line {
    /// Whether somebody's time is still to come: who comes new goes behind him.
    pub(super) fn is_standing(&self, now: Timestamp) -> bool {
        self.end.is_some_and(|end| end > now)
    }

    /// Whether it is the question's time; if so, it leaves the line.
    pub(super) fn has_come(&mut self, question: Question, now: Timestamp) -> bool {
        let has_come = self.by_question.get(&question).is_some_and(|at| *at <= now);
        if has_come {
            self.leave(question);
        }
        has_come
    }

    /// The time of a question that stands in line, else one behind all others.
    pub(super) fn stand(&mut self, question: Question, pace: Duration, now: Timestamp) -> Timestamp {
        if let Some(at) = self.by_question.get(&question) {
            return (*at).max(now.plus(AT_LEAST));
        }
        self.forget_who_did_not_come(now);
        let last = self.end.map_or(now, |end| end.max(now));
        let at = last.plus(pace).max(now.plus(AT_LEAST));
        self.end = Some(at);
        self.by_question.insert(question, at);
        self.by_time.insert((at, question));
        at
    }

    /// Like [`Self::stand`], at the earliest at `from`: a time before that is given up.
    pub(super) fn stand_from(&mut self, question: Question, pace: Duration, from: Timestamp) -> Timestamp {
        if self.by_question.get(&question).is_some_and(|at| *at < from) {
            self.leave(question);
        }
        self.stand(question, pace, from)
    }

    fn leave(&mut self, question: Question) {
        if let Some(at) = self.by_question.remove(&question) {
            self.by_time.remove(&(at, question));
        }
    }

    fn forget_who_did_not_come(&mut self, now: Timestamp) {
        while let Some((at, question)) = self.by_time.first().copied()
            && at.plus(GIVEN_UP_AFTER) < now
        {
            self.leave(question);
        }
    }
}

#[cfg(test)]
mod tests {
    use payment::PaymentId;

    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn at(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    fn question(number: u128) -> Question {
        Question::Order(PaymentId::from_uuid(number << 12).attempt(1))
    }

    #[test]
    fn each_has_a_time_of_its_own_and_keeps_it() {
        let mut line = Line::default();
        let pace = Duration::from_millis(80);
        let times: Vec<Timestamp> = (1..=3).map(|number| line.stand(question(number), pace, START)).collect();
        assert_eq!(times, [at(100), at(180), at(260)]);
        assert_eq!(line.stand(question(3), pace, at(10)), at(260), "asked again too early");
        assert!(line.is_standing(at(259)) && !line.is_standing(at(260)));
        assert!(!line.has_come(question(1), at(99)) && line.has_come(question(1), at(100)));
        assert!(!line.has_come(question(1), at(100)), "once");
    }

    #[test]
    fn who_has_a_time_that_is_of_no_use_gets_another_one() {
        let mut line = Line::default();
        let pace = Duration::from_millis(200);
        let stand = |line: &mut Line, number, from| line.stand_from(question(number), pace, at(from));
        assert_eq!([stand(&mut line, 1, 0), stand(&mut line, 2, 0)], [at(200), at(400)]);
        assert_eq!([stand(&mut line, 1, 300), stand(&mut line, 2, 300)], [at(600), at(400)]);
        assert_eq!(stand(&mut line, 2, 400), at(500), "its time is now: it stays before the other one");
    }

    #[test]
    fn who_does_not_come_is_forgotten() {
        let mut line = Line::default();
        for number in 1..=100 {
            line.stand(question(number), Duration::ZERO, START);
        }
        line.stand(question(101), Duration::ZERO, at(70_000));
        assert_eq!((line.by_question.len(), line.by_time.len()), (1, 1));
    }
}
