//! The first page, and what is said where there is nothing.

use axum::extract::OriginalUri;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use console::{DoorPage, Language};

use crate::problem::Problem;

/// A small page that links what is here.
pub(crate) async fn index(headers: HeaderMap) -> Html<String> {
    Html(DoorPage::index(reader_language(&headers)).html())
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
