//! One server's gate: who is inside, who waits, and when the next one may go in. Pure: time and quota are handed in.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::Timestamp;
use tokio::sync::oneshot;

use super::Rank;
use super::line::Line;
use crate::asking::Question;

/// Calls that were not made may be made up for within this time.
const BURST: Duration = Duration::from_millis(100);
/// While turns are scarce, the watch is put off so many times as far apart as live buyers are.
const WATCH_STRETCH: u32 = 4;

/// What a server is asked at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quota {
    /// Between two calls.
    spacing: Duration,
    /// Calls at once.
    concurrency: u32,
}

impl Quota {
    pub(super) fn new(rate_per_s: u32, concurrency: u32) -> Self {
        Self { spacing: Duration::from_secs(1) / rate_per_s.max(1), concurrency: concurrency.max(1) }
    }
}

/// A place in the queue: by rank, then by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    rank: Rank,
    number: u64,
}

struct Waiting {
    /// Takes the moment at which the turn came.
    turn: oneshot::Sender<Timestamp>,
    is_question: bool,
}

/// What is to be done after turns were given out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pump {
    /// Nothing: somebody will leave, or nobody waits, or a timer runs.
    Done,
    /// Pump again after this time.
    Again(Duration),
}

#[derive(Default)]
pub(super) struct Gate {
    inside: u32,
    /// The next call fits the rate from here on (generic cell rate algorithm).
    next: Option<Timestamp>,
    queue: BTreeMap<Ticket, Waiting>,
    last_number: u64,
    questions: u32,
    has_timer: bool,
    /// How long calls take, smoothed: with the places it tells what the server can really do.
    call_time: Duration,
    /// Questions that were put off: of live buyers, of the watch.
    lines: [Line; 2],
}

impl Gate {
    pub(super) fn queue_up(
        &mut self,
        rank: Rank,
        is_question: bool,
    ) -> (Ticket, oneshot::Receiver<Timestamp>) {
        self.last_number += 1;
        let ticket = Ticket { rank, number: self.last_number };
        let (turn, waits) = oneshot::channel();
        self.questions += u32::from(is_question);
        self.queue.insert(ticket, Waiting { turn, is_question });
        (ticket, waits)
    }

    /// Takes somebody out of the queue who waits no longer.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        if let Some(waiting) = self.queue.remove(&ticket) {
            self.questions -= u32::from(waiting.is_question);
        }
    }

    /// A place is free again; `took`: the call was made.
    pub(super) fn give_back(&mut self, took: Option<Duration>) {
        self.inside -= 1;
        if let Some(took) = took {
            self.call_time = (self.call_time * 3 + took) / 4;
        }
    }

    /// Lets a question queue up, unless others stand in line before it or too many wait here: an error says when its
    /// time is.
    pub(super) fn admit(
        &mut self,
        question: Question,
        rank: Rank,
        quota: Quota,
        now: Timestamp,
    ) -> Result<(Ticket, oneshot::Receiver<Timestamp>), Timestamp> {
        let is_crowded = self.is_crowded(rank, quota);
        let (index, stretch) = match rank {
            Rank::Buyer => (0, 1),
            Rank::Watch => (1, WATCH_STRETCH),
        };
        let pace = quota.spacing.max(self.call_time / quota.concurrency) * stretch;
        let line = &mut self.lines[index];
        let is_its_turn = line.has_come(question, now) || !line.is_standing(now);
        if is_crowded || !is_its_turn {
            return Err(line.stand(question, pace, now));
        }
        Ok(self.queue_up(rank, true))
    }

    /// As many wait as can be inside, or, for the watch, anybody.
    fn is_crowded(&self, rank: Rank, quota: Quota) -> bool {
        match rank {
            Rank::Buyer => self.questions >= quota.concurrency,
            Rank::Watch => !self.queue.is_empty(),
        }
    }

    /// Gives out the turns that are free now.
    pub(super) fn pump(&mut self, quota: Quota, now: Timestamp) -> Pump {
        while self.inside < quota.concurrency {
            if self.queue.is_empty() {
                return Pump::Done;
            }
            let next = self.next.map_or(now.minus(BURST), |next| next.max(now.minus(BURST)));
            if next > now {
                let is_timed = std::mem::replace(&mut self.has_timer, true);
                return if is_timed { Pump::Done } else { Pump::Again(next.since(now)) };
            }
            let Some((_, first)) = self.queue.pop_first() else { return Pump::Done };
            self.questions -= u32::from(first.is_question);
            if first.turn.send(now).is_ok() {
                self.inside += 1;
                self.next = Some(next.plus(quota.spacing));
            }
        }
        Pump::Done
    }

    pub(super) fn timer_is_over(&mut self) {
        self.has_timer = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn at(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    /// When each of so many who come at once gets a turn, in milliseconds, if each leaves at once.
    fn turns(gate: &mut Gate, quota: Quota, count: usize) -> Vec<u64> {
        let mut waiting: Vec<_> = (0..count).map(|_| gate.queue_up(Rank::Buyer, false).1).collect();
        let mut turns = Vec::new();
        let mut now = START;
        while !waiting.is_empty() {
            let pumped = gate.pump(quota, now);
            waiting.retain_mut(|turn| {
                let came = turn.try_recv().is_ok();
                if came {
                    turns.push(u64::try_from(now.since(START).as_millis()).unwrap());
                    gate.give_back(None);
                }
                !came
            });
            if let Pump::Again(pause) = pumped {
                now = now.plus(pause);
                gate.timer_is_over();
            }
        }
        turns
    }

    #[test]
    fn calls_are_spread_by_the_rate_after_a_short_burst() {
        let turns = turns(&mut Gate::default(), Quota::new(10, 100), 8);
        assert_eq!(turns, [0, 0, 100, 200, 300, 400, 500, 600]);
    }

    #[test]
    fn no_more_than_the_quota_are_inside_and_who_leaves_lets_the_next_one_in() {
        let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 2));
        let mut waiting: Vec<_> = (0..3).map(|_| gate.queue_up(Rank::Buyer, false).1).collect();
        assert_eq!(gate.pump(quota, START), Pump::Done);
        let came: Vec<bool> = waiting.iter_mut().map(|turn| turn.try_recv().is_ok()).collect();
        assert_eq!(came, [true, true, false]);
        gate.give_back(None);
        assert_eq!(gate.pump(quota, START), Pump::Done);
        assert!(waiting[2].try_recv().is_ok());
    }

    #[test]
    fn buyers_go_first_and_who_has_left_is_passed_over() {
        let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 1));
        let (_, mut watch) = gate.queue_up(Rank::Watch, true);
        let (gone, turn) = gate.queue_up(Rank::Buyer, true);
        gate.leave(gone);
        drop(turn);
        let (_, dropped) = gate.queue_up(Rank::Buyer, true);
        drop(dropped);
        let (_, mut buyer) = gate.queue_up(Rank::Buyer, true);
        gate.pump(quota, START);
        assert!(buyer.try_recv().is_ok() && watch.try_recv().is_err());
        assert_eq!(gate.questions, 1, "the watch still waits");
    }

    fn question(number: u128) -> Question {
        Question::Order(payment::PaymentId::from_uuid(number << 12).attempt(1))
    }

    #[test]
    fn questions_beyond_one_round_stand_in_line_as_the_server_can_take_them() {
        let (mut gate, quota) = (Gate::default(), Quota::new(20, 2));
        let _waiting: Vec<_> =
            (1..=2).map(|n| gate.admit(question(n), Rank::Buyer, quota, START).unwrap()).collect();
        let mut told = |number, rank, now| gate.admit(question(number), rank, quota, now).map(drop);
        assert_eq!(told(3, Rank::Buyer, START), Err(at(100)));
        assert_eq!(told(4, Rank::Buyer, START), Err(at(150)), "by the rate");
        assert_eq!(told(5, Rank::Watch, START), Err(at(200)));
        assert_eq!(told(6, Rank::Watch, START), Err(at(400)), "the watch is asked less often");
        gate.inside = 1;
        gate.give_back(Some(Duration::from_secs(8)));
        let told = gate.admit(question(7), Rank::Buyer, quota, START).map(drop);
        assert_eq!(told, Err(at(1_150)), "by what calls take: 2 s by now, 2 at once");
    }

    #[test]
    fn who_comes_new_goes_behind_those_who_stand_in_line_and_whose_time_has_come_goes_in() {
        let (mut gate, quota) = (Gate::default(), Quota::new(20, 1));
        let (ticket, _turn) = gate.admit(question(1), Rank::Buyer, quota, START).unwrap();
        assert_eq!(gate.admit(question(2), Rank::Buyer, quota, START).map(drop), Err(at(100)));
        gate.leave(ticket);
        assert_eq!(gate.admit(question(3), Rank::Buyer, quota, at(50)).map(drop), Err(at(150)), "behind 2");
        assert!(gate.admit(question(2), Rank::Buyer, quota, at(100)).is_ok());
        assert!(
            gate.admit(question(4), Rank::Watch, quota, at(100)).is_err(),
            "the watch waits for nobody to wait"
        );
    }
}
