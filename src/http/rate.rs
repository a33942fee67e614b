//! How often something may happen: a flood must make the service neither ask banks, nor write logs, nor read wildly.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use payment::{ServerId, Timestamp};

/// What each of many callers has left of the same rate.
///
/// Generic cell rate: each use takes `every` of time, and the time used up may run ahead of the clock by `burst` of them.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    every: Duration,
    burst: u32,
    used_until: Mutex<HashMap<K, Timestamp>>,
}

impl<K: Clone + Eq + Hash> Rates<K> {
    /// One use each `every`, and `burst` at once.
    pub(crate) fn new(every: Duration, burst: u32) -> Self {
        Self { every, burst, used_until: Mutex::default() }
    }

    /// Whether one more use is within the rate at `now`; if so, it is counted. The map is bounded by the callers that
    /// exist: ask only for known ones.
    pub(crate) fn allows(&self, caller: &K, now: Timestamp) -> bool {
        let mut used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = used_until.entry(caller.clone()).or_insert(now);
        if until.since(now) > self.every * (self.burst - 1) {
            return false;
        }
        *until = (*until).max(now).plus(self.every);
        true
    }
}

/// What each authorization server's notifications have left, proven and not apart: forged ones can't use up the share
/// of real ones. A hint that is not followed costs one poll interval, nothing else.
#[derive(Debug)]
pub(crate) struct HintRates {
    proven: Rates<ServerId>,
    /// Anyone can send those.
    unproven: Rates<ServerId>,
}

impl Default for HintRates {
    fn default() -> Self {
        Self {
            proven: Rates::new(Duration::from_millis(5), 400),
            unproven: Rates::new(Duration::from_millis(500), 20),
        }
    }
}

impl HintRates {
    /// Whether a hint may be followed at `now`; if so, it is counted.
    pub(crate) fn allows(&self, server: &ServerId, is_proven: bool, now: Timestamp) -> bool {
        let rates = if is_proven { &self.proven } else { &self.unproven };
        rates.allows(server, now)
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
