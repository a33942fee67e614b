//! Calls that ask for something to be done: the verbs of the contract.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use engine::doors::Incoming;

use super::address::Address;
use super::answer::answer;
use super::body::CommandBody;
use super::caller::Caller;
use crate::door::Door;
use crate::problem::Problem;

type Answer = Result<Response, Problem>;

/// `POST /api/v1/payments`: 201 with the state; a repeat 200; another essence 409.
pub(crate) async fn pay(
    State(door): State<Arc<Door>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let body = CommandBody::required(&headers, body).await?;
    let store = caller.own(body.text("store")?)?;
    let register = body.register()?.ok_or_else(missing_register)?;
    ask(&door, body.into_sent("pay", &store, &register), StatusCode::CREATED).await
}

/// `POST …/cancel`, `…/check`, `…/claim`: a verb about the operation that the path names, by the register that it is of.
pub(crate) fn about_operation(verb: &'static str) -> MethodRouter<Arc<Door>> {
    post(
        async move |State(door): State<Arc<Door>>,
                    caller: Caller,
                    Path(payment): Path<String>,
                    headers: HeaderMap,
                    body: Body|
                    -> Answer {
            let mut body = CommandBody::read(&headers, body).await?;
            caller.own(body.text("store")?)?;
            let key = Address::parse("payment", &payment)?.operation(&door, &caller).await?;
            body.set_operation(&key.operation)?;
            ask(&door, body.into_command(verb, &key.store, &key.register), StatusCode::OK).await
        },
    )
}

/// `POST …/fiscalized`: the receipt of the payment, or of its refund that `operation` names, is printed.
pub(crate) async fn fiscalized(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Path(payment): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let mut body = CommandBody::required(&headers, body).await?;
    caller.own(body.text("store")?)?;
    let key = Address::parse("payment", &payment)?.operation(&door, &caller).await?;
    if body.text("operation")?.is_none() {
        body.set("operation", key.operation.as_str());
    }
    ask(&door, body.into_command("fiscalized", &key.store, &key.register), StatusCode::OK).await
}

/// `POST …/refunds`: money back. `register` asks, by default the one that was paid.
pub(crate) async fn refund(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Path(payment): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let mut body = CommandBody::required(&headers, body).await?;
    let store = caller.own(body.text("store")?)?;
    let address = Address::parse("payment", &payment)?;
    let key = address.operation(&door, &caller).await?;
    for name in ["payment", "payment_operation", "payment_store", "payment_register"] {
        body.fields.remove(name);
    }
    match address {
        Address::Payment(id) => body.set("payment", &id.to_string()),
        Address::Operation(_) => {
            body.set("payment_operation", key.operation.as_str());
            body.set("payment_register", key.register.as_str());
        }
    }
    let register = body.register()?.unwrap_or(key.register);
    ask(&door, body.into_command("refund", &store, &register), StatusCode::CREATED).await
}

/// The refusal of a call that does not say which register calls.
pub(crate) fn missing_register() -> Problem {
    Problem::invalid("register", "register is missing: it must be text of 1 to 40 characters")
}

async fn ask(door: &Door, incoming: Incoming, if_changed: StatusCode) -> Answer {
    answer(door, door.parts.registers.answer(incoming).await, if_changed)
}
