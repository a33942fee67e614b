//! What a test or a person may ask of the simulator itself: the ledger and the clock.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

use crate::{banks::Banks, desk::Desk};

#[derive(Serialize)]
struct Ledger {
    banks: BTreeMap<&'static str, Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Up to 49 days at once.
    advance_ms: u32,
}

/// `GET /ledger`: every bank's whole book.
pub(crate) async fn ledger(State(banks): State<Arc<Banks>>) -> Response {
    let book = |desk: &Arc<Desk>| {
        let view = desk.open(|book, now| serde_json::value::to_raw_value(&book.ledger(now)));
        (desk.bank, view.expect("the ledger has text keys only"))
    };
    let ledger = Ledger { banks: banks.desks().into_iter().map(book).collect() };
    match serde_json::to_vec(&ledger) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// `GET /clock`
pub(crate) async fn clock(State(banks): State<Arc<Banks>>) -> Response {
    show_clock(&banks)
}

/// `POST /clock {"advance_ms": n}`: lets time pass at once.
pub(crate) async fn advance(State(banks): State<Arc<Banks>>, body: Bytes) -> Response {
    match serde_json::from_slice::<Advance>(&body) {
        Ok(advance) => {
            banks.world.clock.advance(advance.advance_ms);
            show_clock(&banks)
        }
        Err(error) => {
            let message = format!("{error}; expected {{\"advance_ms\": 0..4294967295}}");
            (StatusCode::BAD_REQUEST, Json(json!({"error": "bad_request", "message": message})))
                .into_response()
        }
    }
}

fn show_clock(banks: &Banks) -> Response {
    let clock = &banks.world.clock;
    Json(json!({"now": clock.now().to_string(), "shift_ms": clock.shift_ms()})).into_response()
}
