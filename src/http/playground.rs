//! `/play` and `/till`: the pages of demonstrations. They exist only where a demo says so: the till's page holds an API key
//! in the open.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use console::{Language, Link, Place, PlayPage, TillPage};
use payment::RegisterId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::door::Door;
use crate::index::reader_language;
use crate::problem::Problem;

/// What the pages of a demonstration work with.
#[derive(Debug, Clone)]
pub struct Playground {
    /// The kiosk, and with it the store and the register that the till is at first.
    pub kiosk: Place,
    /// The key of the store's registers.
    pub api_key: SecretString,
    /// Where the simulated buyer's page is.
    pub buyer: String,
}

/// What the address of a page asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    register: Option<String>,
    lang: Option<String>,
}

impl Asked {
    fn language(&self, headers: &HeaderMap) -> Language {
        let asked = self.lang.as_deref().and_then(Language::parse);
        asked.unwrap_or_else(|| reader_language(headers))
    }
}

/// The routes, where there is a demonstration.
pub(crate) fn routes(playground: Option<&Playground>) -> Router<Arc<Door>> {
    match playground {
        Some(_) => Router::new().route("/play", get(play)).route("/till", get(till)),
        None => Router::new(),
    }
}

/// What the index says of it.
pub(crate) fn link(language: Language) -> Link {
    let words = language.words();
    Link { address: "/play".to_owned(), name: words.text("play-title"), note: words.text("play-note") }
}

async fn till(State(door): State<Arc<Door>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let Some(playground) = &door.parts.config.playground else { return nothing() };
    let named = asked.register.as_deref().map(RegisterId::parse);
    let register = match &named {
        None => &playground.kiosk.register,
        Some(Ok(register)) => register,
        Some(Err(_)) => return nothing(),
    };
    let page = TillPage {
        settings: &door.parts.screens.settings(),
        store: &playground.kiosk.store,
        register,
        language: asked.language(&headers),
        api_key: playground.api_key.expose_secret(),
    };
    page.html().map_or_else(nothing, |html| Html(html).into_response())
}

async fn play(State(door): State<Arc<Door>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let Some(playground) = &door.parts.config.playground else { return nothing() };
    let page = PlayPage {
        settings: &door.parts.screens.settings(),
        kiosk: &playground.kiosk,
        buyer: &playground.buyer,
        language: asked.language(&headers),
    };
    // The only page that holds frames, one of them from the simulator.
    let origin = playground.buyer.trim_end_matches("/buyer");
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self' {origin}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let mut response = Html(page.html()).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn nothing() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such till here.").into_response()
}
