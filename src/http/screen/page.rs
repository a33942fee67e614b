//! `GET /screen`: the document.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum_extra::extract::CookieJar;
use console::{DoorPage, Screen, ScreenPage};
use engine::settings::Settings;

use crate::door::Door;
use crate::index::reader_language;
use crate::problem::Problem;
use crate::screen::access::{Asked, Grant, Refused};
use crate::screen::feed::BEAT;
use crate::screen::look::{Blind, Looker, denied};

/// The page of a screen.
pub(crate) async fn screen(
    State(door): State<Arc<Door>>,
    uri: Uri,
    headers: HeaderMap,
    jar: CookieJar,
) -> Response {
    let asked = Asked::of(&uri);
    let settings = door.parts.screens.settings();
    match asked.grant(&jar, &settings, door.parts.config.open_screens) {
        Ok(grant) => document(&door, grant, &asked).await,
        Err(refused) => refusal(refused, &settings, &asked, &headers),
    }
}

async fn document(door: &Door, grant: Grant, asked: &Asked) -> Response {
    let looker = Looker { grant, asked_language: asked.language() };
    let found = match looker.look(door).await {
        Err(Blind::Store(_)) => looker.unavailable(door),
        seen => seen.map(|seen| seen.snapshot),
    };
    let settings = door.parts.screens.settings();
    let screen = Screen::find(&settings, &looker.grant.place, looker.asked_language);
    match (found, screen) {
        (Ok(snapshot), Some(screen)) => {
            let beat_ms = u64::try_from(BEAT.as_millis()).unwrap_or(u64::MAX);
            Html(ScreenPage { beat_ms }.html(&screen, &snapshot)).into_response()
        }
        (Err(blind), _) => Problem::from(blind).into_response(),
        (_, None) => denied().into_response(),
    }
}

fn refusal(refused: Refused, settings: &Settings, asked: &Asked, headers: &HeaderMap) -> Response {
    let language = asked.language().unwrap_or_else(|| reader_language(headers));
    let (status, page) = match refused {
        Refused::Denied => (StatusCode::FORBIDDEN, DoorPage::denied(language)),
        Refused::Missing => (StatusCode::NOT_FOUND, DoorPage::about("missing", language)),
        Refused::Choose => (StatusCode::OK, DoorPage::screens(language, settings)),
    };
    (status, Html(page.html())).into_response()
}
