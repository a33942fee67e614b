//! The simulator's one clock: real time plus a shift, so that a test can make three days pass at once.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

/// Real time plus a shift that only grows.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    shift_ms: AtomicI64,
    shifted: Notify,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let real = real_now();
        real.checked_add(SignedDuration::from_millis(self.shift_ms())).unwrap_or(real)
    }

    pub(crate) fn shift_ms(&self) -> i64 {
        self.shift_ms.load(Ordering::Acquire)
    }

    /// Moves the clock forward and wakes all that wait for a time.
    pub(crate) fn advance(&self, by_ms: u32) {
        self.shift_ms.fetch_add(i64::from(by_ms), Ordering::AcqRel);
        self.shifted.notify_waiters();
    }

    /// Takes over the shift that a snapshot remembers.
    pub(crate) fn restore(&self, shift_ms: i64) {
        self.shift_ms.store(shift_ms.max(0), Ordering::Release);
    }

    /// Waits until the shifted clock shows `at`.
    pub(crate) async fn sleep_until(&self, at: Timestamp) {
        loop {
            // Registered before the clock is read, so that a shift in between is not missed.
            let mut shifted = std::pin::pin!(self.shifted.notified());
            shifted.as_mut().enable();
            let Some(left) = time_left(self.now(), at) else { return };
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                () = shifted => {}
            }
        }
    }
}

/// The time without the shift, for log lines and the like, in whole microseconds as banks print it.
#[expect(clippy::disallowed_methods, reason = "the single place where the simulator reads real time")]
pub(crate) fn real_now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

fn time_left(now: Timestamp, at: Timestamp) -> Option<Duration> {
    Duration::try_from(at.duration_since(now)).ok().filter(|left| !left.is_zero())
}

/// `at` plus a duration, held at the end of representable time.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_shift_wakes_a_sleeper_at_once() {
        let clock = std::sync::Arc::new(Clock::default());
        let at = later(clock.now(), Duration::from_hours(72));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(at).await }
        });
        tokio::task::yield_now().await;
        clock.advance(73 * 3_600_000);
        tokio::time::timeout(Duration::from_secs(5), sleeper).await.unwrap().unwrap();
        assert!(clock.now() >= at);
    }
}
