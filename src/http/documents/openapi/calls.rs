//! The calls.

use engine::contract::{CancelBody, ClaimBody, FiscalizedBody, GetBody, PayBody, RefundBody};
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::parameters::{address, events_parameters, path_parameter, picture_parameters, query_of};
use super::{JSON, reference};
use crate::api::{FindQuery, OpenQuery, StateQuery, TotalsQuery, TypesQuery};
use crate::documents::commands::COMMANDS;
use crate::documents::rules;
use crate::documents::schema::of_sent;

/// Status, media type, schema.
type Answer = (u16, &'static str, fn() -> Value);

/// One call.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) parameters: fn() -> Vec<Value>,
    pub(super) body: Option<Body>,
    pub(super) answers: &'static [Answer],
    /// The verb that it is; its codes answer it.
    pub(super) verb: Option<&'static str>,
    /// Further codes that answer it, beside those of every call.
    pub(super) codes: &'static [&'static str],
    pub(super) needs_key: bool,
}

/// What is sent.
pub(super) struct Body {
    pub(super) schema: fn() -> Value,
    pub(super) example: fn() -> Value,
    pub(super) is_required: bool,
}

/// A verb about the operation that the path names.
const ABOUT_OPERATION: Call = Call {
    method: "post",
    path: "",
    id: "",
    summary: "",
    description: "",
    parameters: address,
    body: None,
    answers: &[(200, JSON, state)],
    verb: None,
    codes: &["unknown_operation"],
    needs_key: true,
};

/// A question about a store.
const QUESTION: Call = Call { method: "get", parameters: none, answers: &[], codes: &[], ..ABOUT_OPERATION };

/// A document that anyone may read.
const DOCUMENT: Call = Call { answers: &[(200, JSON, any)], needs_key: false, ..QUESTION };

pub(super) const CALLS: [Call; 17] = [
    Call {
        path: "/api/v1/payments",
        id: "pay",
        summary: "pay: 201 with the state; a repeat 200; another essence 409.",
        description: rules::OPERATIONS,
        parameters: none,
        body: Some(Body {
            schema: || body::<PayBody>(&[], Asker::Required, &["operation", "amount"]),
            example: || example("pay", &[], true),
            is_required: true,
        }),
        answers: &[(201, JSON, state), (200, JSON, state_or_cancelled)],
        verb: Some("pay"),
        codes: &[],
        ..ABOUT_OPERATION
    },
    Call {
        path: "/api/v1/payments",
        id: "find",
        summary: "find: payments of the store, newest first, 50 at most.",
        description: "If `more`, the same question with `before` set to `next` of the answer goes on behind it. Without `from`, \
            a receipt or a bank transaction, the 31 days before `to`, or before now, are looked at: `from` and `to` of the \
            answer say what was.",
        parameters: query_of::<FindQuery>,
        answers: &[(200, JSON, || reference("event.register.found"))],
        verb: Some("find"),
        ..QUESTION
    },
    Call {
        path: "/api/v1/payments/{payment}",
        id: "get",
        summary: "get: the state of a payment, with its events and refunds.",
        description: "With `wait` it is held until there is an event behind `after`, or until the pay arrives. An operation that was \
            cancelled before its pay arrived is answered `payment.cancelled` with `payment: null`, a rejected one with its \
            rejection, both at once.",
        parameters: || [address(), query_of::<StateQuery>()].concat(),
        answers: &[(200, JSON, payment_or_cancelled)],
        verb: Some("get"),
        ..QUESTION
    },
    Call {
        path: "/api/v1/open",
        id: "open",
        summary: "get without an operation: what the register has open.",
        description: "`open` has the operations: a till that starts asks for each of them, and for each of its own of which it knows no end: \
                      what was paid meanwhile is not open any more.",
        parameters: query_of::<OpenQuery>,
        answers: &[(200, JSON, || reference("event.register.state"))],
        codes: &["invalid", "unknown_register"],
        ..QUESTION
    },
    Call {
        path: "/api/v1/payments/{payment}/cancel",
        id: "cancel",
        summary: "cancel: ends what is open; before its pay has arrived the pay never starts.",
        description: "The status `cancelling` is not the end: `payment.cancelled`, or `payment.paid` if the buyer was faster, follows.",
        body: Some(Body {
            schema: || body::<CancelBody>(&["operation"], Asker::Path, &[]),
            example: || example("cancel", &["operation"], false),
            is_required: false,
        }),
        answers: &[(200, JSON, state_or_cancelled)],
        verb: Some("cancel"),
        ..ABOUT_OPERATION
    },
    Call {
        path: "/api/v1/payments/{payment}/check",
        id: "check",
        summary: "check: the bank is asked now.",
        body: Some(Body {
            schema: || body::<GetBody>(&["operation"], Asker::Path, &[]),
            example: || example("check", &["operation"], false),
            is_required: false,
        }),
        answers: &[(200, JSON, state_or_cancelled)],
        verb: Some("check"),
        ..ABOUT_OPERATION
    },
    Call {
        path: "/api/v1/payments/{payment}/refunds",
        id: "refund",
        summary: "refund: 201 with the state of the payment; a repeat 200.",
        description: "`operation` is a new one of the register that asks: `register`, or left out the one that was paid. The path \
            names the payment. Without `amount` all that is left goes back.",
        body: Some(Body {
            schema: || body::<RefundBody>(&PAID, Asker::Optional, &["operation"]),
            example: || example("refund", &PAID, true),
            is_required: true,
        }),
        answers: &[(201, JSON, state), (200, JSON, state)],
        verb: Some("refund"),
        ..ABOUT_OPERATION
    },
    Call {
        path: "/api/v1/payments/{payment}/claim",
        id: "claim",
        summary: "claim: takes late money that was offered.",
        body: Some(Body {
            schema: || body::<ClaimBody>(&["operation"], Asker::Path, &[]),
            example: || example("claim", &["operation"], false),
            is_required: false,
        }),
        verb: Some("claim"),
        ..ABOUT_OPERATION
    },
    Call {
        path: "/api/v1/payments/{payment}/fiscalized",
        id: "fiscalized",
        summary: "fiscalized: keeps the numbers of the fiscal receipt.",
        description: "Of the pay that the path names, or of its refund that `operation` names.",
        body: Some(Body {
            schema: || body::<FiscalizedBody>(&[], Asker::Path, &["fn", "fd", "fp"]),
            example: || example("fiscalized", &["operation"], false),
            is_required: true,
        }),
        verb: Some("fiscalized"),
        ..ABOUT_OPERATION
    },
    Call {
        path: "/api/v1/totals",
        id: "totals",
        summary: "totals: counts and sums of a register's shift, or of a period, by payment type.",
        description: "`shift`, or `from`, must be given. A shift is looked for in the last 31 days unless `from` names a time.",
        parameters: query_of::<TotalsQuery>,
        answers: &[(200, JSON, || reference("event.register.totals"))],
        verb: Some("totals"),
        ..QUESTION
    },
    Call {
        path: "/api/v1/types",
        id: "types",
        summary: "types: the payment types of the store and what they can do.",
        parameters: query_of::<TypesQuery>,
        answers: &[(200, JSON, || reference("event.register.types"))],
        verb: Some("types"),
        ..QUESTION
    },
    Call {
        path: "/api/v1/events",
        id: "events",
        summary: "The events of a register as they come.",
        description: rules::STREAM,
        parameters: events_parameters,
        answers: &[(200, "text/event-stream", || json!({ "type": "string" }))],
        codes: &["invalid", "unknown_register"],
        ..QUESTION
    },
    Call {
        path: "/qr/{picture}",
        id: "picture",
        summary: "The code's picture while it is live.",
        description: "For the store's key, or that of a console of the register, which may also stand in `key`.",
        parameters: picture_parameters,
        answers: &[
            (200, "image/svg+xml", || json!({ "type": "string" })),
            (200, "image/png", || json!({ "type": "string", "contentEncoding": "binary" })),
        ],
        codes: &["invalid", "not_found", "unknown_operation"],
        ..QUESTION
    },
    Call { path: "/api/v1/openapi.json", id: "openapi", summary: "This document.", ..DOCUMENT },
    Call {
        path: "/api/v1/asyncapi.json",
        id: "asyncapi",
        summary: "The contract over RabbitMQ.",
        ..DOCUMENT
    },
    Call {
        path: "/api/v1/schemas",
        id: "schemas",
        summary: "The JSON Schema of every message, by its name.",
        ..DOCUMENT
    },
    Call {
        path: "/api/v1/schemas/{name}",
        id: "schema",
        summary: "The JSON Schema of one message, such as command.pay or event.payment.paid.",
        parameters: || vec![path_parameter("name", "The message's name.", "event.payment.paid")],
        answers: &[(200, "application/schema+json", any)],
        codes: &["not_found"],
        ..DOCUMENT
    },
];

/// How a refund's body names its payment over AMQP; over HTTP the path does.
const PAID: [&str; 4] = ["payment", "payment_operation", "payment_store", "payment_register"];

/// Whether a body says which register asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// It must.
    Required,
    /// Left out, it is the one that was paid.
    Optional,
    /// The path says it.
    Path,
}

fn none() -> Vec<Value> {
    Vec::new()
}

fn any() -> Value {
    json!({ "type": "object" })
}

fn state() -> Value {
    reference("event.payment.state")
}

fn state_or_cancelled() -> Value {
    json!({ "anyOf": [state(), reference("event.payment.cancelled")] })
}

fn payment_or_cancelled() -> Value {
    json!({ "anyOf": [reference("payment"), reference("event.payment.cancelled")] })
}

/// The body of a verb over HTTP: the command's, without the fields that the path says, with who asks.
fn body<T: JsonSchema>(without: &[&str], asker: Asker, required: &[&str]) -> Value {
    let mut schema = of_sent::<T>();
    if let Some(fields) = schema["properties"].as_object_mut() {
        fields.retain(|name, _| !without.contains(&name.as_str()));
        let text = |kind: Value, description: &str| json!({ "type": kind, "minLength": 1, "maxLength": 40, "description": description });
        fields.insert("store".to_owned(), text(json!(["string", "null"]), "The store; left out, the key's."));
        let kind = if asker == Asker::Required { json!("string") } else { json!(["string", "null"]) };
        if asker != Asker::Path {
            fields.insert("register".to_owned(), text(kind, "The register that asks."));
        }
    }
    let asker = (asker == Asker::Required).then_some("register");
    let required: Vec<&str> = asker.iter().chain(required).copied().collect();
    schema["required"] = json!(required);
    schema
}

/// The example of a verb, without the fields that the path says.
fn example(verb: &str, without: &[&str], with_asker: bool) -> Value {
    let command = COMMANDS.iter().find(|command| command.verb == verb).expect("calls are of verbs");
    let mut example = (command.example)();
    if let Some(fields) = example.as_object_mut() {
        fields.retain(|name, _| !without.contains(&name.as_str()));
        if with_asker {
            fields.insert("store".to_owned(), "17".into());
            fields.insert("register".to_owned(), "3".into());
        }
    }
    example
}
