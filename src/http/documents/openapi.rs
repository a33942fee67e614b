//! The contract over HTTP as an `OpenAPI` 3.1 document.

mod calls;
mod parameters;
mod responses;

use serde_json::{Map, Value, json};

use super::events::EVENTS;
use super::{codes, rules};
use crate::problem;
use calls::{CALLS, Call};

const JSON: &str = "application/json";

pub(super) fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for call in &CALLS {
        let path = paths.entry(call.path).or_insert_with(|| json!({}));
        path[call.method] = operation(call);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Universal Integrator: registers over HTTP",
            "version": "1.0.0",
            "description": description(),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "The API key of the store." },
            },
        },
        "x-codes": codes::table(),
    })
}

fn description() -> String {
    format!(
        "The same contract as over RabbitMQ: the bodies are the commands, the answers are the events. A call that got no \
         answer, `429` or `5xx` is sent again as it is: its operation makes the repeat harmless.\n\n\
         ## Operations\n\n{}\n## Events and states\n\n{}\n## Bounds\n\n{}\n## Errors\n\n\
         Every error is a problem document (RFC 9457) with a stable `code`; `x-codes` at the end of this document says of each \
         what it means, what the next try needs, and what the cashier does. Each call lists the codes that it is answered with. \
         `429` and `503` carry `Retry-After` in seconds, `401` `WWW-Authenticate`. A method that an address does not take is \
         `405` with `Allow`. Unknown fields of bodies are ignored; an unknown parameter of a query is refused.\n",
        rules::OPERATIONS,
        rules::EVENTS,
        rules::BOUNDS
    )
}

/// The schema of `GET …/payments/{payment}`: `payment.state` with the events.
pub(super) fn payment() -> Value {
    payment_with(&json!({ "type": "object" }))
}

fn payment_with(event: &Value) -> Value {
    let mut schema = super::events::named("payment.state").schema();
    schema["properties"]["events"] = json!({
        "type": "array", "items": event,
        "description": "The events behind `after`, in order, each by the schema that its field `event` names.",
    });
    if let Some(required) = schema["required"].as_array_mut() {
        required.push("events".into());
    }
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("examples");
    }
    schema
}

/// The schema of problem documents.
pub(super) fn problem() -> Value {
    problem::schema()
}

fn components() -> Map<String, Value> {
    let events = EVENTS.iter().map(|event| (event.schema_name(), event.schema()));
    let told: Vec<Value> = streamed().into_iter().map(|(_, reference)| reference).collect();
    let payment = payment_with(&json!({ "anyOf": told }));
    events.chain([("payment".to_owned(), payment), ("problem".to_owned(), problem())]).collect()
}

/// The events of the stream, with the schema of each.
fn streamed() -> Map<String, Value> {
    let streamed = EVENTS.iter().filter(|event| event.is_streamed());
    streamed.map(|event| (event.name.to_owned(), reference(&event.schema_name()))).collect()
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn operation(call: &Call) -> Value {
    let mut operation = json!({
        "operationId": call.id,
        "summary": call.summary,
        "parameters": (call.parameters)(),
        "responses": responses::of(call),
        "security": if call.needs_key { json!([{ "key": [] }]) } else { json!([]) },
    });
    if !call.description.is_empty() {
        operation["description"] = call.description.into();
    }
    if let Some(body) = &call.body {
        let content = json!({ "schema": (body.schema)(), "example": (body.example)() });
        operation["requestBody"] = json!({ "required": body.is_required, "content": { JSON: content } });
    }
    if call.id == "events" {
        operation["x-events"] = streamed().into();
    }
    operation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn every_request_has_an_example_and_every_field_a_description() {
        let document = document();
        for (path, calls) in document["paths"].as_object().unwrap() {
            for (method, call) in calls.as_object().unwrap() {
                let body = &call["requestBody"]["content"][JSON];
                assert!(body.is_null() || body["example"].is_object(), "{method} {path}");
                for (name, field) in body["schema"]["properties"].as_object().into_iter().flatten() {
                    assert!(field["description"].is_string(), "{method} {path} {name}");
                }
                for parameter in call["parameters"].as_array().unwrap() {
                    assert!(parameter["description"].is_string(), "{method} {path} {parameter}");
                    assert!(!parameter["example"].is_null(), "{method} {path} {parameter}");
                }
            }
        }
    }
}
