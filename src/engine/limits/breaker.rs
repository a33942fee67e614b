//! One breaker: whether a bank that is ill is called at all. Pure: time and jitter are handed in.
//!
//! Only calls that were made are heard of, by *what may have happened*: an answer, also a clear no, is a healthy bank; a
//! call that was not sent or has an unknown outcome is a sick one. The breaker judges no payment: who is turned away was
//! certainly not sent, and comes again or goes elsewhere.
//!
//! ```text
//! closed ──many failures in a row──▶ open ──its pause is over──▶ probing ──answer──▶ closed
//!                                     ▲───────failure, longer pause──┘
//! ```

use std::time::Duration;

use payment::Timestamp;

/// So many calls in a row without an answer are an ill bank, not bad luck: of calls that fail one in ten times, these are
/// one in ten million.
const FAILURES_IN_A_ROW: u32 = 7;
/// The first pause.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Pauses double up to this one: a probe costs the bank nothing, and buyers wait for its recovery.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// A pause is longer by up to this part of it, so that instances do not probe together.
const JITTER_PART: u32 = 4;
/// What a call showed of its bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It answered.
    Answer,
    /// It could not be reached, or gave no answer that can be read.
    Failure,
}

/// Whether a call may go to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may.
    Go,
    /// It may, as the only one, to see whether the bank is well again.
    Probe,
    /// It may not; it is of no use to come before this time.
    NotBefore(Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaker {
    Closed {
        /// In a row.
        failures: u32,
    },
    Open {
        until: Timestamp,
        /// The pause after the next failure.
        next_pause: Duration,
    },
    Probing {
        next_pause: Duration,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// Whether a call may go now; as a probe only so long after the pause, where there are better ones. A probe that was let go
    /// must be heard of, or be given up.
    pub(super) fn ask(&mut self, behind: Duration, now: Timestamp) -> Verdict {
        match *self {
            Self::Closed { .. } => Verdict::Go,
            Self::Open { until, next_pause } => {
                let from = until.plus(behind);
                if now < from {
                    return Verdict::NotBefore(from);
                }
                *self = Self::Probing { next_pause };
                Verdict::Probe
            }
            Self::Probing { .. } => Verdict::NotBefore(now),
        }
    }

    /// Hears what became of a call. True: it has just opened, and nobody should wait for a turn.
    pub(super) fn hear(
        &mut self,
        seen: Seen,
        is_probe: bool,
        now: Timestamp,
        jitter: impl FnOnce() -> u128,
    ) -> bool {
        match (*self, seen) {
            (_, Seen::Answer) => *self = Self::default(),
            (Self::Closed { failures }, Seen::Failure) if failures + 1 < FAILURES_IN_A_ROW => {
                *self = Self::Closed { failures: failures + 1 };
            }
            (Self::Closed { .. }, Seen::Failure) => {
                *self = opened(FIRST_PAUSE, now, jitter());
                return true;
            }
            (Self::Probing { next_pause }, Seen::Failure) if is_probe => {
                *self = opened(next_pause, now, jitter());
                return true;
            }
            (Self::Open { .. } | Self::Probing { .. }, Seen::Failure) => {} // it was sent before
        }
        false
    }

    /// A probe was given up before the bank had its time: the next call is one.
    pub(super) fn give_up_probe(&mut self, now: Timestamp) {
        if let Self::Probing { next_pause } = *self {
            *self = Self::Open { until: now, next_pause };
        }
    }

    /// What [`Self::ask`] would turn away.
    pub(super) fn turns_away(&self, behind: Duration, now: Timestamp) -> bool {
        match *self {
            Self::Closed { .. } => false,
            Self::Open { until, .. } => now < until.plus(behind),
            Self::Probing { .. } => true,
        }
    }

    /// For people and metrics.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }
}

fn opened(pause: Duration, now: Timestamp, jitter: u128) -> Breaker {
    const STEPS: u32 = 256;
    let step = u32::try_from(jitter % u128::from(STEPS)).unwrap_or(0);
    let jitter = pause / JITTER_PART * step / STEPS;
    Breaker::Open { until: now.plus(pause + jitter), next_pause: (pause * 2).min(LONGEST_PAUSE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call for which there are no better probes, and one for which there are.
    const FIRST: Duration = Duration::ZERO;
    const BEHIND: Duration = Duration::from_secs(1);

    const START: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn at(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    fn opened_at_start() -> Breaker {
        let mut breaker = Breaker::default();
        for number in 1..=FAILURES_IN_A_ROW {
            let has_opened = breaker.hear(Seen::Failure, false, START, || 0);
            assert_eq!(has_opened, number == FAILURES_IN_A_ROW);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_any_answer_between_them_does_not() {
        let mut breaker = Breaker::default();
        for _ in 0..100 {
            for _ in 1..FAILURES_IN_A_ROW {
                breaker.hear(Seen::Failure, false, START, || 0);
            }
            breaker.hear(Seen::Answer, false, START, || 0);
            assert_eq!(breaker.ask(BEHIND, START), Verdict::Go);
        }
        assert!(!opened_at_start().is_closed());
    }

    #[test]
    fn while_it_is_open_nothing_goes_and_then_the_best_probe_goes_first() {
        let mut breaker = opened_at_start();
        assert_eq!(breaker.ask(FIRST, at(999)), Verdict::NotBefore(at(1_000)));
        assert_eq!(breaker.ask(BEHIND, at(1_000)), Verdict::NotBefore(at(2_000)));
        assert!(breaker.turns_away(BEHIND, at(1_999)));
        assert_eq!(breaker.ask(FIRST, at(1_000)), Verdict::Probe);
        assert_eq!(breaker.ask(FIRST, at(1_000)), Verdict::NotBefore(at(1_000)), "one at a time");
        assert!(breaker.turns_away(BEHIND, at(60_000)));
    }

    #[test]
    fn without_a_better_one_another_call_is_the_probe() {
        let mut breaker = opened_at_start();
        assert!(!breaker.turns_away(BEHIND, at(2_000)));
        assert_eq!(breaker.ask(BEHIND, at(2_000)), Verdict::Probe);
    }

    #[test]
    fn an_answer_closes_it_whoever_got_it() {
        let mut breaker = opened_at_start();
        breaker.hear(Seen::Answer, false, at(10), || 0);
        assert_eq!(breaker.ask(BEHIND, at(10)), Verdict::Go, "a call that was sent before it opened");
    }

    #[test]
    fn pauses_double_to_a_longest_one_with_a_jitter_of_a_quarter_at_most() {
        let mut breaker = opened_at_start();
        let (mut now, mut pauses) = (START, Vec::new());
        for jitter in [0, 128, 255, 0, 255] {
            let Breaker::Open { until, .. } = breaker else { panic!("it is open") };
            pauses.push(until.since(now).as_millis());
            now = until;
            assert_eq!(breaker.ask(FIRST, now), Verdict::Probe);
            assert!(!breaker.hear(Seen::Failure, false, now, || 0), "an old call says nothing new");
            assert!(breaker.hear(Seen::Failure, true, now, || jitter));
        }
        assert_eq!(pauses, [1_000, 2_000, 4_500, 9_992, 8_000]);
    }

    #[test]
    fn a_probe_that_is_given_up_makes_way_for_the_next_one() {
        let mut breaker = opened_at_start();
        assert_eq!(breaker.ask(FIRST, at(1_000)), Verdict::Probe);
        breaker.give_up_probe(at(1_500));
        assert_eq!(breaker.ask(FIRST, at(1_500)), Verdict::Probe);
    }
}
