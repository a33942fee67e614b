//! Limits per authorization server: calls at once, and calls per second. Who has to wait, waits in order of rank.
//!
//! Calls with an effect wait as long as they may. Questions by plan wait only while there are few of them; the others
//! stand in line, each with a time of its own, so that a server at its limit is asked evenly and no work piles up. Instances
//! that share a database share the limits as well.
//!
//! What of a bank is ill is not called (P13): a breaker for each part of what it does turns calls away at once, and questions
//! are put off until one of them finds it well again. What is turned away was certainly not sent; nothing is judged by it (P7).

mod breaker;
mod breakers;
mod gate;
mod line;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use payment::{CallError, ServerId, Timestamp};

use crate::asking::Question;
use crate::engine::Engine;
use breaker::Seen;
pub use breakers::BankPart;
use breakers::Probes;
pub(crate) use breakers::Verb;
use gate::{Admitted, Gate, Pump, Quota, Turn};

/// Who is called first when turns are scarce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// For somebody who stands in a shop: codes, their withdrawal, refunds, and the status of live codes.
    Buyer,
    /// The watch of codes that nobody should pay any more.
    Watch,
}

/// The limits of every authorization server.
#[derive(Default)]
pub(crate) struct Limits {
    gates: Mutex<BTreeMap<ServerId, SharedGate>>,
}

/// How an authorization server is called at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankCondition {
    /// The authorization server.
    pub server: ServerId,
    /// It is called as always. Else some of its calls have not been answered for a while.
    pub is_well: bool,
    /// What has not been answered for a while: such calls are made only to see whether they are answered again.
    pub ill: Vec<BankPart>,
    /// Calls under way.
    pub under_way: usize,
    /// Calls that wait for a turn.
    pub waiting: usize,
    /// How long its calls take that are answered, smoothed; `None`: none was answered since the start.
    pub call_time: Option<Duration>,
}

impl Engine {
    /// How the authorization servers that are set up are called at the moment.
    pub fn bank_conditions(&self) -> Vec<BankCondition> {
        self.settings().servers.keys().map(|server| self.limits().condition(server)).collect()
    }
}

type SharedGate = Arc<Mutex<Gate>>;

/// A place among the calls at once, given back when it is dropped.
pub(crate) struct Place {
    server: ServerId,
    gate: SharedGate,
    engine: Engine,
    since: Timestamp,
    verb: Verb,
    probes: Probes,
}

/// Why there is no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTurn {
    /// None came in time.
    Late,
    /// The bank is ill and is not called.
    Ill,
}

impl Limits {
    /// Waits for a turn to call a server for a buyer, at the longest until `latest`.
    pub(crate) async fn turn(
        &self,
        engine: &Engine,
        server: &ServerId,
        verb: Verb,
        latest: Timestamp,
    ) -> Result<Place, NoTurn> {
        let gate = self.gate(server);
        let admitted = lock(&gate).queue_up(Rank::Buyer, verb, engine.now());
        wait(engine, server, gate, (verb, admitted.ok_or(NoTurn::Ill)?), latest).await
    }

    /// Like [`Self::turn`], for a question that is asked later if the bank is ill: an error says when.
    pub(crate) async fn turn_to_ask_at_once(
        &self,
        engine: &Engine,
        server: &ServerId,
        question: Question,
        latest: Timestamp,
    ) -> Result<Option<Place>, Timestamp> {
        let gate = self.gate(server);
        let admitted = lock(&gate).admit_at_once(question, quota_of(engine, server), engine.now());
        let admitted = (question.verb(), admitted?);
        Ok(wait(engine, server, gate, admitted, latest).await.ok())
    }

    /// Like [`Self::turn_to_ask_at_once`], for a question that can be asked later as well: an error says when, if others go
    /// first or the bank is ill.
    pub(crate) async fn turn_to_ask(
        &self,
        engine: &Engine,
        server: &ServerId,
        question: Question,
        rank: Rank,
        latest: Timestamp,
    ) -> Result<Option<Place>, Timestamp> {
        let gate = self.gate(server);
        let admitted = lock(&gate).admit(question, rank, quota_of(engine, server), engine.now());
        let admitted = (question.verb(), admitted?);
        Ok(wait(engine, server, gate, admitted, latest).await.ok())
    }

    /// A new code would not be asked for now: its bank is ill.
    pub(crate) fn turns_away_codes(&self, server: &ServerId, now: Timestamp) -> bool {
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.get(server).is_some_and(|gate| lock(gate).breakers().turns_away(Verb::Issue, now))
    }

    fn condition(&self, server: &ServerId) -> BankCondition {
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let mut condition = BankCondition {
            server: server.clone(),
            is_well: true,
            ill: Vec::new(),
            under_way: 0,
            waiting: 0,
            call_time: None,
        };
        let Some(gate) = gates.get(server) else { return condition }; // never called
        let mut gate = lock(gate);
        (condition.under_way, condition.waiting) = gate.crowd();
        condition.call_time = gate.call_time();
        condition.ill = gate.breakers().ill().collect();
        condition.is_well = condition.ill.is_empty();
        condition
    }

    fn gate(&self, server: &ServerId) -> SharedGate {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        match gates.get(server) {
            Some(gate) => Arc::clone(gate),
            None => Arc::clone(gates.entry(server.clone()).or_default()),
        }
    }
}

async fn wait(
    engine: &Engine,
    server: &ServerId,
    gate: SharedGate,
    (verb, admitted): (Verb, Admitted),
    latest: Timestamp,
) -> Result<Place, NoTurn> {
    pump(engine, server, &gate);
    let mut queued = Queued { gate: &gate, server, engine, verb, admitted };
    let patience = latest.since(engine.now());
    if patience.is_zero() {
        return Err(NoTurn::Late); // also where a place is free: what is to be called was decided long ago
    }
    let turn = tokio::time::timeout(patience, &mut queued.admitted.turn).await.map_err(|_| NoTurn::Late)?;
    let since = match turn {
        Ok(Turn::Came(since)) => since,
        Ok(Turn::Away(pause)) => {
            drop(queued); // whoever asks next may probe
            tokio::time::sleep(pause.min(latest.since(engine.now()))).await;
            return Err(NoTurn::Ill);
        }
        Err(_) => return Err(NoTurn::Ill), // the gate is gone
    };
    let probes = std::mem::take(&mut queued.admitted.probes);
    drop(queued);
    Ok(Place { server: server.clone(), gate, engine: engine.clone(), since, verb, probes })
}

/// Someone who waits; dropped before the turn came, the turn goes to the next one.
struct Queued<'a> {
    gate: &'a SharedGate,
    server: &'a ServerId,
    engine: &'a Engine,
    verb: Verb,
    admitted: Admitted,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut gate = lock(self.gate);
        gate.leave(self.admitted.ticket); // from here on no turn comes any more; one may have come
        gate.breakers().give_up(self.verb, self.admitted.probes, self.engine.now());
        let is_unused = matches!(self.admitted.turn.try_recv(), Ok(Turn::Came(_)));
        if is_unused {
            gate.give_back();
        }
        drop(gate);
        if is_unused {
            pump(self.engine, self.server, self.gate);
        }
    }
}

impl Place {
    /// Notes what a call showed of its bank.
    pub(crate) fn saw<T>(&self, answer: &Result<T, CallError>) {
        let seen = match answer {
            Ok(_) | Err(CallError::Refused(_)) => Seen::Answer,
            Err(CallError::NotSent(_) | CallError::Unknown(_)) => Seen::Failure,
        };
        let now = self.engine.now();
        let mut gate = lock(&self.gate);
        let before: Vec<BankPart> = gate.breakers().ill().collect();
        let fresh = || self.engine.parts().ids.fresh();
        gate.hear((self.verb, self.probes), seen, now.since(self.since), now, fresh);
        let after: Vec<BankPart> = gate.breakers().ill().collect();
        drop(gate);
        for part in after.iter().filter(|part| !before.contains(part)) {
            tracing::warn!(
                server = %self.server,
                about = part.word(),
                "the bank does not answer: it is not called about this but for one call from time to time"
            );
        }
        for part in before.iter().filter(|part| !after.contains(part)) {
            tracing::info!(server = %self.server, about = part.word(), "the bank answers again");
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut gate = lock(&self.gate);
        gate.breakers().give_up(self.verb, self.probes, self.engine.now()); // unless they were heard of
        gate.give_back();
        drop(gate);
        pump(&self.engine, &self.server, &self.gate);
    }
}

/// Gives out the turns that are free now, and comes back when the rate allows the next one.
fn pump(engine: &Engine, server: &ServerId, gate: &SharedGate) {
    let (quota, now) = (quota_of(engine, server), engine.now());
    let pumped = lock(gate).pump(quota, now);
    if let Pump::Again(pause) = pumped {
        let (engine_then, server, gate) = (engine.clone(), server.clone(), Arc::clone(gate));
        engine.spawn(async move {
            tokio::time::sleep(pause).await;
            lock(&gate).timer_is_over();
            pump(&engine_then, &server, &gate);
        });
    }
}

/// The limits in force. A server that is not set up any more is still asked about what it owes.
fn quota_of(engine: &Engine, server: &ServerId) -> Quota {
    let settings = engine.settings();
    let quota = match settings.servers.get(server) {
        Some(server) => Quota::new(server.rate_per_s, server.concurrency),
        None => Quota::new(10, 4),
    };
    quota.shared_by(engine.parts().store.instances())
}

fn lock(gate: &SharedGate) -> std::sync::MutexGuard<'_, Gate> {
    gate.lock().unwrap_or_else(PoisonError::into_inner)
}
