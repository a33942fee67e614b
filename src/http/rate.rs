//! How many notifications are followed: a flood must make the service neither ask banks nor write logs wildly.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use payment::{ServerId, Timestamp};

/// Hints per second that proven notifications of one authorization server may give, and how many at once.
const PROVEN: Rate = Rate { every: Duration::from_millis(5), burst: 400 };
/// The same for notifications whose signature is wrong: anyone can send those.
const UNPROVEN: Rate = Rate { every: Duration::from_millis(500), burst: 20 };

#[derive(Debug, Clone, Copy)]
struct Rate {
    every: Duration,
    burst: u32,
}

/// What each authorization server's notifications have left, proven and not apart: forged ones can't use up the share
/// of real ones. A hint that is not followed costs one poll interval, nothing else.
#[derive(Debug, Default)]
pub(crate) struct HintRates {
    used_until: Mutex<HashMap<(ServerId, bool), Timestamp>>,
}

impl HintRates {
    /// Whether a hint may be followed at `now`; if so, it is counted.
    ///
    /// Generic cell rate: each hint uses up `every` of time, and the time used up may run ahead of the clock by `burst`
    /// of them. The map is bounded by the authorization servers that exist: callers know the server.
    pub(crate) fn allows(&self, server: &ServerId, is_proven: bool, now: Timestamp) -> bool {
        let rate = if is_proven { PROVEN } else { UNPROVEN };
        let mut used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = used_until.entry((server.clone(), is_proven)).or_insert(now);
        if until.since(now) > rate.every * (rate.burst - 1) {
            return false;
        }
        *until = (*until).max(now).plus(rate.every);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str) -> ServerId {
        ServerId::parse(name).unwrap()
    }

    fn allowed(rates: &HintRates, name: &str, is_proven: bool, now: Timestamp) -> usize {
        (0..1_000).filter(|_| rates.allows(&server(name), is_proven, now)).count()
    }

    #[test]
    fn a_flood_of_forged_notifications_gives_few_hints_and_leaves_the_real_ones_theirs() {
        let (rates, now) = (HintRates::default(), Timestamp::from_micros(0));
        assert_eq!(allowed(&rates, "bank", false, now), 20);
        assert_eq!(allowed(&rates, "bank", true, now), 400);
        assert_eq!(allowed(&rates, "another", false, now), 20, "each server has its own");
    }

    #[test]
    fn time_gives_hints_back_up_to_the_burst() {
        let (rates, now) = (HintRates::default(), Timestamp::from_micros(0));
        allowed(&rates, "bank", false, now);
        assert_eq!(allowed(&rates, "bank", false, now.plus(Duration::from_millis(999))), 1);
        assert_eq!(allowed(&rates, "bank", false, now.plus(Duration::from_secs(2))), 3);
        assert_eq!(allowed(&rates, "bank", false, now.plus(Duration::from_hours(1))), 20);
    }
}
