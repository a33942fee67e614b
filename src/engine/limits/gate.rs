//! One server's gate: who is inside, who waits, and when the next one may go in. Pure: time and quota are handed in.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::Timestamp;
use tokio::sync::oneshot;

use super::Rank;
use super::breaker::Seen;
use super::breakers::{BankPart, Breakers, Probes, Verb};
use super::line::Line;
use crate::asking::Question;

/// Calls that were not made may be made up for within this time.
const BURST: Duration = Duration::from_millis(100);
/// Who waited where a bank turns out to be ill is told so one after the other, so far apart: what follows from it is written
/// down for each, and nobody at a bank that is well should wait for all of them.
const TOLD_APART: Duration = Duration::from_millis(2);
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

/// What became of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It came at this moment.
    Came(Timestamp),
    /// It will not come, since the bank is ill; nothing is to be done about it before this time has passed.
    Away(Duration),
}

/// Somebody in the queue.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) ticket: Ticket,
    pub(super) turn: oneshot::Receiver<Turn>,
    /// The call shows whether what was ill is well again.
    pub(super) probes: Probes,
}

/// A place in the queue: by rank, then by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    rank: Rank,
    number: u64,
}

struct Waiting {
    turn: oneshot::Sender<Turn>,
    part: BankPart,
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
    breakers: Breakers,
    /// Questions that were put off: of live buyers, of the watch.
    lines: [Line; 2],
    /// Questions for refunds that were put off while refunds are ill: nobody who asks for something else waits behind them.
    ill_refunds: Line,
}

impl Gate {
    /// Lets a call queue up that can't be asked for later, unless what it needs is ill.
    pub(super) fn queue_up(&mut self, rank: Rank, verb: Verb, now: Timestamp) -> Option<Admitted> {
        let probes = self.breakers.ask(verb, now).ok()?;
        Some(self.enter(rank, verb, false, probes))
    }

    fn enter(&mut self, rank: Rank, verb: Verb, is_question: bool, probes: Probes) -> Admitted {
        self.last_number += 1;
        let ticket = Ticket { rank, number: self.last_number };
        let (turn, waits) = oneshot::channel();
        self.questions += u32::from(is_question);
        self.queue.insert(ticket, Waiting { turn, part: verb.part(), is_question });
        Admitted { ticket, turn: waits, probes }
    }

    /// Takes somebody out of the queue who waits no longer.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        if let Some(waiting) = self.queue.remove(&ticket) {
            self.questions -= u32::from(waiting.is_question);
        }
    }

    /// How long calls take that are answered; `None`: none was yet.
    pub(super) fn call_time(&self) -> Option<Duration> {
        Some(self.call_time).filter(|took| !took.is_zero())
    }

    /// A place is free again.
    pub(super) fn give_back(&mut self) {
        self.inside -= 1;
    }

    /// Hears what became of a call that took so long. Who waits where the bank has just turned out to be ill is told that no turn
    /// comes.
    pub(super) fn hear(
        &mut self,
        (verb, probes): (Verb, Probes),
        seen: Seen,
        took: Duration,
        now: Timestamp,
        jitter: impl FnMut() -> u128,
    ) {
        if seen == Seen::Answer {
            self.call_time = (self.call_time * 3 + took) / 4;
        }
        if let Some(ill) = self.breakers.hear(verb, seen, probes, now, jitter) {
            self.turn_away(ill);
        }
    }

    /// Everything needs the part about orders.
    fn turn_away(&mut self, ill: BankPart) {
        let needs_it = |waiting: &Waiting| ill == BankPart::Orders || waiting.part == ill;
        let mut pause = Duration::ZERO;
        for (_, waiting) in self.queue.extract_if(.., |_, waiting| needs_it(waiting)) {
            self.questions -= u32::from(waiting.is_question);
            if waiting.turn.send(Turn::Away(pause)).is_ok() {
                pause += TOLD_APART;
            }
        }
    }

    pub(super) fn breakers(&mut self) -> &mut Breakers {
        &mut self.breakers
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
        if !self.breakers.let_pass(question.verb()) {
            return self.admit_probe(question, rank, quota, now);
        }
        let is_crowded = self.is_crowded(rank, quota);
        let pace = quota.spacing.max(self.call_time / quota.concurrency) * stretch(rank);
        let line = &mut self.lines[rank as usize];
        let is_its_turn = line.has_come(question, now) || !line.is_standing(now);
        if is_crowded || !is_its_turn {
            return Err(line.stand(question, pace, now));
        }
        Ok(self.enter(rank, question.verb(), true, Probes::default()))
    }

    /// Lets a question queue up that waits for nobody, unless the bank is ill: an error says when its time is.
    pub(super) fn admit_at_once(
        &mut self,
        question: Question,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admitted, Timestamp> {
        if self.breakers.let_pass(question.verb()) {
            return Ok(self.enter(Rank::Buyer, question.verb(), false, Probes::default()));
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
        match self.breakers.ask(question.verb(), now) {
            Ok(probes) => Ok(self.enter(rank, question.verb(), false, probes)),
            Err(from) => {
                let pace = quota.spacing * stretch(rank);
                let is_about_all = self.breakers.ill().any(|part| part == BankPart::Orders);
                let line = if is_about_all { &mut self.lines[rank as usize] } else { &mut self.ill_refunds };
                Err(line.stand_from(question, pace, from))
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
            if first.turn.send(Turn::Came(now)).is_ok() {
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
mod tests;
