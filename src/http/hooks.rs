//! Notifications of banks: hints that an order may have changed, nothing more. Status is the truth.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::doors::MoneyTold;
use payment::{AttemptId, ServerId};
use tracing::warn;

use crate::door::Door;
use crate::problem::Problem;

/// The largest notification that is read.
const LARGEST: usize = 64 * 1024;

/// Reads notifications by the authorization server's module.
pub trait Notifications: Send + Sync + 'static {
    /// Says what a notification is. Quick: it checks a signature and reads an order number, and asks nobody.
    ///
    /// `header` gives a header's value by its name in any case, `None` for one that is absent or not text.
    fn receive(
        &self,
        server: &ServerId,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
    ) -> NotificationReceipt;
}

/// What a notification turned out to be. An order in it is hinted to the engine within the rates of its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationReceipt {
    /// No such authorization server, or its bank sends no notifications: 404.
    UnknownServer,
    /// It can't be read: 400.
    Unreadable,
    /// It can be read, but its signature is missing or wrong: 401, so that a wrong key shows in the bank's cabinet. The
    /// order is asked for all the same: a hint can't do harm.
    NotProven {
        /// The order that it names.
        order: Option<AttemptId>,
    },
    /// It is the bank's: 200, also when the order is not ours; 503 when it tells of money of which nothing certain could
    /// be learned yet, so that the bank tells again.
    Proven {
        /// The order that it names.
        order: Option<AttemptId>,
        /// The money that it tells of.
        money: Option<MoneyTold>,
    },
}

impl NotificationReceipt {
    fn word(&self) -> &'static str {
        match self {
            Self::UnknownServer => "unknown_server",
            Self::Unreadable => "unreadable",
            Self::NotProven { .. } => "not_proven",
            Self::Proven { .. } => "proven",
        }
    }
}

/// `POST /hooks/{authorization server}`. Answered as soon as it is read, and what only it tells is durable.
pub(crate) async fn receive(
    State(door): State<Arc<Door>>,
    Path(server): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(server) = ServerId::parse(&server) else { return unknown_server().into_response() };
    let Ok(body) = to_bytes(body, LARGEST).await else {
        let detail = format!("A notification is at most {LARGEST} bytes long and arrives whole.");
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail).into_response();
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let receipt = door.parts.notifications.receive(&server, &header, &body);
    metrics::counter!("notifications_total", "outcome" => receipt.word()).increment(1);
    answer(&door, &server, receipt).await.into_response()
}

async fn answer(door: &Door, server: &ServerId, receipt: NotificationReceipt) -> Result<StatusCode, Problem> {
    let allows = |is_proven| door.rates.allows(server, is_proven, door.parts.screens.now());
    match receipt {
        NotificationReceipt::UnknownServer => Err(unknown_server()),
        NotificationReceipt::Unreadable => {
            if allows(false) {
                warn!(%server, "a notification could not be read");
            }
            Err(Problem::new(StatusCode::BAD_REQUEST, "invalid", "The notification can't be read."))
        }
        NotificationReceipt::NotProven { order } => {
            if allows(false) {
                warn!(%server, "a notification's signature is wrong: check the key of the authorization server");
                hint(door, order);
            }
            Err(Problem::new(StatusCode::UNAUTHORIZED, "forbidden", "The signature is missing or wrong."))
        }
        NotificationReceipt::Proven { order, money } => {
            let is_followed = allows(true);
            if is_followed {
                hint(door, order);
            }
            let Some(money) = money else { return Ok(StatusCode::OK) };
            // A hint that is not followed costs a poll interval; but of some money only its notification tells.
            if is_followed && door.parts.hints.notified(server, money).await {
                return Ok(StatusCode::OK);
            }
            let detail = "Nothing certain is known of this money yet: tell again.";
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "bank_unavailable", detail))
        }
    }
}

fn hint(door: &Door, order: Option<AttemptId>) {
    if let Some(order) = order {
        door.parts.hints.hint(order);
    }
}

fn unknown_server() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown_server", "No authorization server takes notifications here.")
}
