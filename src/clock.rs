//! Real time: the wall clock as read at the start, carried on by the monotonic clock, never backwards.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use engine::ports::Clock;
use payment::Timestamp;

/// A jump of the wall clock larger than this is worth an alarm.
const ALARM_ABOVE: Duration = Duration::from_secs(1);
/// A difference to the wall clock is taken over at this fraction of the time that passes: 1/20 is 3 s a minute.
const SLEW_DIVISOR: i64 = 20;

/// The service's clock. A wall clock that is set while the service runs is followed slowly, in both directions.
#[derive(Debug)]
pub(crate) struct WallClock {
    reading: Mutex<Reading>,
}

#[derive(Debug)]
struct Reading {
    at: Instant,
    time_micros: i64,
    is_alarmed: bool,
}

impl WallClock {
    /// Starts from the wall clock.
    pub(crate) fn start() -> Self {
        let (at, time_micros) = (monotonic(), wall_micros());
        Self { reading: Mutex::new(Reading { at, time_micros, is_alarmed: false }) }
    }
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let at = monotonic();
        let passed_micros = i64::try_from(at.saturating_duration_since(reading.at).as_micros()).unwrap_or(0);
        let (time_micros, ahead_micros) = follow(reading.time_micros, passed_micros, wall_micros());
        reading.alarm(ahead_micros);
        reading.at = at;
        reading.time_micros = time_micros;
        Timestamp::from_micros(time_micros)
    }
}

/// The next time, never before the last one, and by how much the wall clock is ahead of it.
fn follow(last_micros: i64, passed_micros: i64, wall_micros: i64) -> (i64, i64) {
    let carried_on = last_micros.saturating_add(passed_micros);
    let ahead = wall_micros.saturating_sub(carried_on);
    let most = passed_micros / SLEW_DIVISOR;
    (carried_on + ahead.clamp(-most, most), ahead)
}

impl Reading {
    fn alarm(&mut self, ahead_micros: i64) {
        let is_far = ahead_micros.unsigned_abs() > ALARM_ABOVE.as_micros().try_into().unwrap_or(u64::MAX);
        if is_far && !self.is_alarmed {
            tracing::error!(
                ahead_ms = ahead_micros / 1000,
                "the machine's clock jumped: it is followed slowly; check its time source"
            );
        }
        self.is_alarmed = is_far;
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that everyone else asks")]
fn monotonic() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that everyone else asks")]
fn wall_micros() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_wall_clock_is_taken_over_slowly_and_never_backwards() {
        for (wall_micros, next) in [
            (1_000_100, 1_000_100),         // in step
            (3_600_000_000, 1_000_100 + 5), // an hour ahead: 5 % faster
            (0, 1_000_100 - 5),             // far behind: 5 % slower, still forwards
        ] {
            assert_eq!(follow(1_000_000, 100, wall_micros).0, next);
        }
    }
}
