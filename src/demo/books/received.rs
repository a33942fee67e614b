//! What a register got.

use std::sync::Arc;

use payment::{RegisterId, StoreId};
use serde_json::Value;

use crate::till::{AmqpRegister, Event};

/// One register's events in the order of arrival, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
    /// The events.
    pub events: Vec<ReceivedEvent>,
}

/// An event that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedEvent {
    /// `<payment>-<sequence>`, or a fresh id for snapshots and rejections.
    pub message_id: String,
    /// The body.
    pub body: Value,
}

impl Received {
    /// What a register got in all.
    pub fn by(register: &AmqpRegister) -> Self {
        Self::of(register, &register.received())
    }

    /// Of what a register got, these.
    pub fn of(register: &AmqpRegister, events: &[Arc<Event>]) -> Self {
        let events = events.iter().map(|event| ReceivedEvent {
            message_id: event.message_id().unwrap_or_default().to_owned(),
            body: event.body.clone(),
        });
        Self {
            store: register.store().clone(),
            register: register.register().clone(),
            events: events.collect(),
        }
    }
}

impl ReceivedEvent {
    /// The event's name.
    pub fn name(&self) -> &str {
        self.text("event").unwrap_or_default()
    }

    /// A field of the body that is text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field)?.as_str()
    }

    /// Whether it is an answer rather than something that happened: the state, a rejection, the end of a pay that never was.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self.name(), "payment.state" | "request.rejected") || self.text("payment").is_none()
    }

    /// The amount, in minor units.
    pub(super) fn amount_minor(&self) -> i64 {
        self.body.pointer("/amount/value").and_then(Value::as_i64).unwrap_or(0)
    }
}
