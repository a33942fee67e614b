//! `GET /qr/{payment}.svg|.png|.bmp`: the picture of a code while it is live, for outputs that draw it themselves.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use console::{CodeImage, ImageKind, Language, live_payload};
use engine::ports::OperationKind;
use payment::Payment;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::address::{Address, Found};
use super::caller::{Caller, bearer, missing_key, unavailable, unknown_key};
use super::query::Asked;
use crate::door::Door;
use crate::problem::Problem;
use crate::screen::access::has_key;

/// Pixels of a module, and modules of the light border.
const MODULES: std::ops::RangeInclusive<u32> = 1..=20;
const QUIET: std::ops::RangeInclusive<u32> = 0..=16;

/// How the picture is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PictureQuery {
    /// Pixels of a module, 8 if not given.
    #[schemars(range(min = 1, max = 20))]
    module: Option<u32>,
    /// Modules of the light border, 4 if not given: what scanners need.
    #[schemars(range(min = 0, max = 16))]
    quiet: Option<u32>,
    /// The key of a console of the register, for outputs that can't set a header.
    #[expect(dead_code, reason = "`Keys` reads it before the other parameters")]
    key: Option<String>,
}

/// The picture. A code that is over, or never was, is not found (P8).
pub(crate) async fn picture(
    State(door): State<Arc<Door>>,
    keys: Keys,
    Path(picture): Path<String>,
    Asked(query): Asked<PictureQuery>,
) -> Result<Response, Problem> {
    let (address, kind) = named(&picture)?;
    let image = image_of(&query)?;
    let payment = seen_by(&door, &Address::parse("picture", address)?, keys).await?;
    let payload = live_payload(&payment, door.parts.screens.now()).ok_or_else(not_live)?.to_owned();
    let image = CodeImage { notice: notice(&door, &payment), ..image };
    let drawer = Arc::clone(&door);
    let drawing = move || drawer.pictures.file(&payload, &image, kind);
    let drawn = tokio::task::spawn_blocking(drawing).await.map_err(|error| error.to_string());
    match drawn.and_then(|drawn| drawn.map_err(|error| error.to_string())) {
        Ok(file) => Ok(([(header::CONTENT_TYPE, kind.media_type())], file.to_vec()).into_response()),
        Err(error) => {
            tracing::error!(payment.id = %payment.id, error, "a picture of a code was not handed out");
            Err(not_live())
        }
    }
}

/// The payment and the kind of file that a name asks for.
fn named(picture: &str) -> Result<(&str, ImageKind), Problem> {
    let kinds = [(".svg", ImageKind::Svg), (".png", ImageKind::Png), (".bmp", ImageKind::Bmp)];
    let found = kinds.into_iter().find_map(|(end, kind)| Some((picture.strip_suffix(end)?, kind)));
    let cure = "A picture is named <payment>.svg, <payment>.png or <payment>.bmp.";
    found.ok_or_else(|| Problem::invalid("picture", cure))
}

/// What stands above the code of a test, in the store's language.
fn notice(door: &Door, payment: &Payment) -> Option<String> {
    let settings = door.parts.screens.settings();
    let language =
        settings.stores.get(&payment.checkout.store).and_then(|store| Language::parse(&store.language));
    payment.is_test().then(|| language.unwrap_or_default().words().text("test-banner"))
}

/// Whose key came with the call.
pub(crate) enum Keys {
    /// The store's.
    Store(Caller),
    /// Perhaps a console's: by the register of the payment it is known.
    Console(SecretString),
}

impl FromRequestParts<Arc<Door>> for Keys {
    type Rejection = Problem;

    /// Whoever has no key at all learns nothing, not even what is wrong with the call.
    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Problem> {
        if let Some(key) = bearer(&parts.headers) {
            return Ok(match Caller::by_key(door, key.clone()).await? {
                Some(caller) => Self::Store(caller),
                None => Self::Console(key),
            });
        }
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map(|query| query.0);
        let key = query.unwrap_or_default().into_iter().find(|(name, _)| name == "key");
        key.map(|(_, key)| Self::Console(key.into())).ok_or_else(|| missing_key(&parts.headers))
    }
}

fn image_of(query: &PictureQuery) -> Result<CodeImage, Problem> {
    let (module, quiet) = (query.module.unwrap_or(8), query.quiet.unwrap_or(4));
    if !MODULES.contains(&module) {
        return Err(Problem::invalid("module", "module is 1 to 20 pixels"));
    }
    if !QUIET.contains(&quiet) {
        return Err(Problem::invalid("quiet", "quiet is 0 to 16 modules"));
    }
    Ok(CodeImage::plain(module, quiet))
}

/// The payment, for whoever has the store's key or that of a console of its register, also of one that it shares.
async fn seen_by(door: &Door, address: &Address, keys: Keys) -> Result<Payment, Problem> {
    let key = match keys {
        Keys::Store(caller) => {
            return match address.find(door, &caller).await? {
                Found::Payment(payment) => Ok(*payment),
                Found::NeverStarted(_) | Found::Nothing => Err(not_live()),
            };
        }
        Keys::Console(key) => key,
    };
    let payment = known(door, address).await?.ok_or_else(unknown_key)?;
    let settings = door.parts.screens.settings();
    let store = settings.stores.get(&payment.checkout.store);
    let register = payment.checkout.register.clone();
    let mut consoles = store.into_iter().flat_map(|store| store.consoles_of(&register));
    let is_theirs = consoles.any(|(.., console)| has_key(console, key.expose_secret().as_bytes()));
    if is_theirs { Ok(payment) } else { Err(unknown_key()) }
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
