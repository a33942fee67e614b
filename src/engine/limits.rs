//! Limits per authorization server: calls at once, and calls per second. Who has to wait, waits in order of rank.
//!
//! Calls with an effect wait as long as they may. Questions by plan wait only while there are few of them; the others
//! stand in line, each with a time of its own, so that a server at its limit is asked evenly and no work piles up.

mod gate;
mod line;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use payment::{ServerId, Timestamp};
use tokio::sync::oneshot;

use crate::asking::Question;
use crate::engine::Engine;
use gate::{Gate, Pump, Quota, Ticket};

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

type SharedGate = Arc<Mutex<Gate>>;

/// A place among the calls at once, given back when it is dropped.
pub(crate) struct Place {
    server: ServerId,
    gate: SharedGate,
    engine: Engine,
    since: Timestamp,
}

impl Limits {
    /// Waits for a turn to call a server, at the longest until `latest`.
    pub(crate) async fn turn(
        &self,
        engine: &Engine,
        server: &ServerId,
        rank: Rank,
        latest: Timestamp,
    ) -> Option<Place> {
        let gate = self.gate(server);
        let (ticket, turn) = lock(&gate).queue_up(rank, false);
        wait(engine, server, gate, ticket, turn, latest).await
    }

    /// Like [`Self::turn`], for a question that can be asked later as well: an error says when, if others go first.
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
        let (ticket, turn) = admitted?;
        Ok(wait(engine, server, gate, ticket, turn, latest).await)
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
    ticket: Ticket,
    turn: oneshot::Receiver<Timestamp>,
    latest: Timestamp,
) -> Option<Place> {
    pump(engine, server, &gate);
    let mut queued = Queued { gate: &gate, server, engine, ticket, turn };
    let patience = latest.since(engine.now());
    let since = tokio::time::timeout(patience, &mut queued.turn).await.ok()?.ok()?;
    drop(queued);
    Some(Place { server: server.clone(), gate, engine: engine.clone(), since })
}

/// Someone who waits; dropped before the turn came, the turn goes to the next one.
struct Queued<'a> {
    gate: &'a SharedGate,
    server: &'a ServerId,
    engine: &'a Engine,
    ticket: Ticket,
    turn: oneshot::Receiver<Timestamp>,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut gate = lock(self.gate);
        gate.leave(self.ticket); // from here on no turn comes any more; one may have come
        let is_unused = self.turn.try_recv().is_ok();
        if is_unused {
            gate.give_back(None);
        }
        drop(gate);
        if is_unused {
            pump(self.engine, self.server, self.gate);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let took = self.engine.now().since(self.since);
        lock(&self.gate).give_back(Some(took));
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
    match settings.servers.get(server) {
        Some(server) => Quota::new(server.rate_per_s, server.concurrency),
        None => Quota::new(10, 4),
    }
}

fn lock(gate: &SharedGate) -> std::sync::MutexGuard<'_, Gate> {
    gate.lock().unwrap_or_else(PoisonError::into_inner)
}
