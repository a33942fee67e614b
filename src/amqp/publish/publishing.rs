//! The publishing connection with its three lanes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::lane::{End, Lane};
use super::post::{Letter, Post};
use crate::address::Address;
use crate::backoff::Backoff;
use crate::config::Config;
use crate::health::Health;
use crate::names::Names;
use crate::wire::{self, Line, Link, Loss, Object};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
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
    objects: Vec<Object>,
    events: Entry,
    dead: Entry,
    copies: Entry,
}

/// The entries of the three lanes.
pub(crate) struct Posts {
    pub(crate) events: Post,
    pub(crate) dead: Post,
    pub(crate) copies: Post,
}

/// A lane's other end. Each has a channel of its own: a channel that the broker closes over one message takes all that is
/// in flight on it with it.
#[derive(Debug)]
struct Entry {
    name: &'static str,
    letters: mpsc::Receiver<Letter>,
    room: usize,
}

/// The loop and the entries to it.
pub(crate) fn build(
    config: &Arc<Config>,
    names: &Names,
    address: &Address,
    health: &Health,
) -> (Posts, Publishing) {
    let entry = |name, room| {
        let (post, letters) = Post::new(room, config.publish_timeout);
        (post, Entry { name, letters, room })
    };
    let (events, events_entry) = entry("events", config.max_in_flight.into());
    let (dead, dead_entry) = entry("dead letters", DEAD);
    let (copies, copies_entry) = entry("copies", COPIES);
    let publishing = Publishing {
        config: config.clone(),
        health: health.clone(),
        line: Line::new(
            address.clone(),
            format!("{} publish", config.connection_name),
            config.answer_timeout,
        ),
        objects: wire::for_publishing(names),
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
        let _ = timeout(FIRST_PAUSE, settling.wait()).await;
    }

    /// Runs the lanes until they are stopped and empty.
    async fn send(
        &mut self,
        link: &Link,
        settling: &TaskTracker,
        stop: &CancellationToken,
    ) -> lapin::Result<()> {
        let Self { config, health, objects, events, dead, copies, .. } = self;
        wire::ensure(link, objects, config, health).await?;
        let ground = Ground { config, health, objects, link, settling, stop };
        let sending = async { tokio::join!(events.run(&ground), dead.run(&ground), copies.run(&ground)) };
        tokio::select! {
            biased;
            _ = sending => Ok(()),
            error = wire::ensure_always(link, objects, config, health) => Err(error),
        }
    }
}

/// What the lanes of one connection share.
struct Ground<'a> {
    config: &'a Config,
    health: &'a Health,
    objects: &'a [Object],
    link: &'a Link,
    settling: &'a TaskTracker,
    stop: &'a CancellationToken,
}

impl Entry {
    /// Opens the lane again whenever it ends, until stopped. When the whole connection is gone, whoever watches it ends this.
    async fn run(&mut self, ground: &Ground<'_>) {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            let began = Instant::now();
            let end = self.run_once(ground).await;
            if began.elapsed() > LONGEST_PAUSE {
                backoff.reset();
            }
            match end {
                Ok(End::Stopped) => return,
                Ok(End::Overdue(lane)) => {
                    tracing::warn!(
                        "RabbitMQ is overdue with its word on {}: a new channel takes over",
                        self.name
                    );
                    ground.settling.spawn(lane.finish());
                }
                Ok(End::Closed(error)) | Err(error) => {
                    tracing::warn!("RabbitMQ closed the channel for {}: {error}", self.name);
                    sleep(backoff.pause()).await;
                    // What was deleted is made anew. An error here is the connection's, which is watched.
                    let Ground { config, health, objects, link, .. } = ground;
                    let _ = wire::ensure(link, objects, config, health).await;
                }
            }
        }
    }

    async fn run_once(&mut self, ground: &Ground<'_>) -> lapin::Result<End> {
        let Ground { config, health, link, stop, .. } = *ground;
        let lane = wire::answered(config.answer_timeout, Lane::open(link, self.room, config.publish_timeout))
            .await?;
        Ok(lane.run(&mut self.letters, health.publishing().blocked(), stop).await)
    }
}
