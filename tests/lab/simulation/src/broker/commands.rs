//! Commands: delivered at least once, in any order, to any instance.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::doors::{Incoming, Intake, Receipt};
use payment::{RegisterId, Timestamp};
use serde_json::Value;

use crate::judge;
use crate::plan::STORE;
use crate::promise::Promise;
use crate::weather::Trouble;
use crate::world::World;

/// A pay that waited longer than this for a consumer is stale.
const LIVES_FOR: Duration = Duration::from_mins(1);

/// A command on its way.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) register: RegisterId,
    pub(crate) verb: &'static str,
    pub(crate) body: Value,
    pub(crate) message_id: String,
    pub(crate) sent_at: Timestamp,
}

impl Command {
    pub(crate) fn new(world: &World, register: &RegisterId, verb: &'static str, body: Value) -> Self {
        let message_id = format!("m-{}", world.next_id());
        Self { register: register.clone(), verb, body, message_id, sent_at: world.now() }
    }

    /// The operation that it is about, if it names one.
    pub(crate) fn operation(&self) -> Option<&str> {
        self.body["operation"].as_str()
    }

    /// As a transport hands it over.
    pub(crate) fn incoming(&self, now: Timestamp) -> Incoming {
        Incoming {
            version: "v1".to_owned(),
            store: STORE.to_owned(),
            register: self.register.to_string(),
            verb: self.verb.to_owned(),
            body: self.body.to_string().into_bytes(),
            content_type: Some("application/json".to_owned()),
            message_id: Some(self.message_id.clone()),
            reply_to: None,
            is_stale: self.verb == "pay" && now.since(self.sent_at) > LIVES_FOR,
        }
    }
}

/// The broker has a command: from now on it is delivered until it is acknowledged.
pub(crate) fn carry(world: &Arc<World>, command: &Command) {
    let copies = if world.strikes(Trouble::SentTwice) { 2 } else { 1 };
    if copies > 1 {
        world.risk(Promise::P2, 1);
    }
    for _ in 0..copies {
        world.broker.under_way.fetch_add(1, Ordering::Relaxed);
        let (world, command) = (Arc::clone(world), command.clone());
        tokio::spawn(async move {
            deliver(&world, &command).await;
            world.broker.under_way.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

async fn deliver(world: &Arc<World>, command: &Command) {
    let is_held_up = world.strikes(Trouble::HeldUp);
    let way = if is_held_up { world.dice.millis(50, 20_000) } else { world.dice.millis(0, 4) };
    tokio::time::sleep(way).await;
    let mut deliveries = 0;
    loop {
        deliveries += 1;
        if deliveries > 1 {
            world.risk(Promise::P2, 1);
        }
        match deliver_once(world, command).await {
            Some(Receipt::Ack) => {
                judge::acknowledged(world, command);
                if !world.strikes(Trouble::AckLost) {
                    return;
                }
            }
            Some(Receipt::DeadLetter(reason)) => {
                world.tell(
                    "broker",
                    format_args!("keeps a dead letter: {} {}: {reason}", command.verb, command.message_id),
                );
                return judge::dead_letter(world, command, &reason);
            }
            Some(Receipt::Later) | None => {}
        }
        tokio::time::sleep(world.dice.millis(1, 1_500)).await;
    }
}

/// One delivery; `None`: the connection broke, or the process died.
async fn deliver_once(world: &Arc<World>, command: &Command) -> Option<Receipt> {
    let (engine, life) = world.an_engine().await;
    let incoming = command.incoming(world.now());
    if world.strikes(Trouble::AckLost) {
        // The connection breaks while the command is handled.
        tokio::spawn(async move { engine.receive(incoming).await });
        return None;
    }
    let receipt = tokio::select! {
        biased;
        receipt = engine.receive(incoming) => Some(receipt),
        () = life.died() => None,
    };
    receipt.filter(|_| life.is_alive())
}
