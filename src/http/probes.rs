//! What operators and their machines ask.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::door::Door;
use crate::problem::Problem;
use crate::{Condition, Health};

/// A store that does not say how it is within this time can't be used.
const HEALTH_WITHIN: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    parts: BTreeMap<&'static str, PartState>,
}

#[derive(Serialize)]
struct PartState {
    condition: &'static str,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// The process runs and answers.
pub(crate) async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "alive" }))
}

/// 200 `ready` or `degraded`, 503 `unready`.
pub(crate) async fn ready(State(door): State<Arc<Door>>) -> Response {
    let Ok(health) = tokio::time::timeout(HEALTH_WITHIN, door.parts.health.health()).await else {
        let parts = BTreeMap::new();
        return (StatusCode::SERVICE_UNAVAILABLE, Json(Readiness { status: "unready", parts }))
            .into_response();
    };
    let (status, word) = match (health.is_ready(), health.is_whole()) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unready"),
        (true, false) => (StatusCode::OK, "degraded"),
        (true, true) => (StatusCode::OK, "ready"),
    };
    (status, Json(Readiness { status: word, parts: part_states(health) })).into_response()
}

fn part_states(health: Health) -> BTreeMap<&'static str, PartState> {
    let state = |part: crate::Part| {
        let condition = match part.condition {
            Condition::Works => "works",
            Condition::Away => "away",
        };
        (part.name, PartState { condition, required: part.is_required, detail: part.detail })
    };
    health.parts.into_iter().map(state).collect()
}

/// Metrics as Prometheus reads them.
pub(crate) async fn metrics(State(door): State<Arc<Door>>) -> Response {
    let Some(handle) = &door.parts.metrics else {
        return Problem::new(StatusCode::NOT_FOUND, "not_found", "Metrics are switched off.").into_response();
    };
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
