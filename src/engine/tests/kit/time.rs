//! Time that tests own: tokio's paused time, carried from life to life.

use std::sync::{Mutex, PoisonError};

use engine::ports::Clock;
use payment::Timestamp;
use tokio::time::Instant;

/// When every world begins: 2026-11-21T09:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_795_251_600_000_000);

/// The world's clock. It goes on only while a life has nothing else to do.
pub(crate) struct TestTime {
    reading: Mutex<Reading>,
}

#[derive(Clone, Copy)]
struct Reading {
    base: Timestamp,
    /// When the life that runs now began, by its runtime.
    since: Option<Instant>,
}

impl TestTime {
    pub(crate) fn new() -> Self {
        Self { reading: Mutex::new(Reading { base: START, since: None }) }
    }

    /// So much time passes in which nothing runs.
    pub(crate) fn skip(&self, pause: std::time::Duration) {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(reading.since.is_none(), "between two lives");
        reading.base = reading.base.plus(pause);
    }

    /// A life begins. Called inside of its runtime.
    pub(crate) fn begin(&self) {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner).since = Some(Instant::now());
    }

    /// The life ends: the clock stands still until the next one.
    pub(crate) fn end(&self) {
        let base = self.now();
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Reading { base, since: None };
    }
}

impl Clock for TestTime {
    fn now(&self) -> Timestamp {
        let reading = *self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.since.map_or(reading.base, |since| reading.base.plus(since.elapsed()))
    }
}

/// Milliseconds since the world began.
pub(crate) fn ms(at: Timestamp) -> u64 {
    u64::try_from(at.since(START).as_millis()).unwrap()
}
