//! `POST`, `GET` and `DELETE /faults`.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::request;
use crate::banks::Banks;

pub(crate) async fn add(State(banks): State<Arc<Banks>>, body: Bytes) -> Response {
    match request::parse(&body, &banks.names()) {
        Ok(fault) => Json(banks.world.faults.add(fault)).into_response(),
        Err(message) => (StatusCode::BAD_REQUEST, Json(json!({"error": "bad_request", "message": message})))
            .into_response(),
    }
}

pub(crate) async fn list(State(banks): State<Arc<Banks>>) -> Response {
    Json(json!({"faults": banks.world.faults.list()})).into_response()
}

pub(crate) async fn clear(State(banks): State<Arc<Banks>>) -> Response {
    Json(json!({"removed": banks.world.faults.clear()})).into_response()
}
