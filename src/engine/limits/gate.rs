//! One server's gate: who is inside, who waits, and when the next one may go in. Pure: time and quota are handed in.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::Timestamp;
use tokio::sync::oneshot;

use super::Rank;
use super::breaker::{Breaker, Purpose, Seen, Verdict};
use super::line::Line;
use crate::asking::Question;

/// Calls that were not made may be made up for within this time.
const BURST: Duration = Duration::from_millis(100);
/// How often it is looked whether a gate that is closed is open again.
const CLOSED_FOR: Duration = Duration::from_millis(100);
/// While turns are scarce, the watch is put off so many times as far apart as live buyers are.
const WATCH_STRETCH: u32 = 4;

/// What a server is asked at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quota {
    /// Between two calls.
    spacing: Duration,
    /// Calls at once.
    concurrency: u32,
    /// There are no turns for now.
    is_closed: bool,
}

impl Quota {
    pub(super) fn new(rate_per_s: u32, concurrency: u32) -> Self {
        Self {
            spacing: Duration::from_secs(1) / rate_per_s.max(1),
            concurrency: concurrency.max(1),
            is_closed: false,
        }
    }

    /// One instance's part of it, where so many share it: together they stay within it, but each may have one call at a
    /// time. `None`: no part yet.
    pub(super) fn shared_by(self, instances: Option<u32>) -> Self {
        let Some(instances) = instances else { return Self { is_closed: true, ..self } };
        let instances = instances.max(1);
        Self { spacing: self.spacing * instances, concurrency: (self.concurrency / instances).max(1), ..self }
    }
}

/// Somebody in the queue.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) ticket: Ticket,
    /// Gives the moment at which the turn came; closed when no turn will come, since the bank is ill.
    pub(super) turn: oneshot::Receiver<Timestamp>,
    /// The call shows whether an ill bank is well again.
    pub(super) is_probe: bool,
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
    /// How long calls take that are answered, smoothed: with the places it tells what the server can really do.
    call_time: Duration,
    breaker: Breaker,
    /// Questions that were put off: of live buyers, of the watch.
    lines: [Line; 2],
}

impl Gate {
    /// Lets a call queue up that can't be asked for later, unless the bank is ill.
    pub(super) fn queue_up(&mut self, rank: Rank, purpose: Purpose, now: Timestamp) -> Option<Admitted> {
        match self.breaker.ask(purpose, now) {
            Verdict::Go => Some(self.enter(rank, false, false)),
            Verdict::Probe => Some(self.enter(rank, false, true)),
            Verdict::NotBefore(_) => None,
        }
    }

    fn enter(&mut self, rank: Rank, is_question: bool, is_probe: bool) -> Admitted {
        self.last_number += 1;
        let ticket = Ticket { rank, number: self.last_number };
        let (turn, waits) = oneshot::channel();
        self.questions += u32::from(is_question);
        self.queue.insert(ticket, Waiting { turn, is_question });
        Admitted { ticket, turn: waits, is_probe }
    }

    /// Takes somebody out of the queue who waits no longer.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        if let Some(waiting) = self.queue.remove(&ticket) {
            self.questions -= u32::from(waiting.is_question);
        }
    }

    /// A place is free again.
    pub(super) fn give_back(&mut self) {
        self.inside -= 1;
    }

    /// Hears what became of a call that took so long. True: the bank has just turned out to be ill.
    pub(super) fn hear(
        &mut self,
        seen: Seen,
        is_probe: bool,
        took: Duration,
        now: Timestamp,
        jitter: impl FnOnce() -> u128,
    ) -> bool {
        if seen == Seen::Answer {
            self.call_time = (self.call_time * 3 + took) / 4;
        }
        let has_opened = self.breaker.hear(seen, is_probe, now, jitter);
        if has_opened {
            self.queue.clear(); // who waited is told at once that no turn comes
            self.questions = 0;
        }
        has_opened
    }

    pub(super) fn breaker(&mut self) -> &mut Breaker {
        &mut self.breaker
    }

    /// Who is inside, and who waits.
    pub(super) fn crowd(&self) -> (usize, usize) {
        (self.inside as usize, self.queue.len())
    }

    /// Lets a question queue up, unless others stand in line before it, too many wait here, or the bank is ill: an error
    /// says when its time is.
    pub(super) fn admit(
        &mut self,
        question: Question,
        rank: Rank,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admitted, Timestamp> {
        if !self.breaker.is_closed() {
            return self.admit_probe(question, rank, quota, now);
        }
        let is_crowded = self.is_crowded(rank, quota);
        let pace = quota.spacing.max(self.call_time / quota.concurrency) * stretch(rank);
        let line = &mut self.lines[rank as usize];
        let is_its_turn = line.has_come(question, now) || !line.is_standing(now);
        if is_crowded || !is_its_turn {
            return Err(line.stand(question, pace, now));
        }
        Ok(self.enter(rank, true, false))
    }

    /// Lets a question queue up that waits for nobody, unless the bank is ill: an error says when its time is.
    pub(super) fn admit_at_once(
        &mut self,
        question: Question,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admitted, Timestamp> {
        if self.breaker.is_closed() {
            return Ok(self.enter(Rank::Buyer, false, false));
        }
        self.admit_probe(question, Rank::Buyer, quota, now)
    }

    /// One question at a time shows whether the bank is well again. The others get times that it could keep if it were.
    fn admit_probe(
        &mut self,
        question: Question,
        rank: Rank,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admitted, Timestamp> {
        match self.breaker.ask(Purpose::Question, now) {
            Verdict::Go | Verdict::Probe => Ok(self.enter(rank, false, true)),
            Verdict::NotBefore(from) => {
                let pace = quota.spacing * stretch(rank);
                Err(self.lines[rank as usize].stand_from(question, pace, from))
            }
        }
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
            if quota.is_closed {
                return self.again(CLOSED_FOR);
            }
            let next = self.next.map_or(now.minus(BURST), |next| next.max(now.minus(BURST)));
            if next > now {
                return self.again(next.since(now));
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

    fn again(&mut self, pause: Duration) -> Pump {
        let is_timed = std::mem::replace(&mut self.has_timer, true);
        if is_timed { Pump::Done } else { Pump::Again(pause) }
    }

    pub(super) fn timer_is_over(&mut self) {
        self.has_timer = false;
    }
}

fn stretch(rank: Rank) -> u32 {
    match rank {
        Rank::Buyer => 1,
        Rank::Watch => WATCH_STRETCH,
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
        let mut waiting: Vec<_> = (0..count).map(|_| enter(gate, Rank::Buyer)).collect();
        let mut turns = Vec::new();
        let mut now = START;
        while !waiting.is_empty() {
            let pumped = gate.pump(quota, now);
            waiting.retain_mut(|turn| {
                let came = turn.try_recv().is_ok();
                if came {
                    turns.push(u64::try_from(now.since(START).as_millis()).unwrap());
                    gate.give_back();
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
    fn instances_that_share_a_quota_stay_within_it_together() {
        for instances in 1..=7_u32 {
            let part = Quota::new(10, 12).shared_by(Some(instances));
            assert!(part.concurrency * instances <= 12, "{instances}");
            let calls_each = turns(&mut Gate::default(), part, 30).iter().filter(|at| **at < 60_000).count();
            let burst_at_most = 1; // each may make up for one call
            assert!(calls_each <= 600 / instances as usize + burst_at_most, "{instances}: {calls_each}");
        }
        assert_eq!(Quota::new(10, 2).shared_by(Some(5)).concurrency, 1, "at least one each");
    }

    #[test]
    fn an_instance_without_a_share_waits_for_it() {
        let (mut gate, quota) = (Gate::default(), Quota::new(10, 2));
        let mut waiting = enter(&mut gate, Rank::Buyer);
        assert_eq!(gate.pump(quota.shared_by(None), START), Pump::Again(CLOSED_FOR));
        assert!(waiting.try_recv().is_err());
        gate.timer_is_over();
        assert_eq!(gate.pump(quota.shared_by(Some(2)), at(100)), Pump::Done);
        assert!(waiting.try_recv().is_ok());
    }

    #[test]
    fn no_more_than_the_quota_are_inside_and_who_leaves_lets_the_next_one_in() {
        let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 2));
        let mut waiting: Vec<_> = (0..3).map(|_| enter(&mut gate, Rank::Buyer)).collect();
        assert_eq!(gate.pump(quota, START), Pump::Done);
        let came: Vec<bool> = waiting.iter_mut().map(|turn| turn.try_recv().is_ok()).collect();
        assert_eq!(came, [true, true, false]);
        gate.give_back();
        assert_eq!(gate.pump(quota, START), Pump::Done);
        assert!(waiting[2].try_recv().is_ok());
    }

    #[test]
    fn buyers_go_first_and_who_has_left_is_passed_over() {
        let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 1));
        let mut watch = gate.enter(Rank::Watch, true, false);
        let gone = gate.enter(Rank::Buyer, true, false);
        gate.leave(gone.ticket);
        drop(gone);
        drop(gate.enter(Rank::Buyer, true, false));
        let mut buyer = gate.enter(Rank::Buyer, true, false);
        gate.pump(quota, START);
        assert!(buyer.turn.try_recv().is_ok() && watch.turn.try_recv().is_err());
        assert_eq!(gate.questions, 1, "the watch still waits");
    }

    fn enter(gate: &mut Gate, rank: Rank) -> oneshot::Receiver<Timestamp> {
        gate.enter(rank, false, false).turn
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
        gate.hear(Seen::Answer, false, Duration::from_secs(8), START, || 0);
        let told = gate.admit(question(7), Rank::Buyer, quota, START).map(drop);
        assert_eq!(told, Err(at(1_150)), "by what calls take: 2 s by now, 2 at once");
    }

    #[test]
    fn who_comes_new_goes_behind_those_who_stand_in_line_and_whose_time_has_come_goes_in() {
        let (mut gate, quota) = (Gate::default(), Quota::new(20, 1));
        let first = gate.admit(question(1), Rank::Buyer, quota, START).unwrap();
        assert_eq!(gate.admit(question(2), Rank::Buyer, quota, START).map(drop), Err(at(100)));
        gate.leave(first.ticket);
        assert_eq!(gate.admit(question(3), Rank::Buyer, quota, at(50)).map(drop), Err(at(150)), "behind 2");
        assert!(gate.admit(question(2), Rank::Buyer, quota, at(100)).is_ok());
        assert!(
            gate.admit(question(4), Rank::Watch, quota, at(100)).is_err(),
            "the watch waits for nobody to wait"
        );
    }

    fn make_ill(gate: &mut Gate) {
        while !gate.hear(Seen::Failure, false, Duration::from_secs(10), START, || 0) {}
    }

    #[test]
    fn who_waits_is_told_at_once_when_the_bank_turns_out_to_be_ill() {
        let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 1));
        let mut waiting = gate.queue_up(Rank::Buyer, Purpose::Effect, START).unwrap();
        make_ill(&mut gate);
        assert_eq!(waiting.turn.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        assert!(gate.queue_up(Rank::Buyer, Purpose::Effect, at(1)).is_none());
        assert_eq!(gate.pump(quota, START), Pump::Done);
        assert_eq!(gate.crowd(), (0, 0));
    }

    #[test]
    fn one_question_is_the_probe_and_the_others_get_times_behind_it() {
        let (mut gate, quota) = (Gate::default(), Quota::new(5, 1));
        make_ill(&mut gate);
        let told = |gate: &mut Gate, number, now| {
            gate.admit(question(number), Rank::Buyer, quota, at(now)).map(|admitted| admitted.is_probe)
        };
        assert_eq!(told(&mut gate, 1, 0), Err(at(1_200)), "the pause, and one spacing of the rate");
        assert_eq!(told(&mut gate, 2, 0), Err(at(1_400)));
        let news = gate.admit_at_once(question(3), quota, at(10)).map(|admitted| admitted.is_probe);
        assert_eq!(news, Err(at(1_600)));
        assert_eq!(told(&mut gate, 1, 1_200), Ok(true));
        assert_eq!(told(&mut gate, 2, 1_400), Err(at(1_500)), "while it is asked");
        gate.hear(Seen::Answer, true, Duration::from_millis(50), at(1_450), || 0);
        assert_eq!(told(&mut gate, 2, 1_500), Ok(false));
    }
}
