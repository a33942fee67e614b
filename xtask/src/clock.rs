//! Time for progress lines and waiting loops. Real time is right here: xtask waits for real programs.

use std::time::{Duration, Instant};

/// How often a waiting loop looks again.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// Measures from its making.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "xtask waits for real programs; there is no Clock port here"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Waits on this thread.
#[expect(clippy::disallowed_methods, reason = "xtask has no async runtime that this could block")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Seconds since 1970, for names of files.
#[expect(clippy::disallowed_methods, reason = "a name for people, nothing is decided by it")]
pub(crate) fn epoch_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// "3.2 s": tenths are enough for a person who waits.
pub(crate) fn in_seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_in_seconds_and_tenths() {
        for (millis, text) in [(0, "0.0 s"), (99, "0.0 s"), (3_250, "3.2 s"), (61_999, "61.9 s")] {
            assert_eq!(in_seconds(Duration::from_millis(millis)), text);
        }
    }
}
