//! What tills do, in short.

use std::sync::Arc;

use serde_json::{Value, json};
use universal_integrator::till::{AmqpRegister, Event};

use super::wait::LIMIT;

/// An amount as commands carry it.
pub(crate) fn roubles(minor: i64) -> Value {
    json!({ "value": minor, "currency": "RUB" })
}

/// The smallest pay.
pub(crate) fn pay(operation: &str, minor: i64) -> Value {
    json!({ "operation": operation, "amount": roubles(minor) })
}

/// Sends a command until it is answered.
pub(crate) async fn ask(till: &AmqpRegister, verb: &str, body: &Value) -> Arc<Event> {
    till.ask(verb, body, LIMIT).await.unwrap_or_else(|error| panic!("{verb} {body}: {error}"))
}

/// Waits for an event of an operation. Fails at once if the operation is rejected instead.
pub(crate) async fn expect(till: &AmqpRegister, operation: &str, name: &str) -> Arc<Event> {
    let is_it = |event: &Event| event.name() == name || event.name() == "request.rejected";
    let found = till.wait_for(operation, is_it, LIMIT).await;
    let found = found.unwrap_or_else(|missing| panic!("{name} was waited for: {missing}"));
    assert_eq!(found.name(), name, "{}", found.body);
    found
}

/// Asks for a payment, and waits for its code.
pub(crate) async fn begin(till: &AmqpRegister, body: &Value) -> String {
    ask(till, "pay", body).await;
    let event =
        expect(till, body["operation"].as_str().expect("a pay has an operation"), "payment.qr_ready").await;
    event.payload().expect("it carries the code").to_owned()
}

/// The names of an operation's events in the order of arrival, without answers to questions.
pub(crate) fn story(till: &AmqpRegister, operation: &str) -> Vec<String> {
    let events = till.received();
    let of_operation = events.iter().filter(|event| event.operation() == Some(operation));
    of_operation.map(|event| event.name().to_owned()).filter(|name| name != "payment.state").collect()
}
