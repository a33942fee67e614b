//! Points in time: UTC, microseconds since the Unix epoch.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point in time in UTC, in microseconds since 1970-01-01T00:00:00Z.
///
/// The core never asks a clock: every `Timestamp` that it compares was handed to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// Text that is not an RFC 3339 point in time, such as `2026-11-21T10:15:00Z`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time: {0}")]
pub struct TimestampError(String);

impl Timestamp {
    /// The point `micros` microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch, as stored in the database.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time with any offset.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| TimestampError(text.to_owned()))?;
        Ok(Self(parsed.as_microsecond()))
    }

    /// This point moved later by `duration`; stops at the last representable point.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// This point moved earlier by `duration`; stops at the first representable point.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long after `earlier` this point is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// RFC 3339 in UTC, such as `2026-11-21T10:15:00.25Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(time) => write!(formatter, "{time}"),
            Err(_) => write!(formatter, "{} µs", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_any_offset_is_read_and_written_in_utc() {
        for (text, written) in [
            ("2026-11-21T10:15:00Z", "2026-11-21T10:15:00Z"),
            ("2026-11-21T13:15:00.250+03:00", "2026-11-21T10:15:00.25Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), written);
        }
        assert!(Timestamp::parse("2026-11-21 10:15").is_err());
        assert!(Timestamp::parse("").is_err());
    }

    #[test]
    fn arithmetic_never_overflows() {
        let last = Timestamp::from_micros(i64::MAX);
        assert_eq!(last.plus(Duration::from_secs(1)), last);
        assert_eq!(Timestamp::from_micros(5).since(Timestamp::from_micros(9)), Duration::ZERO);
        let first = Timestamp::from_micros(i64::MIN);
        assert_eq!(first.minus(Duration::from_secs(1)), first);
        assert_eq!(Timestamp::from_micros(9).minus(Duration::from_micros(4)).as_micros(), 5);
        assert_eq!(last.to_string(), "9223372036854775807 µs", "no calendar has it");
    }
}
