//! Brings a connection up again and again, for ever.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::link::{Link, Loss};
use crate::address::Address;
use crate::backoff::Backoff;
use crate::health::LinkState;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A connection that lived this long was a good one: the next is tried soon.
const GOOD_LIFE: Duration = Duration::from_secs(30);

/// One of the ways to the broker.
#[derive(Debug)]
pub(crate) struct Line {
    address: Address,
    name: String,
    limit: Duration,
    backoff: Backoff,
    up_since: Option<Instant>,
}

impl Line {
    /// `name` is what the broker's pages call the connection; `limit` is for each try to connect.
    pub(crate) fn new(address: Address, name: String, limit: Duration) -> Self {
        Self { address, name, limit, backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE), up_since: None }
    }

    /// Tries until the connection is up; `None` when stopped before that.
    pub(crate) async fn connect(&mut self, state: &LinkState, stop: &CancellationToken) -> Option<Link> {
        stop.run_until_cancelled(self.try_on(state)).await
    }

    async fn try_on(&mut self, state: &LinkState) -> Link {
        if self.up_since.take().is_some() {
            sleep(self.backoff.pause()).await;
        }
        loop {
            match Link::open(self.address.uri(), &self.name, self.limit).await {
                Ok(link) => {
                    tracing::info!("{} is connected to {}", self.name, self.address);
                    self.up_since = Some(Instant::now());
                    state.up();
                    return link;
                }
                Err(error) => {
                    let pause = self.backoff.pause();
                    let (name, address) = (&self.name, &self.address);
                    tracing::warn!(
                        "{name} can't connect to {address}: {error}. Next try in {} ms",
                        pause.as_millis()
                    );
                    state.down(Some(error));
                    sleep(pause).await;
                }
            }
        }
    }

    /// Notes that the connection is gone.
    pub(crate) fn lost(&mut self, state: &LinkState, loss: &Loss) {
        let (Loss::Unreadable(text) | Loss::Gone(text)) = loss;
        tracing::warn!("{} lost its connection to {}: {text}", self.name, self.address);
        // What breaks connections is got rid of by trying again at once, see `consume`.
        let is_soon = matches!(loss, Loss::Unreadable(_));
        if is_soon || self.up_since.is_some_and(|since| since.elapsed() >= GOOD_LIFE) {
            self.backoff.reset();
        }
        state.down(Some(text.clone()));
    }

    /// Notes that the connection was closed on purpose.
    pub(crate) fn closed(&mut self, state: &LinkState) {
        self.backoff.reset();
        state.down(None);
    }
}
