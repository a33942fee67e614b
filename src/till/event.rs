//! An event as it arrived.

use lapin::BasicProperties;
use lapin::message::Delivery;
use payment::Timestamp;
use serde_json::Value;

/// A message from the register's queue, read once.
#[derive(Debug, Clone)]
pub struct Event {
    /// The routing key, such as `v1.17.3.payment.paid`.
    pub routing_key: String,
    /// The AMQP properties.
    pub properties: BasicProperties,
    /// Whether the broker had sent it before.
    pub redelivered: bool,
    /// The body as JSON; `null` where it is none.
    pub body: Value,
    /// When it arrived.
    pub arrived_at: Timestamp,
}

impl Event {
    /// Takes over a delivery; its bytes are dropped.
    pub(super) fn read(delivery: &Delivery, arrived_at: Timestamp) -> Self {
        Self {
            routing_key: delivery.routing_key.to_string(),
            properties: delivery.properties.clone(),
            redelivered: delivery.redelivered,
            body: serde_json::from_slice(&delivery.data).unwrap_or(Value::Null),
            arrived_at,
        }
    }

    /// The event's name, such as `payment.paid`.
    pub fn name(&self) -> &str {
        self.text("event").unwrap_or_default()
    }

    /// The operation that it speaks of.
    pub fn operation(&self) -> Option<&str> {
        self.text("operation")
    }

    /// The payment that it speaks of.
    pub fn payment(&self) -> Option<&str> {
        self.text("payment")
    }

    /// Its number within the payment. In `payment.state` the number of the last event.
    pub fn sequence(&self) -> Option<u64> {
        self.body.get("sequence")?.as_u64()
    }

    /// When it happened, by the service.
    pub fn occurred_at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.text("occurred_at")?).ok()
    }

    /// What tells it apart from every other message.
    pub fn message_id(&self) -> Option<&str> {
        self.properties.message_id().as_ref().map(lapin::types::ShortString::as_str)
    }

    /// A field of the body that is text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field)?.as_str()
    }

    /// The text of the code, in events that carry one.
    pub fn payload(&self) -> Option<&str> {
        self.body.pointer("/qr/payload")?.as_str()
    }
}
