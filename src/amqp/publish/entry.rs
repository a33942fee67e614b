//! One kind of message on its way to its lane.

use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::freight::Freight;
use super::lane::{End, Lane};
use super::post::Parcel;
use crate::backoff::Backoff;
use crate::config::Config;
use crate::health::Health;
use crate::names::Names;
use crate::wire::{self, Link, Object, Upkeep};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A lane's other end.
#[derive(Debug)]
pub(super) struct Entry {
    freight: Freight,
    parcels: mpsc::Receiver<Parcel>,
    room: usize,
    /// What it needs the broker to have.
    objects: Vec<Object>,
}

/// What the lanes of one connection share.
pub(super) struct Ground<'a> {
    pub(super) config: &'a Config,
    pub(super) health: &'a Health,
    pub(super) link: &'a Link,
    /// The tasks of channels that were overdue.
    pub(super) settling: &'a TaskTracker,
    pub(super) stop: &'a CancellationToken,
}

impl Entry {
    /// `room` is how many messages may be in flight.
    pub(super) fn new(freight: Freight, parcels: mpsc::Receiver<Parcel>, room: usize, names: &Names) -> Self {
        Self { freight, parcels, room, objects: freight.objects(names) }
    }

    /// Sees to what it needs and sends, until stopped. An error means that the connection is of no use.
    pub(super) async fn run(&mut self, ground: &Ground<'_>) -> lapin::Result<()> {
        let Self { freight, parcels, room, objects } = self;
        let Ground { config, health, link, .. } = *ground;
        let upkeep = Upkeep { link, objects, config, health };
        upkeep.once().await?;
        let again = Notify::new();
        tokio::select! {
            biased;
            () = send(*freight, parcels, *room, ground, &again) => Ok(()),
            error = upkeep.always(&again, health.publishing().blocked()) => Err(error),
        }
    }
}

/// Opens the lane again whenever it ends, until stopped. When the whole connection is gone, whoever watches it ends this.
async fn send(
    freight: Freight,
    parcels: &mut mpsc::Receiver<Parcel>,
    room: usize,
    ground: &Ground<'_>,
    again: &Notify,
) {
    let Ground { config, health, link, settling, stop } = *ground;
    let (name, state) = (freight.name(), health.lane(freight));
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    loop {
        let began = Instant::now();
        let opening = Lane::open(link, room, config.publish_timeout);
        let end = match wire::answered(config.answer_timeout, opening).await {
            Ok(lane) => {
                let _open = state.open();
                lane.run(parcels, health.publishing().blocked(), stop).await
            }
            Err(error) => End::Closed(error),
        };
        match end {
            End::Stopped => return,
            End::Overdue(lane) => {
                tracing::warn!("RabbitMQ is overdue with its word on {name}: a new channel takes over");
                settling.spawn(lane.finish());
            }
            End::Closed(error) => {
                tracing::warn!("RabbitMQ closed the channel for {name}: {error}");
                state.note_error(error.to_string());
                // What it missed may have been deleted.
                again.notify_one();
                if began.elapsed() > LONGEST_PAUSE {
                    backoff.reset();
                }
                sleep(backoff.pause()).await;
            }
        }
    }
}
