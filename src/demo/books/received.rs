//! What a register got.

use std::collections::BTreeSet;

use payment::{PaymentId, RegisterId, StoreId, Timestamp};
use serde_json::Value;

use crate::till::AmqpRegister;

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
        let events = register.received();
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

    /// Without what happened before: it was left in the queue, perhaps by a service with another database.
    #[must_use]
    pub fn since(mut self, at: Timestamp) -> Self {
        let occurred_at = |event: &ReceivedEvent| Timestamp::parse(event.text("occurred_at")?).ok();
        self.events.retain(|event| occurred_at(event).is_none_or(|occurred| occurred >= at));
        self
    }

    /// Without events of these payments.
    #[must_use]
    pub fn without(mut self, payments: &BTreeSet<PaymentId>) -> Self {
        let payment = |event: &ReceivedEvent| event.text("payment")?.parse::<PaymentId>().ok();
        self.events.retain(|event| payment(event).is_none_or(|id| !payments.contains(&id)));
        self
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_happened_before_and_what_is_of_other_payments_can_be_left_out() {
        let id = PaymentId::from_uuid(1 << 64);
        let event = |body: Value| ReceivedEvent { message_id: String::new(), body };
        let all = [
            event(json!({"payment": id.to_string(), "occurred_at": "2026-11-21T10:00:00Z"})),
            event(json!({"payment": null, "occurred_at": "2026-11-21T10:00:01.5Z"})),
            event(json!({})),
        ];
        let received = Received {
            store: StoreId::parse("17").unwrap(),
            register: RegisterId::parse("1").unwrap(),
            events: all.to_vec(),
        };
        let at = Timestamp::parse("2026-11-21T10:00:01.2Z").unwrap();
        assert_eq!(received.clone().since(at).events, all[1..]);
        assert_eq!(received.without(&BTreeSet::from([id])).events, all[1..]);
    }
}
