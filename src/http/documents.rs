//! The contract as documents that programs read: JSON Schemas, `AsyncAPI`, `OpenAPI`.
//!
//! Each message has one source: the type that the engine reads or writes (`engine::contract`). Its fields and their
//! descriptions come from there; what is here says which verbs, events and calls there are and joins the schemas. The
//! documents are kept beside the guides in `docs/contract`, and a test compares them: a change of the contract shows.

mod asyncapi;
mod codes;
mod commands;
mod events;
mod openapi;
mod rules;
mod schema;

use serde_json::{Map, Value};

pub(crate) use codes::status_of;
pub use codes::{Again, CODES, Code, codes_table};
pub(crate) use schema::of_got;

/// The contract over AMQP, `AsyncAPI` 3.
pub fn asyncapi() -> Value {
    asyncapi::document()
}

/// The contract over HTTP, `OpenAPI` 3.1.
pub fn openapi() -> Value {
    openapi::document()
}

/// The rule of operations, for the guide.
pub fn rule_of_operations() -> &'static str {
    rules::OPERATIONS
}

/// A JSON Schema for each command and each event, by its name: `command.pay`, `event.payment.paid`, `problem`.
pub fn schemas() -> Map<String, Value> {
    let commands = commands::COMMANDS.iter().map(|command| (command.schema_name(), command.schema()));
    let events = events::EVENTS.iter().map(|event| (event.schema_name(), event.schema()));
    let others = [("problem".to_owned(), openapi::problem()), ("payment".to_owned(), openapi::payment())];
    commands.chain(events).chain(others).map(|(name, schema)| (name.clone(), named(&name, schema))).collect()
}

/// A schema that stands by itself.
fn named(name: &str, schema: Value) -> Value {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    whole.insert("$id".to_owned(), format!("urn:universal-integrator:v1:{name}").into());
    whole.insert("title".to_owned(), name.into());
    if let Value::Object(fields) = schema {
        whole.extend(fields);
    }
    Value::Object(whole)
}
