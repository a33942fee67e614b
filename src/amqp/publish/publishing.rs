//! The publishing connection with its three lanes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::entry::{Entry, Ground};
use super::freight::Freight;
use super::post::Post;
use crate::address::Address;
use crate::config::Config;
use crate::health::Health;
use crate::names::Names;
use crate::wire::{Line, Link, Loss};

/// What closing leaves to the end of channels that were overdue.
const LAST_MOMENT: Duration = Duration::from_millis(250);
/// How many copies may wait or be in flight: they are best effort, and must not grow into a load.
const COPIES: usize = 256;
/// How many dead letters may: as many as are in hand, at most.
const DEAD: usize = 256;

/// The loop that sends: events, their copies, dead letters. Without it, what is handed in waits and fails.
#[derive(Debug)]
pub struct Publishing {
    config: Arc<Config>,
    health: Health,
    line: Line,
    events: Entry,
    dead: Entry,
    copies: Entry,
}

/// Where messages for the three lanes are handed in.
pub(crate) struct Posts {
    pub(crate) events: Post,
    pub(crate) dead: Post,
    pub(crate) copies: Post,
}

/// The loop and the entries to it.
pub(crate) fn build(
    config: &Arc<Config>,
    names: &Names,
    address: &Address,
    health: &Health,
) -> (Posts, Publishing) {
    let entry = |freight, room| {
        let (post, parcels) = Post::new(room, config.publish_timeout);
        (post, Entry::new(freight, parcels, room, names))
    };
    let (events, events_entry) = entry(Freight::Events, config.max_in_flight.into());
    let (dead, dead_entry) = entry(Freight::DeadLetters, DEAD);
    let (copies, copies_entry) = entry(Freight::Copies, COPIES);
    let publishing = Publishing {
        config: config.clone(),
        health: health.clone(),
        line: Line::new(
            address.clone(),
            format!("{} publish", config.connection_name),
            config.answer_timeout,
        ),
        events: events_entry,
        dead: dead_entry,
        copies: copies_entry,
    };
    (Posts { events, dead, copies }, publishing)
}

impl Publishing {
    /// Runs until stopped. What was handed in before is still sent, within the publishing time-out; then the connection is
    /// closed.
    pub async fn run(mut self, stop: CancellationToken) {
        let health = self.health.clone();
        let state = health.publishing();
        let settling = TaskTracker::new();
        while let Some(link) = self.line.connect(state, &stop).await {
            let patience = self.config.publish_timeout;
            let too_late = async {
                stop.cancelled().await;
                sleep(patience).await;
            };
            let loss = tokio::select! {
                biased;
                loss = link.watch(state) => Some(loss),
                sent = self.send(&link, &settling, &stop) => sent.err().map(|error| Loss::Gone(error.to_string())),
                () = too_late => None,
            };
            if let Some(loss) = loss {
                self.line.lost(state, &loss);
            } else {
                link.close().await;
                self.line.closed(state);
                break;
            }
        }
        settling.close();
        // Without the connection they end at once.
        let _ = timeout(LAST_MOMENT, settling.wait()).await;
    }

    /// Runs the lanes until they are stopped and empty.
    async fn send(
        &mut self,
        link: &Link,
        settling: &TaskTracker,
        stop: &CancellationToken,
    ) -> lapin::Result<()> {
        let Self { config, health, events, dead, copies, .. } = self;
        let ground = Ground { config, health, link, settling, stop };
        tokio::try_join!(events.run(&ground), dead.run(&ground), copies.run(&ground)).map(drop)
    }
}
