//! `POST /screen/rate`: one tap after a payment.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use console::Screen;
use payment::PaymentId;
use serde::Deserialize;

use crate::door::Door;
use crate::problem::Problem;
use crate::screen::look::{Looker, denied};

/// The form of the three faces.
#[derive(Debug, Deserialize)]
pub(crate) struct Tap {
    /// The payment that the buyer saw.
    payment: String,
    /// 1 bad, 2 so-so, 3 good.
    rating: u8,
}

/// Keeps the rating of the payment that the screen shows as paid. A late tap is left alone: it may be another buyer's.
pub(crate) async fn rate(
    State(door): State<Arc<Door>>,
    looker: Looker,
    Form(tap): Form<Tap>,
) -> Result<Response, Problem> {
    let view = looker.look(&door).await?.snapshot.view;
    let is_asked = view.can_rate && view.payment.as_ref() == Some(&tap.payment);
    let payment = tap.payment.parse::<PaymentId>().ok();
    if let Some(payment) = payment.filter(|_| is_asked && (1..=3).contains(&tap.rating)) {
        let (place, now) = (&looker.grant.place, door.parts.screens.now());
        door.parts.ratings.rate(payment, place, tap.rating, now).await.map_err(|error| {
            tracing::warn!(%error, "a rating could not be kept");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The rating could not be kept now.")
        })?;
    }
    let settings = door.parts.screens.settings();
    let screen = Screen::find(&settings, &looker.grant.place, looker.asked_language).ok_or_else(denied)?;
    Ok(Redirect::to(&screen.address("")).into_response())
}
