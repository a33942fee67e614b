//! `GET /pair`: a device shows a one-time code until an admin gives it a console.
//!
//! The device's token is in a cookie that scripts can't read, never in an address. Once a console's key is this token's
//! hash, the page moves the token into the screen's cookie and goes to the screen.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use console::{DoorPage, Language, PairPage, Place, Screen, places};
use engine::ports::StoreError;
use engine::settings::Settings;
use payment::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::door::Door;
use crate::guard::is_by_tls;
use crate::index::reader_language;
use crate::problem::Problem;
use crate::screen::access::{Asked, Grant, has_key};

/// The cookie of a device that waits.
const COOKIE: &str = "pairing";
/// A longer token was not given by us.
const LONGEST_TOKEN: usize = 64;

/// The page of a device that is not paired yet, or the way to its screen.
pub(crate) async fn pair(
    State(door): State<Arc<Door>>,
    uri: Uri,
    headers: HeaderMap,
    jar: CookieJar,
) -> Response {
    let language = Asked::of(&uri).language().unwrap_or_else(|| reader_language(&headers));
    waiting(&door, &headers, jar, language).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "a device can't be paired");
        let detail = "Devices can't be paired now: the database can't be used.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).into_response()
    })
}

async fn waiting(
    door: &Door,
    headers: &HeaderMap,
    jar: CookieJar,
    language: Language,
) -> Result<Response, StoreError> {
    let now = door.parts.screens.now();
    if let Some(token) = token_of(&jar) {
        if let Some(place) = place_of(&door.parts.screens.settings(), &token) {
            return Ok(paired(jar, place, &token, headers));
        }
        if let Some((code, end)) = door.parts.pairings.waiting(&token, now).await? {
            return Ok(page(language, code, end, now, headers));
        }
    }
    if !door.new_pairings.allows(&(), now) {
        let busy = DoorPage::about("pair-busy", language);
        return Ok((StatusCode::TOO_MANY_REQUESTS, Html(busy.html())).into_response());
    }
    let device = door.parts.pairings.begin(now).await?;
    let cookie = Cookie::build((COOKIE, device.token.expose_secret().to_owned()))
        .path("/pair")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_by_tls(headers))
        .build();
    Ok((jar.add(cookie), page(language, device.code, device.expires_at, now, headers)).into_response())
}

fn page(language: Language, code: String, end: Timestamp, now: Timestamp, headers: &HeaderMap) -> Response {
    let base = base(headers);
    Html(PairPage { language, code, left_s: end.since(now).as_secs(), base }.html()).into_response()
}

/// Where the device itself reaches this service.
fn base(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let scheme = if is_by_tls(headers) { "https" } else { "http" };
    (!host.is_empty() && host.len() <= 255 && host.bytes().all(is_plain))
        .then(|| format!("{scheme}://{host}"))
}

/// The token becomes the screen's key, and is forgotten here.
fn paired(jar: CookieJar, place: Place, token: &SecretString, headers: &HeaderMap) -> Response {
    let grant = Grant { place, key: Some(token.expose_secret().as_bytes().to_vec()) };
    let jar = jar.remove(Cookie::build(COOKIE).path("/pair")).add(grant.cookie(is_by_tls(headers)));
    (jar, Redirect::to("/screen")).into_response()
}

fn token_of(jar: &CookieJar) -> Option<SecretString> {
    let token = jar.get(COOKIE)?.value();
    (!token.is_empty() && token.len() <= LONGEST_TOKEN).then(|| SecretString::from(token))
}

/// The console whose key this token is. All are compared, each in constant time.
fn place_of(settings: &Settings, token: &SecretString) -> Option<Place> {
    let has_it = |place: &Place| {
        let screen = Screen::find(settings, place, None);
        screen.is_some_and(|screen| has_key(screen.console, token.expose_secret().as_bytes()))
    };
    places(settings).into_iter().find(has_it)
}
