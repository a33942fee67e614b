//! `POST /screen/cancel`: the buyer turns away.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{Response as HttpResponse, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use console::Screen;
use engine::doors::{Incoming, Receipt};
use payment::Checkout;
use serde::Deserialize;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::door::Door;
use crate::problem::Problem;
use crate::screen::look::{Looker, denied};

/// The form of the button.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    /// The payment that the buyer saw: a late press must not cancel the next one.
    payment: String,
}

/// Cancels what the screen shows, as the register's own `cancel` would: it never refunds, and *paid* wins.
///
/// A payment that the screen does not offer to cancel any more is left alone; the answer leads back to the screen.
pub(crate) async fn cancel(
    State(door): State<Arc<Door>>,
    looker: Looker,
    Form(wish): Form<Wish>,
) -> Result<Response, Problem> {
    let seen = looker.look(&door).await?;
    let view = &seen.snapshot.view;
    let is_offered = view.can_cancel && view.payment.as_ref() == Some(&wish.payment);
    let wanted = seen.payments.iter().find(|payment| is_offered && payment.id.to_string() == wish.payment);
    if let Some(payment) = wanted {
        ask(&door, &payment.checkout).await?;
    }
    let settings = door.parts.screens.settings();
    let screen = Screen::find(&settings, &looker.grant.place, looker.asked_language).ok_or_else(denied)?;
    Ok(Redirect::to(&screen.address("")).into_response())
}

/// In the name of the payment's register, which need not be the one that the console is set up at.
async fn ask(door: &Door, checkout: &Checkout) -> Result<(), Problem> {
    let body = serde_json::json!({ "operation": checkout.operation.as_str(), "reason": "buyer" });
    let incoming = Incoming {
        version: "v1".to_owned(),
        store: checkout.store.as_str().to_owned(),
        register: checkout.register.as_str().to_owned(),
        verb: "cancel".to_owned(),
        body: body.to_string().into_bytes(),
        content_type: Some("application/json".to_owned()),
        ..Incoming::default()
    };
    match door.parts.intake.receive(incoming).await {
        Receipt::Ack => Ok(()),
        Receipt::DeadLetter(_) | Receipt::Later => {
            let detail = "The payment could not be cancelled now. Press again.";
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail))
        }
    }
}

/// Pages of other sites can't press the button.
pub(crate) fn same_site_only() -> CsrfLayer<impl Fn(ProtectionError) -> HttpResponse<axum::body::Body> + Clone>
{
    CsrfLayer::new().with_rejection_response(|_| {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "Only the screen itself may do this.")
            .into_response()
    })
}
