//! One server's breakers: one for each thing that a bank does, so that one that it can't do stops nothing else. Pure.
//!
//! | part | its calls | where it is ill |
//! | --- | --- | --- |
//! | orders | questions for orders | nothing is called: without them nobody learns what became of any call, or sees a buyer pay |
//! | codes | creating and arming | no code is asked for; what exists is watched, withdrawn, refunded |
//! | withdrawals | annulling | codes are watched to their end |
//! | refunds | refunds and questions for them | refunds wait |
//!
//! A bank that is gone altogether is found out by whichever part is called first, and left alone by all once its orders can't
//! be asked for.

use std::time::Duration;

use payment::Timestamp;

use super::breaker::{Breaker, Seen, Verdict};
use crate::asking::Question;

/// A question is the better probe, for it has no effect. Another call is a probe of the same part, or of orders, only if no
/// question came for so long.
const QUESTIONS_FIRST: Duration = Duration::from_secs(1);

/// What is asked of a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Create a code, or arm a plate.
    Issue,
    /// Tell of an order, or of money on a code.
    AskOrder,
    /// Annul an order.
    Annul,
    /// Give money back.
    Refund,
    /// Tell of a refund.
    AskRefund,
}

/// A part of what a bank does, which may be ill while others are well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankPart {
    /// It tells what became of orders.
    Orders,
    /// It makes codes.
    Codes,
    /// It withdraws codes.
    Withdrawals,
    /// It gives money back.
    Refunds,
}

impl BankPart {
    /// All of them, by rank: where the first is ill nothing is called.
    pub const ALL: [Self; 4] = [Self::Orders, Self::Codes, Self::Withdrawals, Self::Refunds];

    /// A word for logs and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Codes => "codes",
            Self::Withdrawals => "withdrawals",
            Self::Refunds => "refunds",
        }
    }
}

impl Verb {
    /// Whose calls these are.
    pub(super) fn part(self) -> BankPart {
        match self {
            Self::AskOrder => BankPart::Orders,
            Self::Issue => BankPart::Codes,
            Self::Annul => BankPart::Withdrawals,
            Self::Refund | Self::AskRefund => BankPart::Refunds,
        }
    }

    /// How long it waits for a better probe of a part.
    fn behind(self, part: BankPart) -> Duration {
        let has_questions = matches!(part, BankPart::Orders | BankPart::Refunds);
        let is_question = matches!(self, Self::AskOrder | Self::AskRefund);
        if has_questions && !is_question { QUESTIONS_FIRST } else { Duration::ZERO }
    }
}

impl Question {
    pub(super) fn verb(self) -> Verb {
        match self {
            Self::Order(_) => Verb::AskOrder,
            Self::Refund(_) => Verb::AskRefund,
        }
    }
}

/// What a call shows of parts that are ill: whether they are well again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Probes {
    orders: bool,
    own: bool,
}

/// The breakers.
#[derive(Default)]
pub(super) struct Breakers {
    of_parts: [Breaker; BankPart::ALL.len()],
}

impl Breakers {
    /// Whether a call may go now; the error says before which time it is of no use to come. Probes that were let go must be heard
    /// of, or be given up.
    pub(super) fn ask(&mut self, verb: Verb, now: Timestamp) -> Result<Probes, Timestamp> {
        let mut probes = Probes { orders: self.ask_part(BankPart::Orders, verb, now)?, own: false };
        if verb.part() != BankPart::Orders {
            match self.ask_part(verb.part(), verb, now) {
                Ok(is_probe) => probes.own = is_probe,
                Err(from) => {
                    self.give_up(verb, probes, now);
                    return Err(from);
                }
            }
        }
        Ok(probes)
    }

    fn ask_part(&mut self, part: BankPart, verb: Verb, now: Timestamp) -> Result<bool, Timestamp> {
        match self.of(part).ask(verb.behind(part), now) {
            Verdict::Go => Ok(false),
            Verdict::Probe => Ok(true),
            Verdict::NotBefore(from) => Err(from),
        }
    }

    /// Hears what became of a call; tells the part that has just turned out to be ill, if one has: nobody should wait for a turn
    /// there.
    pub(super) fn hear(
        &mut self,
        verb: Verb,
        seen: Seen,
        probes: Probes,
        now: Timestamp,
        mut jitter: impl FnMut() -> u128,
    ) -> Option<BankPart> {
        let part = verb.part();
        let is_probe = if part == BankPart::Orders { probes.orders } else { probes.own };
        let has_opened = self.of(part).hear(seen, is_probe, now, &mut jitter);
        let orders_have_opened = part != BankPart::Orders
            && probes.orders
            && self.of(BankPart::Orders).hear(seen, true, now, &mut jitter);
        if orders_have_opened { Some(BankPart::Orders) } else { has_opened.then_some(part) }
    }

    /// Probes were given up before the bank had its time, unless they were heard of: the next calls are probes.
    pub(super) fn give_up(&mut self, verb: Verb, probes: Probes, now: Timestamp) {
        if probes.orders {
            self.of(BankPart::Orders).give_up_probe(now);
        }
        if probes.own {
            self.of(verb.part()).give_up_probe(now);
        }
    }

    /// Nothing that the call needs is known to be ill.
    pub(super) fn let_pass(&self, verb: Verb) -> bool {
        self.ill().all(|part| part != BankPart::Orders && part != verb.part())
    }

    /// A call would be turned away.
    pub(super) fn turns_away(&self, verb: Verb, now: Timestamp) -> bool {
        let parts = [BankPart::Orders, verb.part()];
        parts.iter().any(|part| self.of_parts[*part as usize].turns_away(verb.behind(*part), now))
    }

    /// The parts that are ill.
    pub(super) fn ill(&self) -> impl Iterator<Item = BankPart> {
        BankPart::ALL.into_iter().filter(|part| !self.of_parts[*part as usize].is_closed())
    }

    fn of(&mut self, part: BankPart) -> &mut Breaker {
        &mut self.of_parts[part as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_000_000_000);
    const VERBS: [Verb; 5] = [Verb::Issue, Verb::AskOrder, Verb::Annul, Verb::Refund, Verb::AskRefund];

    fn at(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    fn ill_in(verb: Verb) -> Breakers {
        let mut breakers = Breakers::default();
        while breakers.hear(verb, Seen::Failure, Probes::default(), START, || 0).is_none() {}
        breakers
    }

    #[test]
    fn what_a_bank_cannot_do_stops_nothing_else_but_where_orders_cannot_be_asked_for() {
        for (ill, stopped) in [
            (Verb::Issue, &[Verb::Issue][..]),
            (Verb::Annul, &[Verb::Annul]),
            (Verb::Refund, &[Verb::Refund, Verb::AskRefund]),
            (Verb::AskRefund, &[Verb::Refund, Verb::AskRefund]),
            (Verb::AskOrder, &VERBS),
        ] {
            for verb in VERBS {
                let mut breakers = ill_in(ill);
                let is_stopped = stopped.contains(&verb);
                assert_eq!(breakers.let_pass(verb), !is_stopped, "{ill:?} is ill: {verb:?}");
                assert_eq!(breakers.turns_away(verb, at(10)), is_stopped, "{ill:?} is ill: {verb:?}");
                assert_eq!(breakers.ask(verb, at(10)).is_err(), is_stopped, "{ill:?} is ill: {verb:?}");
            }
            assert_eq!(ill_in(ill).ill().collect::<Vec<_>>(), [ill.part()]);
        }
    }

    #[test]
    fn a_question_is_the_first_probe_and_a_call_without_one_is_at_once() {
        for (ill, verb, from_ms) in [
            (Verb::AskOrder, Verb::AskOrder, 1_000),
            (Verb::AskOrder, Verb::AskRefund, 1_000),
            (Verb::AskOrder, Verb::Issue, 2_000),
            (Verb::Refund, Verb::AskRefund, 1_000),
            (Verb::Refund, Verb::Refund, 2_000),
            (Verb::Issue, Verb::Issue, 1_000),
            (Verb::Annul, Verb::Annul, 1_000),
        ] {
            let mut breakers = ill_in(ill);
            assert_eq!(breakers.ask(verb, at(from_ms - 1)), Err(at(from_ms)), "{ill:?}: {verb:?}");
            assert!(breakers.turns_away(verb, at(from_ms - 1)), "{ill:?}: {verb:?}");
            assert!(breakers.ask(verb, at(from_ms)).is_ok(), "{ill:?}: {verb:?}");
            assert_eq!(breakers.ask(verb, at(from_ms)), Err(at(from_ms)), "{ill:?}: {verb:?}: one at a time");
        }
    }

    #[test]
    fn a_call_that_probes_two_parts_tells_of_both() {
        let ill_in_both = || {
            let mut breakers = ill_in(Verb::AskOrder);
            while breakers.hear(Verb::Issue, Seen::Failure, Probes::default(), START, || 0).is_none() {}
            breakers
        };
        let mut breakers = ill_in_both();
        let probes = breakers.ask(Verb::Issue, at(2_000)).unwrap();
        assert_eq!(probes, Probes { orders: true, own: true });
        assert_eq!(breakers.hear(Verb::Issue, Seen::Answer, probes, at(2_100), || 0), None);
        assert_eq!(breakers.ill().count(), 0);

        let mut breakers = ill_in_both();
        let probes = breakers.ask(Verb::Issue, at(2_000)).unwrap();
        let ill = breakers.hear(Verb::Issue, Seen::Failure, probes, at(2_100), || 0);
        assert_eq!(ill, Some(BankPart::Orders), "everybody stops waiting");
        assert_eq!(breakers.ask(Verb::AskOrder, at(4_099)), Err(at(4_100)), "the pause is longer");

        let mut breakers = ill_in_both();
        let probes = breakers.ask(Verb::Issue, at(2_000)).unwrap();
        breakers.give_up(Verb::Issue, probes, at(2_500));
        assert!(breakers.ask(Verb::AskOrder, at(2_500)).is_ok(), "the next one is a probe");
    }

    #[test]
    fn a_call_that_its_own_part_turns_away_leaves_the_probe_of_orders_to_others() {
        let mut breakers = ill_in(Verb::AskOrder);
        while breakers.hear(Verb::Issue, Seen::Failure, Probes::default(), at(1_500), || 0).is_none() {}
        assert_eq!(breakers.ask(Verb::Issue, at(2_000)), Err(at(2_500)));
        assert!(breakers.ask(Verb::AskOrder, at(2_000)).is_ok());
    }

    fn failures_until_ill(breakers: &mut Breakers) -> usize {
        let fails = || breakers.hear(Verb::AskOrder, Seen::Failure, Probes::default(), START, || 0);
        1 + std::iter::repeat_with(fails).take_while(Option::is_none).count()
    }

    #[test]
    fn a_probe_that_fails_after_somebody_elses_answer_is_one_failure_of_many() {
        let mut breakers = ill_in(Verb::AskOrder);
        let probes = breakers.ask(Verb::AskOrder, at(1_000)).unwrap();
        breakers.hear(Verb::AskOrder, Seen::Answer, Probes::default(), at(1_100), || 0);
        assert_eq!(breakers.hear(Verb::AskOrder, Seen::Failure, probes, at(1_200), || 0), None);
        assert_eq!(1 + failures_until_ill(&mut breakers), failures_until_ill(&mut Breakers::default()));
    }

    #[test]
    fn parts_have_the_names_that_metrics_and_pages_know() {
        let words = BankPart::ALL.map(BankPart::word);
        assert_eq!(words, ["orders", "codes", "withdrawals", "refunds"]);
    }

    #[test]
    fn an_answer_says_nothing_of_other_parts() {
        let mut breakers = ill_in(Verb::AskOrder);
        breakers.hear(Verb::Issue, Seen::Answer, Probes::default(), at(10), || 0);
        assert!(!breakers.let_pass(Verb::AskOrder));
        let mut breakers = ill_in(Verb::Refund);
        breakers.hear(Verb::AskOrder, Seen::Answer, Probes::default(), at(10), || 0);
        assert!(!breakers.let_pass(Verb::Refund));
        breakers.hear(Verb::AskRefund, Seen::Answer, Probes::default(), at(20), || 0);
        assert!(breakers.let_pass(Verb::Refund), "of its own it does, whoever got it");
    }
}
