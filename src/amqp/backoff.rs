//! Growing pauses with jitter, without end.

use std::time::Duration;

/// Pauses that double from a floor to a ceiling. Each is drawn from its upper half, so that many instances which lost the
/// same broker do not come back in step.
#[derive(Debug)]
pub(crate) struct Backoff {
    floor: Duration,
    ceiling: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(floor: Duration, ceiling: Duration) -> Self {
        Self { floor, ceiling, next: floor }
    }

    /// The next pause.
    pub(crate) fn pause(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(self.ceiling);
        let half = whole / 2;
        half + up_to(whole.saturating_sub(half))
    }

    /// Starts from the floor again.
    pub(crate) fn reset(&mut self) {
        self.next = self.floor;
    }
}

/// A random duration up to `limit`. Without a source of randomness it is the limit: still a right pause.
fn up_to(limit: Duration) -> Duration {
    let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX - 1);
    let random = getrandom::u64().unwrap_or(limit_ms);
    Duration::from_millis(random % (limit_ms + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_ceiling_and_vary_within_their_upper_half() {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(1));
        for whole in [200, 400, 800, 1000, 1000] {
            let pause = backoff.pause();
            assert!(pause >= Duration::from_millis(whole / 2) && pause <= Duration::from_millis(whole));
        }
        backoff.reset();
        assert!(backoff.pause() <= Duration::from_millis(200));
    }
}
