//! From what came of a command to a response.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::contract::{self, EventBody};
use engine::doors::Outcome;

use super::caller::later;
use crate::documents;
use crate::door::Door;
use crate::problem::Problem;

/// Answers a command. `if_changed` is the status of one that changed a payment, the others that succeed are 200.
pub(crate) fn answer(door: &Door, outcome: Outcome, if_changed: StatusCode) -> Result<Response, Problem> {
    match outcome {
        Outcome::Changed(payment) => {
            let state = contract::state(&payment, door.parts.screens.now());
            let location = [(header::LOCATION, format!("/api/v1/payments/{}", payment.id))];
            Ok((if_changed, location, Json(state)).into_response())
        }
        Outcome::Told(mut bodies) if !bodies.is_empty() => Ok(Json(bodies.swap_remove(0)).into_response()),
        Outcome::Rejected(body) => Err(problem_of(*body)),
        Outcome::Unreadable(reason) => Err(Problem::invalid("register", reason)),
        Outcome::Told(_) | Outcome::Later => Err(later()),
    }
}

/// A rejection as a problem document with the same code.
pub(crate) fn problem_of(body: EventBody) -> Problem {
    let code = body.code.unwrap_or_else(|| "invalid".to_owned());
    let status = match body.field.as_deref() {
        Some("content_type") => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => documents::status_of(&code),
    };
    Problem::new(status, code, body.reason.unwrap_or_default())
        .in_field(body.field)
        .of_operation(body.operation)
}
