//! The live tail of a store's journal: hints that something changed. The page reads itself anew.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use engine::ports::Destination;
use futures_util::stream;
use payment::StoreId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::state::Admin;

/// A page hears of changes no more often.
const EVERY: Duration = Duration::from_secs(1);
/// Then the browser comes again, and it is looked whether its person still may.
const LASTS: Duration = Duration::from_mins(5);
/// Browsers come again so soon.
const RETRY: Duration = Duration::from_secs(3);
/// Tells a proxy in front to pass every event on at once.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

struct Tail {
    store: StoreId,
    changes: Receiver<Destination>,
    /// Nothing is told before.
    not_before: Instant,
    ends_at: Instant,
    stop: CancellationToken,
}

/// `GET /admin/stores/{store}/payments/live`: an event for each change, at most one a second.
pub(crate) async fn stream(
    State(admin): State<Arc<Admin>>,
    Path(store): Path<String>,
) -> Result<Response, Failure> {
    let store = StoreId::parse(&store).map_err(|_| Failure::Missing)?;
    let now = Instant::now();
    let tail = Tail {
        store,
        changes: admin.desk.changes(),
        not_before: now,
        ends_at: now + LASTS,
        stop: admin.operations.stop.clone(),
    };
    Ok(told(tail))
}

fn told(tail: Tail) -> Response {
    let events = stream::unfold(tail, |mut tail| async move {
        tail.change().await?;
        // Browsers tell their page of no event that has no data.
        let event = Event::default().event("changed").data("journal").retry(RETRY);
        Some((Ok::<_, Infallible>(event), tail))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::default());
    ([UNBUFFERED], events).into_response()
}

impl Tail {
    /// Waits for a change of the store; `None`: it is over.
    async fn change(&mut self) -> Option<()> {
        let Self { store, changes, not_before, ends_at, stop } = self;
        let heard = async {
            let heard: Option<()> = loop {
                match changes.recv().await {
                    Ok(changed) if changed.store != *store => {}
                    // After a lag something may have been of the store.
                    Ok(_) | Err(RecvError::Lagged(_)) => break Some(()),
                    Err(RecvError::Closed) => break None,
                }
            };
            heard?;
            // What comes meanwhile is told with it: the page reads everything anew.
            tokio::time::sleep_until(*not_before).await;
            Some(())
        };
        let told = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            () = tokio::time::sleep_until(*ends_at) => None,
            heard = heard => heard,
        };
        self.not_before = Instant::now() + EVERY;
        told
    }
}

#[cfg(test)]
mod tests {
    use payment::RegisterId;
    use tokio::sync::broadcast;

    use super::*;

    fn register(store: &str) -> Destination {
        Destination { store: StoreId::parse(store).unwrap(), register: RegisterId::parse("1").unwrap() }
    }

    #[tokio::test(start_paused = true)]
    async fn changes_of_the_store_are_told_at_most_once_a_second_and_others_never() {
        let (hints, changes) = broadcast::channel(16);
        let now = Instant::now();
        let store = register("17").store;
        let (not_before, ends_at) = (now, now + LASTS);
        let mut tail = Tail { store, changes, not_before, ends_at, stop: CancellationToken::new() };
        hints.send(register("18")).unwrap();
        hints.send(register("17")).unwrap();
        hints.send(register("17")).unwrap();
        assert_eq!(tail.change().await, Some(()));
        assert_eq!(now.elapsed(), Duration::ZERO);
        assert_eq!(tail.change().await, Some(()));
        assert_eq!(now.elapsed(), EVERY);
        assert_eq!(tail.change().await, None, "it ends, and the browser comes again");
        assert_eq!(now.elapsed(), LASTS);
    }

    #[tokio::test(start_paused = true)]
    async fn every_event_has_data_without_which_browsers_drop_it() {
        let (hints, changes) = broadcast::channel(16);
        let now = Instant::now();
        let (store, stop) = (register("17").store, CancellationToken::new());
        let tail = Tail { store, changes, not_before: now, ends_at: now + EVERY / 2, stop };
        hints.send(register("17")).unwrap();
        let body = axum::body::to_bytes(told(tail).into_body(), 1 << 12).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let events: Vec<&str> = text.split("\n\n").filter(|event| event.contains("event: changed")).collect();
        assert_eq!(events.len(), 1, "{text}");
        assert!(events[0].lines().any(|line| line.starts_with("data: ") && line.len() > 6), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_the_service() {
        let (_hints, changes) = broadcast::channel(16);
        let now = Instant::now();
        let stop = CancellationToken::new();
        let store = register("17").store;
        let mut tail = Tail { store, changes, not_before: now, ends_at: now + LASTS, stop: stop.clone() };
        stop.cancel();
        assert_eq!(tail.change().await, None);
        assert_eq!(now.elapsed(), Duration::ZERO);
    }
}
