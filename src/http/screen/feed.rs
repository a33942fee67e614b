//! When a screen is told something: at once, at every change, and often enough to know that it is still true.

use std::sync::Arc;
use std::time::Duration;

use console::{ScreenState, ScreenView, Snapshot};
use tokio::time::Instant;
use tracing::warn;

use crate::changes::Changes;
use crate::door::Door;
use crate::screen::look::{Blind, Looker};

/// How often a screen hears something even if nothing changes.
pub(crate) const BEAT: Duration = Duration::from_secs(10);
/// How often the state is read anew: changes are told by hints, and a hint may be lost.
const READ_EVERY: Duration = Duration::from_secs(2);
/// The shortest pause before a change that is known in advance, such as the end of an outcome.
const READ_AGAIN_AFTER: Duration = Duration::from_millis(20);
/// A store that can't be read for this long makes the screen *unavailable*; before that it keeps what it has.
const PATIENCE: Duration = Duration::from_secs(6);
/// How often it is kept that a screen is connected.
const SEEN_EVERY: Duration = Duration::from_mins(1);
/// The longest that one read may take.
const READ_WITHIN: Duration = Duration::from_secs(5);

/// The stream of one screen.
pub(crate) struct Feed {
    door: Arc<Door>,
    looker: Looker,
    changes: Changes,
    /// What was sent last, and when.
    sent: Option<(ScreenView, Instant)>,
    /// Since when the store can't be read.
    blind_since: Option<Instant>,
    /// When it was last kept that this screen is connected.
    told_seen_at: Option<Instant>,
    _counted: Counted,
}

impl Feed {
    /// How soon a browser comes back after a break.
    pub(crate) const RETRY: Duration = Duration::from_secs(1);

    /// Listens for changes before the first look, so that none falls between.
    pub(crate) fn begin(door: Arc<Door>, looker: Looker) -> Self {
        let changes = Changes::of(&door, looker.registers(&door));
        Self {
            door,
            looker,
            changes,
            sent: None,
            blind_since: None,
            told_seen_at: None,
            _counted: Counted::begin(),
        }
    }

    /// The next snapshot to send; `None` ends the stream: the service stops, or the screen may not be seen any more.
    pub(crate) async fn next(&mut self) -> Option<Snapshot> {
        loop {
            if self.sent.is_some() && !self.pause().await {
                return None;
            }
            let snapshot = self.read().await.ok()?;
            let Some(snapshot) = snapshot else { continue };
            self.tell_seen();
            if self.is_news(&snapshot.view) {
                self.tell_drawn(&snapshot.view);
                self.sent = Some((snapshot.view.clone(), Instant::now()));
                return Some(snapshot);
            }
        }
    }

    /// From time to time it is kept that this screen is connected. Nothing waits for that.
    fn tell_seen(&mut self) {
        if self.told_seen_at.is_some_and(|at| at.elapsed() < SEEN_EVERY) {
            return;
        }
        self.told_seen_at = Some(Instant::now());
        let (door, place) = (Arc::clone(&self.door), self.looker.grant.place.clone());
        tokio::spawn(async move {
            let now = door.parts.screens.now();
            if let Err(error) = door.parts.sightings.saw(&place, now).await {
                warn!(store = %place.store, register = %place.register, %error, "that a screen is connected was not kept");
            }
        });
    }

    /// A connected page gets a code that it did not have: the till is told that the console shows it.
    fn tell_drawn(&self, view: &ScreenView) {
        let is_known = self.sent.as_ref().is_some_and(|(sent, _)| sent.code == view.code);
        let payment = view.payment.as_ref().and_then(|payment| payment.parse().ok());
        if let (Some(payment), Some(_), false) = (payment, &view.code, is_known) {
            self.door.parts.screens.drew(payment, &self.looker.grant.place.console);
        }
    }

    fn is_news(&self, view: &ScreenView) -> bool {
        self.sent.as_ref().is_none_or(|(sent, at)| sent != view || at.elapsed() >= BEAT)
    }

    /// Looks; `None`: nothing could be read, and what the screen has may stand a little longer.
    async fn read(&mut self) -> Result<Option<Snapshot>, Blind> {
        let looked = tokio::time::timeout(READ_WITHIN, self.looker.look(&self.door)).await;
        match looked {
            Ok(Ok(seen)) => {
                self.blind_since = None;
                Ok(Some(seen.snapshot))
            }
            Ok(Err(Blind::Gone)) => Err(Blind::Gone),
            Ok(Err(Blind::Store(error))) => self.while_blind(&error.to_string()),
            Err(_) => self.while_blind("the store did not answer in time"),
        }
    }

    fn while_blind(&mut self, cause: &str) -> Result<Option<Snapshot>, Blind> {
        let since = *self.blind_since.get_or_insert_with(|| {
            let place = &self.looker.grant.place;
            warn!(store = %place.store, register = %place.register, cause, "a screen can't be read");
            Instant::now()
        });
        let has_something =
            self.sent.as_ref().is_some_and(|(view, _)| view.state != ScreenState::Unavailable);
        if has_something && since.elapsed() < PATIENCE {
            return Ok(None);
        }
        self.looker.unavailable(&self.door).map(Some)
    }

    /// Waits until there may be something new; `false`: the service stops.
    async fn pause(&mut self) -> bool {
        let until = Instant::now() + self.longest_pause();
        self.changes.wait(&self.door, until).await
    }

    /// Loses the hints, as when the engine has stopped.
    #[cfg(test)]
    pub(crate) fn deafen(&mut self) {
        self.changes.deafen();
    }

    fn longest_pause(&self) -> Duration {
        let changes_at_ms = self.sent.as_ref().and_then(|(view, _)| view.changes_at_ms);
        let left =
            changes_at_ms.map(|at_ms| at_ms - self.door.parts.screens.now().as_micros().div_euclid(1_000));
        let left = left.map(|left_ms| Duration::from_millis(u64::try_from(left_ms).unwrap_or(0)));
        left.map_or(READ_EVERY, |left| left.clamp(READ_AGAIN_AFTER, READ_EVERY))
    }
}

/// Counts open screens as pairs of begun and ended.
struct Counted;

impl Counted {
    fn begin() -> Self {
        metrics::counter!("screen_streams_begun_total").increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::counter!("screen_streams_ended_total").increment(1);
    }
}
