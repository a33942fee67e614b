//! The first page, and what is said where there is nothing.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use console::{DoorPage, Language};

use crate::door::Door;
use crate::playground;
use crate::problem::Problem;

/// A small page that links what is here.
pub(crate) async fn index(State(door): State<Arc<Door>>, headers: HeaderMap) -> Html<String> {
    let language = reader_language(&headers);
    let mut page = DoorPage::index(language);
    if door.parts.config.playground.is_some() {
        page.links.insert(0, playground::link(language));
    }
    Html(page.html())
}

/// No such address.
pub(crate) async fn nothing_here(OriginalUri(uri): OriginalUri) -> Response {
    let detail = format!("There is nothing at {}. The page at / links what there is.", uri.path());
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail).into_response()
}

/// The address is right, the method is not.
pub(crate) async fn wrong_method(method: Method, OriginalUri(uri): OriginalUri) -> Response {
    let detail = format!("{method} does not work at {}; the allow header names what does.", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).into_response()
}

/// The language of a person at a browser, for pages that belong to no console.
pub(crate) fn reader_language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted.and_then(Language::accepted).unwrap_or_default()
}
