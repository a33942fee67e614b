//! Everything that is recorded of one payment.

use payment::{Fact, Payment, Timestamp};
use serde_json::{Value, json};
use store::{EventRecord, FactRecord, PaymentRecord};

/// For people: a head, then facts and events in the order in which they happened.
pub(super) fn text(record: &PaymentRecord) -> Vec<String> {
    let mut lines = head(&record.payment, record.wake_at);
    lines.push(String::new());
    for fact in &record.facts {
        lines.push(fact_line(fact, record.payment.opened_at));
        let told = record.events.iter().filter(|event| event.sequence == fact.sequence);
        lines.extend(told.map(event_line));
    }
    lines
}

fn head(payment: &Payment, wake_at: Option<Timestamp>) -> Vec<String> {
    let checkout = &payment.checkout;
    let due =
        wake_at.map_or_else(|| "nothing is left to do".to_owned(), |at| format!("looked at again at {at}"));
    vec![
        format!("payment {}: {} over {}", payment.id, payment.status().word(), checkout.amount),
        format!(
            "store {}, register {}, operation {}, receipt {}",
            checkout.store,
            checkout.register,
            checkout.operation,
            checkout.details.receipt.as_deref().unwrap_or("-"),
        ),
        format!("opened at {}, {due}", payment.opened_at),
    ]
}

fn fact_line(record: &FactRecord, opened_at: Timestamp) -> String {
    let passed_ms = record.at.since(opened_at).as_millis();
    let (name, details) = name_and_details(&record.fact);
    format!("{:>4}  +{passed_ms:>8} ms  {name}  {details}", record.sequence)
}

fn event_line(event: &EventRecord) -> String {
    let to = &event.destination;
    format!("{:19}→ {} to {}/{} ({})", "", event.name, to.store, to.register, event.delivery.word())
}

/// A fact's name, and what else it says as short JSON.
fn name_and_details(fact: &Fact) -> (String, String) {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(fact) else {
        return (format!("{fact:?}"), String::new());
    };
    let name = fields.remove("fact").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    let details = if fields.is_empty() { String::new() } else { Value::Object(fields).to_string() };
    (name, details)
}

/// For programs.
pub(super) fn json(record: &PaymentRecord) -> Value {
    json!({
        "payment": record.payment.id.to_string(),
        "status": record.payment.status().word(),
        "opened_at": record.payment.opened_at.to_string(),
        "wake_at": record.wake_at.map(|at| at.to_string()),
        "epoch": record.epoch,
        "checkout": record.payment.checkout.as_ref(),
        "state": record.payment.state,
        "facts": record.facts.iter().map(fact_json).collect::<Vec<_>>(),
        "events": record.events.iter().map(event_json).collect::<Vec<_>>(),
    })
}

fn fact_json(record: &FactRecord) -> Value {
    json!({ "sequence": record.sequence, "at": record.at.to_string(), "fact": record.fact })
}

fn event_json(event: &EventRecord) -> Value {
    let body: Value = serde_json::from_str(&event.body).unwrap_or(Value::Null);
    json!({
        "sequence": event.sequence,
        "event": event.name,
        "store": event.destination.store.as_str(),
        "register": event.destination.register.as_str(),
        "operation": event.operation.as_str(),
        "delivery": event.delivery.word(),
        "body": body,
    })
}
