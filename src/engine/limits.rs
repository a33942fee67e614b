//! Limits per authorization server: calls at once, and calls per second by the generic cell rate algorithm.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use payment::{ServerId, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::Engine;

/// The limits of every authorization server.
#[derive(Default)]
pub(crate) struct Limits {
    gates: Mutex<BTreeMap<ServerId, Arc<Gate>>>,
}

/// Whether a call may be made.
pub(crate) enum Turn {
    /// Now; the place is given back when this is dropped.
    Granted(OwnedSemaphorePermit),
    /// Not before the deadline.
    TooLate,
}

struct Gate {
    places: Arc<Semaphore>,
    rate_per_s: u32,
    concurrency: u32,
    next: Mutex<Timestamp>,
}

impl Limits {
    /// Waits for a turn to call a server, at the longest until the deadline.
    pub(crate) async fn turn(&self, server: &ServerId, deadline: Timestamp, engine: &Engine) -> Turn {
        let gate = self.gate(server, engine);
        let wait = deadline.since(engine.now());
        let Ok(Ok(place)) = tokio::time::timeout(wait, Arc::clone(&gate.places).acquire_owned()).await else {
            return Turn::TooLate;
        };
        match gate.reserve(engine.now(), deadline) {
            Some(at) => {
                let pause = at.since(engine.now());
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                Turn::Granted(place)
            }
            None => Turn::TooLate,
        }
    }

    fn gate(&self, server: &ServerId, engine: &Engine) -> Arc<Gate> {
        let settings = engine.settings();
        let (rate_per_s, concurrency) =
            settings.servers.get(server).map_or((50, 16), |server| (server.rate_per_s, server.concurrency));
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        match gates.get(server) {
            Some(gate) if gate.rate_per_s == rate_per_s && gate.concurrency == concurrency => {
                Arc::clone(gate)
            }
            _ => {
                let gate = Arc::new(Gate::new(rate_per_s, concurrency));
                gates.insert(server.clone(), Arc::clone(&gate));
                gate
            }
        }
    }
}

impl Gate {
    fn new(rate_per_s: u32, concurrency: u32) -> Self {
        let places = Arc::new(Semaphore::new(usize::try_from(concurrency.max(1)).unwrap_or(1)));
        Self { places, rate_per_s, concurrency, next: Mutex::new(Timestamp::from_micros(0)) }
    }

    /// The moment at which the next call fits the rate, with a burst of a tenth of a second; `None`: after `deadline`.
    fn reserve(&self, now: Timestamp, deadline: Timestamp) -> Option<Timestamp> {
        let spacing = Duration::from_secs(1) / self.rate_per_s.max(1);
        let burst = Duration::from_millis(100);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (*next).max(now.minus(burst));
        if at >= deadline {
            return None;
        }
        *next = at.plus(spacing);
        Some(at.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_spread_by_the_rate_after_a_short_burst() {
        let gate = Gate::new(10, 1);
        let start = Timestamp::from_micros(1_000_000_000);
        let deadline = start.plus(Duration::from_secs(1));
        let granted: Vec<u64> = std::iter::from_fn(|| gate.reserve(start, deadline))
            .map(|at| u64::try_from(at.since(start).as_millis()).unwrap())
            .collect();
        assert_eq!(granted, [0, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    }
}
