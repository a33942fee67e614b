//! The states behind the reports.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::{ChannelReport, LinkReport};

/// A connection's state.
#[derive(Debug)]
pub(crate) struct LinkState {
    lasting: Mutex<Lasting>,
    blocked: watch::Sender<Option<String>>,
}

/// The state of a channel for consuming or publishing.
#[derive(Debug)]
pub(crate) struct ChannelState {
    name: String,
    lasting: Mutex<Lasting>,
}

/// A yes-or-no that remembers since when, how often it became yes, and why it was last no.
#[derive(Debug)]
struct Lasting {
    holds: bool,
    since: Instant,
    times: u64,
    last_error: Option<String>,
}

impl LinkState {
    pub(crate) fn new() -> Self {
        Self { lasting: Lasting::unmet(), blocked: watch::Sender::new(None) }
    }

    pub(crate) fn up(&self) {
        lock(&self.lasting).set(true);
    }

    pub(crate) fn down(&self, error: Option<String>) {
        self.block(None);
        let mut lasting = lock(&self.lasting);
        lasting.set(false);
        lasting.last_error = error.or(lasting.last_error.take());
    }

    /// Notes the broker's alarm or its end. Returns whether that is news.
    pub(crate) fn block(&self, reason: Option<String>) -> bool {
        self.blocked.send_if_modified(|blocked| {
            let news = blocked.is_some() != reason.is_some();
            if news {
                *blocked = reason;
            }
            news
        })
    }

    /// Tells of alarms.
    pub(crate) fn blocked(&self) -> watch::Receiver<Option<String>> {
        self.blocked.subscribe()
    }

    pub(crate) fn report(&self) -> LinkReport {
        let blocked = self.blocked.borrow().clone();
        let lasting = lock(&self.lasting);
        LinkReport {
            is_connected: lasting.holds,
            lasting: lasting.since.elapsed(),
            blocked,
            connects: lasting.times,
            last_error: lasting.last_error.clone(),
        }
    }
}

impl ChannelState {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), lasting: Lasting::unmet() }
    }

    /// The channel is open until the guard is dropped.
    pub(crate) fn open(&self) -> Open<'_> {
        lock(&self.lasting).set(true);
        Open(self)
    }

    pub(crate) fn note_error(&self, error: String) {
        lock(&self.lasting).last_error = Some(error);
    }

    pub(crate) fn report(&self) -> ChannelReport {
        let lasting = lock(&self.lasting);
        ChannelReport {
            name: self.name.clone(),
            is_open: lasting.holds,
            lasting: lasting.since.elapsed(),
            last_error: lasting.last_error.clone(),
        }
    }
}

/// As long as it lives, its channel counts as open.
pub(crate) struct Open<'a>(&'a ChannelState);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        lock(&self.0.lasting).set(false);
    }
}

impl Lasting {
    fn unmet() -> Mutex<Self> {
        Mutex::new(Self { holds: false, since: Instant::now(), times: 0, last_error: None })
    }

    fn set(&mut self, holds: bool) {
        if self.holds != holds {
            (self.holds, self.since) = (holds, Instant::now());
            self.times += u64::from(holds);
        }
    }
}

fn lock(lasting: &Mutex<Lasting>) -> MutexGuard<'_, Lasting> {
    lasting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_tells_since_when_and_why() {
        let state = LinkState::new();
        tokio::time::advance(Duration::from_secs(3)).await;
        state.up();
        tokio::time::advance(Duration::from_secs(5)).await;
        state.up();
        assert_eq!(state.report().lasting, Duration::from_secs(5));
        assert!(state.block(Some("low on disk".into())));
        assert!(!state.block(Some("low on memory, too".into())), "an alarm is told once");
        assert_eq!(state.report().blocked.as_deref(), Some("low on disk"));
        state.down(Some("the broker went away".into()));
        state.down(None);
        let report = state.report();
        assert!(!report.is_connected && report.blocked.is_none());
        assert_eq!((report.connects, report.last_error.as_deref()), (1, Some("the broker went away")));
    }

    #[test]
    fn a_channel_is_open_while_its_guard_lives() {
        let state = ChannelState::new("q");
        let open = state.open();
        assert!(state.report().is_open);
        drop(open);
        assert!(!state.report().is_open);
    }
}
