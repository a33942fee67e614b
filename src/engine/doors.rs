//! How the doors (AMQP, HTTP, screens, bank notifications) reach the engine.

use std::sync::Arc;

use async_trait::async_trait;
use payment::{AttemptId, Payment, Timestamp};
use tokio::sync::broadcast;

use crate::ports::{Destination, StoreError};
use crate::settings::Settings;

/// A command as a transport received it, before anything of it is believed.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// The version word of the routing key, such as `v1`.
    pub version: String,
    /// The store, as the routing key or the path names it.
    pub store: String,
    /// The register.
    pub register: String,
    /// The verb.
    pub verb: String,
    /// The body.
    pub body: Vec<u8>,
    /// The content type, if one was given.
    pub content_type: Option<String>,
    /// The sender's id of this message, if one was given: echoed as `in_reply_to`.
    pub message_id: Option<String>,
    /// The queue for copies, if one was given.
    pub reply_to: Option<String>,
    /// The message waited longer for a consumer than commands live, or was replayed by a person: a pay is stale.
    pub is_stale: bool,
}

/// What a transport does with a message after the engine is through with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// Its effect is durable and its answer is out: acknowledge it.
    Ack,
    /// It can't be read and can't be answered: keep it among the dead letters, with this reason.
    DeadLetter(String),
    /// It could not be handled now (no database): leave it with the broker and offer it again after a pause.
    Later,
}

/// Takes commands.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// Handles one command to the end of its commit; what it sets going goes on after the return.
    async fn receive(&self, incoming: Incoming) -> Receipt;

    /// A register gave a sign of life or has a queue again: events that were parked for it are tried again.
    fn release_parked(&self, destination: &Destination);
}

/// What screens read.
#[async_trait]
pub trait Screens: Send + Sync + 'static {
    /// The newest payments of a register, newest first.
    async fn newest_payments(&self, destination: &Destination) -> Result<Vec<Payment>, StoreError>;

    /// Tells which register changed. A hint: after a lag, read anew.
    fn changes(&self) -> broadcast::Receiver<Destination>;

    /// The settings in force.
    fn settings(&self) -> Arc<Settings>;

    /// The present.
    fn now(&self) -> Timestamp;
}

/// Takes hints that an order may have changed at its bank.
pub trait Hints: Send + Sync + 'static {
    /// Makes the status call for this order due now. Calling it often, or for orders that do not exist, does no harm.
    fn hint(&self, order: AttemptId);
}
