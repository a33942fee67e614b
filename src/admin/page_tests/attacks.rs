//! What people with bad intentions type, plant and listen for: on every page that there is, also those that come later.

mod evil;
mod guesses;
mod names;
mod secrets;
mod sessions;
mod sites;

use axum::http::header;

use super::kit::Answer;

/// Whether a browser would draw it or run what is in it: pages, and pictures that are drawn by words.
fn can_run(answer: &Answer) -> bool {
    let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.contains("html") || kind.contains("svg") || kind.contains("xml"))
}

/// Whether it is a page.
fn is_page(answer: &Answer) -> bool {
    let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.contains("html"))
}
