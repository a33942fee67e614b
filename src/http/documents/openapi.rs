//! The contract over HTTP as an `OpenAPI` 3.1 document.

use engine::contract::{CancelBody, ClaimBody, FiscalizedBody, GetBody, PayBody, RefundBody};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::codes;
use super::events::EVENTS;
use super::schema::of_sent;
use crate::api::{EventsQuery, FindQuery, PictureQuery, StateQuery, TotalsQuery, TypesQuery};
use crate::problem;

/// Statuses of problem documents, and what they mean.
const PROBLEMS: [(u16, &str); 12] = [
    (400, "The call breaks the contract; `field` says where."),
    (401, "No API key, or one that is not known."),
    (403, "It belongs to another store."),
    (404, "It is not known, or not any more."),
    (405, "The address does not take this method."),
    (409, "It does not fit to what is known: `code` says why."),
    (413, "The body is larger than a command may be."),
    (415, "The body is no application/json."),
    (422, "It can't be done: `code` says why."),
    (429, "Too many calls; see Retry-After."),
    (500, "The service failed; it is in its log."),
    (503, "Not now; the same call may be sent again."),
];

/// Status, media type, schema.
type Answer = (u16, &'static str, fn() -> Value);

/// One call.
struct Call {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: fn() -> Vec<Value>,
    body: Option<fn() -> Value>,
    answers: &'static [Answer],
    needs_key: bool,
}

const JSON: &str = "application/json";

const CALLS: [Call; 16] = [
    Call {
        method: "post",
        path: "/api/v1/payments",
        id: "pay",
        needs_key: true,
        summary: "pay: 201 with the state; a repeat 200; another essence 409.",
        parameters: none,
        body: Some(pay_body),
        answers: &[(201, JSON, state), (200, JSON, state_or_cancelled)],
    },
    Call {
        method: "get",
        path: "/api/v1/payments",
        id: "find",
        needs_key: true,
        summary: "find: payments of the store, newest first.",
        parameters: query_of::<FindQuery>,
        body: None,
        answers: &[(200, JSON, || event("register.found"))],
    },
    Call {
        method: "get",
        path: "/api/v1/payments/{payment}",
        id: "get",
        needs_key: true,
        summary: "State, events and refunds. With `wait` it is held until there is an event behind `after`, or until the pay arrives.",
        parameters: address_and_state_query,
        body: None,
        answers: &[(200, JSON, payment)],
    },
    Call {
        method: "post",
        path: "/api/v1/payments/{payment}/cancel",
        id: "cancel",
        needs_key: true,
        summary: "cancel: ends what is open; before its pay has arrived the pay never starts.",
        parameters: address,
        body: Some(|| body::<CancelBody>(&[], &[])),
        answers: &[(200, JSON, state_or_cancelled)],
    },
    Call {
        method: "post",
        path: "/api/v1/payments/{payment}/check",
        id: "check",
        needs_key: true,
        summary: "check: the bank is asked now.",
        parameters: address,
        body: Some(|| body::<GetBody>(&[], &[])),
        answers: &[(200, JSON, state)],
    },
    Call {
        method: "post",
        path: "/api/v1/payments/{payment}/refunds",
        id: "refund",
        needs_key: true,
        summary: "refund: 201 with the state of the payment; a repeat 200. `register` asks; left out, the one that was paid.",
        parameters: address,
        body: Some(|| {
            body::<RefundBody>(
                &["payment", "payment_operation", "payment_store", "payment_register"],
                &["operation"],
            )
        }),
        answers: &[(201, JSON, state), (200, JSON, state)],
    },
    Call {
        method: "post",
        path: "/api/v1/payments/{payment}/claim",
        id: "claim",
        needs_key: true,
        summary: "claim: takes late money that was offered.",
        parameters: address,
        body: Some(|| body::<ClaimBody>(&[], &[])),
        answers: &[(200, JSON, state)],
    },
    Call {
        method: "post",
        path: "/api/v1/payments/{payment}/fiscalized",
        id: "fiscalized",
        needs_key: true,
        summary: "fiscalized: keeps the numbers of the fiscal receipt; `operation` names a refund's.",
        parameters: address,
        body: Some(|| body::<FiscalizedBody>(&[], &["fn", "fd", "fp"])),
        answers: &[(200, JSON, state)],
    },
    Call {
        method: "get",
        path: "/api/v1/totals",
        id: "totals",
        needs_key: true,
        summary: "totals: counts and sums of a register's shift, or of a period, by payment type.",
        parameters: query_of::<TotalsQuery>,
        body: None,
        answers: &[(200, JSON, || event("register.totals"))],
    },
    Call {
        method: "get",
        path: "/api/v1/types",
        id: "types",
        needs_key: true,
        summary: "types: the payment types of the store and what they can do.",
        parameters: query_of::<TypesQuery>,
        body: None,
        answers: &[(200, JSON, || event("register.types"))],
    },
    Call {
        method: "get",
        path: "/api/v1/events",
        id: "events",
        needs_key: true,
        summary: "The events of a register as server-sent events: `id` is the cursor, `event` the name, `data` the event. \
            Begins behind Last-Event-ID, else behind `after`, else at the first event.",
        parameters: events_parameters,
        body: None,
        answers: &[(200, "text/event-stream", || json!({ "type": "string" }))],
    },
    Call {
        method: "get",
        path: "/qr/{picture}",
        id: "picture",
        needs_key: true,
        summary: "The code's picture while it is live: <payment>.svg or <payment>.png. For the store's key or a console's.",
        parameters: picture_parameters,
        body: None,
        answers: &[
            (200, "image/svg+xml", || json!({ "type": "string" })),
            (200, "image/png", || json!({ "type": "string", "contentEncoding": "binary" })),
        ],
    },
    Call {
        method: "get",
        path: "/api/v1/openapi.json",
        id: "openapi",
        needs_key: false,
        summary: "This document.",
        parameters: none,
        body: None,
        answers: &[(200, JSON, any)],
    },
    Call {
        method: "get",
        path: "/api/v1/asyncapi.json",
        id: "asyncapi",
        needs_key: false,
        summary: "The contract over RabbitMQ.",
        parameters: none,
        body: None,
        answers: &[(200, JSON, any)],
    },
    Call {
        method: "get",
        path: "/api/v1/schemas",
        id: "schemas",
        needs_key: false,
        summary: "The JSON Schema of every message, by its name.",
        parameters: none,
        body: None,
        answers: &[(200, JSON, any)],
    },
    Call {
        method: "get",
        path: "/api/v1/schemas/{name}",
        id: "schema",
        needs_key: false,
        summary: "The JSON Schema of one message, such as command.pay or event.payment.paid.",
        parameters: || vec![path_parameter("name", "The message's name.", "event.payment.paid")],
        body: None,
        answers: &[(200, "application/schema+json", any)],
    },
];

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
            "description": "The same contract as over RabbitMQ: the bodies are the commands, the answers are the events. \
                A call that got no answer is sent again as it is: its operation makes the repeat harmless.",
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

/// The schema of `GET …/payments/{payment}`: `payment.state` with the events.
pub(super) fn payment() -> Value {
    let mut schema = event("payment.state");
    schema["properties"]["events"] = json!({ "type": "array", "items": { "type": "object" }, "description": "The events behind `after`, in order." });
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
    events.chain([("problem".to_owned(), problem())]).collect()
}

fn operation(call: &Call) -> Value {
    let mut operation = json!({
        "operationId": call.id,
        "summary": call.summary,
        "parameters": (call.parameters)(),
        "responses": responses(call),
        "security": if call.needs_key { json!([{ "key": [] }]) } else { json!([]) },
    });
    if let Some(body) = call.body {
        operation["requestBody"] = json!({ "required": true, "content": { JSON: { "schema": body() } } });
    }
    operation
}

fn responses(call: &Call) -> Map<String, Value> {
    let mut responses = Map::new();
    for (status, media, schema) in call.answers {
        let response = responses
            .entry(status.to_string())
            .or_insert_with(|| json!({ "description": "Done.", "content": {} }));
        response["content"][*media] = json!({ "schema": schema() });
    }
    for (status, meaning) in PROBLEMS {
        let content =
            json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } });
        responses.insert(status.to_string(), json!({ "description": meaning, "content": content }));
    }
    responses
}

fn none() -> Vec<Value> {
    Vec::new()
}

fn any() -> Value {
    json!({ "type": "object" })
}

fn event(name: &str) -> Value {
    let found = EVENTS.iter().find(|event| event.name == name);
    found.map_or_else(any, super::events::Event::schema)
}

fn state() -> Value {
    json!({ "$ref": "#/components/schemas/event.payment.state" })
}

fn state_or_cancelled() -> Value {
    json!({ "anyOf": [state(), { "$ref": "#/components/schemas/event.payment.cancelled" }] })
}

fn path_parameter(name: &str, description: &str, example: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true, "description": description,
        "schema": { "type": "string", "minLength": 1 }, "example": example,
    })
}

fn address() -> Vec<Value> {
    let description = "Our id, or op:<store>:<register>:<operation>, also before the pay has arrived.";
    vec![path_parameter("payment", description, "op:17:3:17-3-000123-1")]
}

fn address_and_state_query() -> Vec<Value> {
    [address(), query_of::<StateQuery>()].concat()
}

fn events_parameters() -> Vec<Value> {
    let last = json!({
        "name": "Last-Event-ID", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "The id of the last event that was seen.",
    });
    [query_of::<EventsQuery>(), vec![last]].concat()
}

fn picture_parameters() -> Vec<Value> {
    let description = "<payment>.svg or <payment>.png";
    [vec![path_parameter("picture", description, "op:17:3:17-3-000123-1.png")], query_of::<PictureQuery>()]
        .concat()
}

/// The parameters of a query, from the type that reads it.
fn query_of<T: JsonSchema>() -> Vec<Value> {
    let schema = of_sent::<T>();
    let Some(fields) = schema["properties"].as_object() else { return Vec::new() };
    let parameter = |(name, field): (&String, &Value)| {
        let mut field = field.clone();
        super::schema::never_null(&mut field);
        let description = field.as_object_mut().and_then(|field| field.remove("description"));
        if let Some(field) = field.as_object_mut() {
            field.remove("default");
        }
        json!({ "name": name, "in": "query", "required": false, "description": description, "schema": field })
    };
    fields.iter().map(parameter).collect()
}

/// The body of `pay`, with who asks.
fn pay_body() -> Value {
    body::<PayBody>(&[], &["register", "operation", "amount"])
}

/// The body of a verb over HTTP: the command's, without the fields that the path says, with who asks.
fn body<T: JsonSchema>(without: &[&str], required: &[&str]) -> Value {
    let mut schema = of_sent::<T>();
    if let Some(fields) = schema["properties"].as_object_mut() {
        fields.retain(|name, _| !without.contains(&name.as_str()));
        let text = |description: &str| json!({ "type": ["string", "null"], "description": description });
        fields.insert("store".to_owned(), text("The store; left out, the key's."));
        fields.insert("register".to_owned(), text("The register that asks."));
    }
    schema["required"] = json!(required);
    schema
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
}
