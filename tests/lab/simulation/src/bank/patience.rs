//! How an instance treats a bank that does not answer, as the bank sees it (P13).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::{CallError, Timestamp};

use crate::instance::Life;
use crate::promise::Promise;
use crate::world::World;

/// So many calls in a row without an answer: whoever made them must know that the bank is ill.
const MUST_KNOW_AFTER: u32 = 7;
/// After that, one call from time to time, never sooner than this after the last failure.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// What one instance has seen of one bank.
#[derive(Default)]
pub(super) struct Patience {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    failures: u32,
    /// The bank is ill, and the last call that told so ended then.
    ill_since: Option<Timestamp>,
}

/// A call under way. Dropped without an answer, it is one more failure.
pub(super) struct Try<'a> {
    patience: &'a Patience,
    world: &'a World,
    life: &'a Life,
    name: String,
    began_in_illness: bool,
    /// `None`: its caller has left.
    is_answered: Option<bool>,
}

impl Patience {
    /// A call comes that was made at that time: if its process stood still meanwhile, it could not know better.
    pub(super) fn begin<'a>(
        &'a self,
        world: &'a World,
        life: &'a Life,
        name: String,
        now: Timestamp,
    ) -> Try<'a> {
        let ill_since = self.lock().ill_since.filter(|since| *since < now); // at the very moment it was under way
        if let Some(since) = ill_since {
            world.risk(Promise::P13, 1);
            if now.since(since) < LEAST_PAUSE {
                let after = now.since(since).as_millis();
                world.broken(
                    Promise::P13,
                    format!("{name} came to an ill bank {after} ms after its last failure"),
                );
            }
        }
        Try { patience: self, world, life, name, began_in_illness: ill_since.is_some(), is_answered: None }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Try<'_> {
    /// What the caller learns.
    pub(super) fn end<T>(mut self, answer: &Result<T, CallError>) {
        self.is_answered = Some(matches!(answer, Ok(_) | Err(CallError::Refused(_))));
    }
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        if self.is_answered.is_none() {
            self.world.tell("bank", format_args!("{} gets no answer, and is given up", self.name));
            if self.life.is_leaving() {
                return;
            }
        }
        let mut seen = self.patience.lock();
        if self.is_answered == Some(true) {
            *seen = Seen::default();
            return;
        }
        seen.failures += 1;
        let is_still_ill = self.began_in_illness && seen.ill_since.is_some(); // another call may have been answered since
        if seen.failures == MUST_KNOW_AFTER || is_still_ill {
            seen.ill_since = Some(self.world.now());
        }
    }
}
