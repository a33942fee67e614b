//! `GET /api/v1/events`: the events of a register as server-sent events, each once, none left out.
//!
//! The id of an event is its row's number in the journal. Rows of a register are read by that number, so a register that
//! names the last one it has seen misses nothing, whatever happened to the connection, the register or the service. The
//! stream opens with an id without an event, so that a register knows its place before anything has happened.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use engine::ports::{Destination, EventRow, StoreError};
use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::READ_EVERY;
use super::body::register_named;
use super::caller::{Caller, unavailable};
use super::query::Asked;
use crate::changes::Changes;
use crate::door::Door;
use crate::problem::Problem;

/// Tells a proxy in front to pass every event on at once.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");
/// A sign of life while nothing happens, so that both sides notice a connection that is dead.
const BEAT: Duration = Duration::from_secs(10);
/// How soon a client comes back after a break.
const RETRY: Duration = Duration::from_secs(1);
/// Rows that are read at once.
const PAGE: usize = 256;
/// A key that was removed ends its streams within this time.
const KEY_CHECK_EVERY: Duration = Duration::from_secs(30);

/// Which events are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct EventsQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register.
    #[schemars(length(min = 1, max = 40))]
    register: String,
    /// The id of the last event that was seen, or `latest` for what comes from now on. Left out: from the first event.
    #[schemars(regex(pattern = "^([0-9]{1,18}|latest)$"))]
    after: Option<String>,
}

/// Streams the events of a register: from the beginning, behind the cursor, or from now on.
pub(crate) async fn events(
    State(door): State<Arc<Door>>,
    caller: Caller,
    headers: HeaderMap,
    Asked(query): Asked<EventsQuery>,
) -> Result<Response, Problem> {
    let store = caller.own(query.store.as_deref())?;
    let register = register_named(&query.register)?;
    let destination = Destination { store, register };
    ensure_set_up(&door, &destination)?;
    let place = caller.hold(&door)?;
    let cursor = cursor(&door, &destination, &headers, query.after.as_deref()).await?;
    let changes = Changes::of(&door, vec![destination.clone()]);
    let key_checked_at = Instant::now();
    let page = VecDeque::new();
    let feed = Feed { door, caller, destination, changes, cursor, page, key_checked_at, _place: place };
    let begins = Event::default().id(cursor.to_string()).retry(RETRY).comment("events follow");
    let events = stream::unfold(feed, |mut feed| async move {
        let row = feed.next().await?;
        Some((Event::default().id(row.number.to_string()).event(row.name).data(row.body), feed))
    });
    let frames = stream::once(async { begins }).chain(events).map(Ok::<_, Infallible>);
    let alive = KeepAlive::new().interval(BEAT).text("alive");
    Ok(([UNBUFFERED], Sse::new(frames).keep_alive(alive)).into_response())
}

fn ensure_set_up(door: &Door, destination: &Destination) -> Result<(), Problem> {
    let settings = door.parts.screens.settings();
    let store = settings.stores.get(&destination.store);
    if store.is_some_and(|store| store.registers.contains_key(&destination.register)) {
        return Ok(());
    }
    let detail = format!("Register {} is not set up in this store.", destination.register);
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_register", detail)
        .in_field(Some("register".to_owned())))
}

/// Where to begin: behind the header that browsers send when they come back, else behind the query, else at the first.
async fn cursor(
    door: &Door,
    destination: &Destination,
    headers: &HeaderMap,
    after: Option<&str>,
) -> Result<i64, Problem> {
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let last = last.filter(|last| !last.is_empty());
    let field = if last.is_some() { "Last-Event-ID" } else { "after" };
    let Some(wanted) = last.or(after) else { return Ok(0) };
    let newest = door.parts.registers.newest_event(destination).await.map_err(unavailable)?;
    if wanted == "latest" {
        return Ok(newest);
    }
    let cursor = wanted.parse().ok().filter(|cursor| *cursor >= 0).ok_or_else(|| {
        let detail = format!("{field} is wrong: it must be the id of an event of this stream, or latest");
        Problem::invalid(field, detail)
    })?;
    if cursor > newest {
        // Accepted, it would make the register deaf until as many events have come.
        let detail = format!(
            "{field} is ahead of this stream, whose newest event is {newest}: it belongs to another database. Begin with \
             latest, and ask for each operation of which no end is known"
        );
        return Err(Problem::invalid(field, detail));
    }
    Ok(cursor)
}

/// The stream of one client.
struct Feed {
    door: Arc<Door>,
    caller: Caller,
    destination: Destination,
    changes: Changes,
    /// The number of the last row that was sent.
    cursor: i64,
    page: VecDeque<EventRow>,
    key_checked_at: Instant,
    _place: OwnedSemaphorePermit,
}

impl Feed {
    /// The next event; `None` ends the stream: the service stops, or the key is gone.
    async fn next(&mut self) -> Option<EventRow> {
        loop {
            if let Some(row) = self.page.pop_front() {
                self.cursor = row.number;
                return Some(row);
            }
            match self.read().await {
                Ok(page) if !page.is_empty() => self.page = page.into(),
                read => {
                    if let Err(error) = read {
                        tracing::warn!(%error, "a stream of events waits for the database");
                    }
                    self.wait().await?;
                }
            }
        }
    }

    async fn read(&self) -> Result<Vec<EventRow>, StoreError> {
        self.door.parts.registers.events_behind(&self.destination, self.cursor, PAGE).await
    }

    async fn wait(&mut self) -> Option<()> {
        if self.key_checked_at.elapsed() >= KEY_CHECK_EVERY {
            self.key_checked_at = Instant::now();
            self.caller.still_holds(&self.door).await.then_some(())?;
        }
        self.changes.wait(&self.door, Instant::now() + READ_EVERY).await.then_some(())
    }
}
