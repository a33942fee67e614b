//! `GET /screen/events`: the live stream of a screen (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::door::Door;
use crate::screen::feed::Feed;
use crate::screen::look::Looker;

/// Tells a proxy in front to pass every event on at once.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// A whole snapshot first, another one after each change, and one every few seconds as a sign of life.
pub(crate) async fn events(State(door): State<Arc<Door>>, looker: Looker) -> Response {
    let feed = Feed::begin(door, looker);
    let events = stream::unfold(feed, |mut feed| async move {
        let snapshot = feed.next().await?;
        // A snapshot is text, numbers and yes or no: it always becomes JSON.
        let event = Event::default().event("screen").json_data(&snapshot).unwrap_or_default();
        Some((Ok::<_, Infallible>(event.retry(Feed::RETRY)), feed))
    });
    ([UNBUFFERED], Sse::new(events)).into_response()
}
