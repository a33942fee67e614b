//! `GET /qr/{payment}.svg|.png`: the picture of a code while it is live, for outputs that draw it themselves.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use console::{CodeImage, live_payload};
use engine::ports::OperationKind;
use payment::Payment;
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::address::Address;
use super::caller::{Caller, bearer, unavailable, unknown_key};
use super::lists::read;
use crate::door::Door;
use crate::problem::Problem;
use crate::screen::access::has_key;

/// Pixels of a module, and modules of the light border.
const MODULES: std::ops::RangeInclusive<u32> = 1..=20;
const QUIET: std::ops::RangeInclusive<u32> = 0..=16;

/// How the picture is wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct PictureQuery {
    /// Pixels of a module, 8 if not given.
    module: Option<u32>,
    /// Modules of the light border, 4 if not given: what scanners need.
    quiet: Option<u32>,
    /// The key of a console of the register, for outputs that can't set a header.
    key: Option<String>,
}

/// The picture. A code that is over, or never was, is not found (P8).
pub(crate) async fn picture(
    State(door): State<Arc<Door>>,
    Path(picture): Path<String>,
    headers: HeaderMap,
    query: Result<Query<PictureQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let query = read(query)?;
    let (address, is_png) = match (picture.strip_suffix(".png"), picture.strip_suffix(".svg")) {
        (Some(address), _) => (address, true),
        (_, Some(address)) => (address, false),
        _ => return Err(Problem::invalid("payment", "A picture is named <payment>.svg or <payment>.png.")),
    };
    let image = image_of(&query)?;
    let payment = seen_by(&door, &Address::parse(address)?, &headers, query.key.as_deref()).await?;
    let payload = live_payload(&payment, door.parts.screens.now()).ok_or_else(not_live)?;
    let drawn = |kind: &'static str, picture: Vec<u8>| ([(header::CONTENT_TYPE, kind)], picture);
    let picture = if is_png {
        image.png(payload).map(|png| drawn("image/png", png))
    } else {
        image.svg(payload).map(|svg| drawn("image/svg+xml", svg.into_bytes()))
    };
    picture.map(IntoResponse::into_response).map_err(|_| not_live())
}

fn image_of(query: &PictureQuery) -> Result<CodeImage, Problem> {
    let (module, quiet) = (query.module.unwrap_or(8), query.quiet.unwrap_or(4));
    if !MODULES.contains(&module) {
        return Err(Problem::invalid("module", "module is 1 to 20 pixels"));
    }
    if !QUIET.contains(&quiet) {
        return Err(Problem::invalid("quiet", "quiet is 0 to 16 modules"));
    }
    Ok(CodeImage { module, quiet })
}

/// The payment, for whoever has the store's key or that of a console of its register.
async fn seen_by(
    door: &Door,
    address: &Address,
    headers: &HeaderMap,
    key: Option<&str>,
) -> Result<Payment, Problem> {
    let sent = bearer(headers);
    if let Some(sent) = &sent
        && let Some(caller) = Caller::by_key(door, sent.clone()).await?
    {
        return address.payment(door, &caller).await?.ok_or_else(not_live);
    }
    let payment = known(door, address).await?;
    let of_console = sent.as_ref().map(ExposeSecret::expose_secret).or(key);
    let settings = door.parts.screens.settings();
    let (store, register) = match &payment {
        Some(payment) => (&payment.checkout.store, &payment.checkout.register),
        None => return Err(if door.parts.config.open_screens { not_live() } else { unknown_key() }),
    };
    let consoles = settings
        .stores
        .get(store)
        .and_then(|store| store.registers.get(register))
        .into_iter()
        .flat_map(|register| register.consoles.values());
    let is_theirs =
        of_console.is_some_and(|key| consoles.into_iter().any(|console| has_key(console, key.as_bytes())));
    if !is_theirs && !door.parts.config.open_screens {
        return Err(unknown_key());
    }
    payment.ok_or_else(not_live)
}

async fn known(door: &Door, address: &Address) -> Result<Option<Payment>, Problem> {
    let id = match address {
        Address::Payment(id) => *id,
        Address::Operation(key) => match door.parts.registers.operation(key).await.map_err(unavailable)? {
            Some(OperationKind::Pay(id)) => id,
            _ => return Ok(None),
        },
    };
    door.parts.registers.payment(id).await.map_err(unavailable)
}

fn not_live() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no live code of this payment.")
}
