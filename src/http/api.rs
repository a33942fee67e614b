//! The contract with registers over HTTP (contract.md §4): the same commands, events and codes as over AMQP.
//!
//! A call becomes the same [`Incoming`](engine::doors::Incoming) as a message from a queue, and the engine's intake reads,
//! decides and commits it; only the last step differs: the answer is the response.

mod address;
mod answer;
mod body;
mod caller;
mod commands;
mod contract;
mod drain;
mod events;
mod lists;
mod payment;
mod qr;
mod query;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};

pub use caller::ApiKeys;
pub(crate) use caller::Calls;
pub(crate) use events::EventsQuery;
pub(crate) use lists::{FindQuery, OpenQuery, TotalsQuery, TypesQuery};
pub(crate) use payment::StateQuery;
pub(crate) use qr::PictureQuery;

use crate::door::Door;

/// How often something that is waited for is read anew: changes are told by hints, and a hint may be lost.
const READ_EVERY: Duration = Duration::from_secs(2);

/// Calls that are answered at once.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/api/v1/payments", post(commands::pay).get(lists::find))
        .route("/api/v1/payments/{payment}/cancel", commands::about_operation("cancel"))
        .route("/api/v1/payments/{payment}/check", commands::about_operation("check"))
        .route("/api/v1/payments/{payment}/refunds", post(commands::refund))
        .route("/api/v1/payments/{payment}/claim", commands::about_operation("claim"))
        .route("/api/v1/payments/{payment}/fiscalized", post(commands::fiscalized))
        .route("/api/v1/open", get(lists::open))
        .route("/api/v1/totals", get(lists::totals))
        .route("/api/v1/types", get(lists::types))
        .route("/api/v1/openapi.json", get(contract::openapi))
        .route("/api/v1/asyncapi.json", get(contract::asyncapi))
        .route("/api/v1/schemas", get(contract::schemas))
        .route("/api/v1/schemas/{name}", get(contract::schema))
        .route("/qr/{picture}", get(qr::picture))
}

/// Calls that are held until there is something to say: they look after their time themselves.
pub(crate) fn held_routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/api/v1/payments/{payment}", get(payment::payment))
        .route("/api/v1/events", get(events::events))
}
