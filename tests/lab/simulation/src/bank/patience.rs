//! How an instance treats a bank that does not answer, as the bank sees it (P13).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::{CallError, Timestamp};

use super::fate::Verb;
use crate::instance::Life;
use crate::promise::Promise;
use crate::world::World;

/// So many calls in a row without an answer: whoever made them must know that the bank is ill.
const MUST_KNOW_AFTER: u32 = 7;
/// After that, one call from time to time, never sooner than this after the last failure.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// What one instance has seen of one bank: of each part of what it does.
#[derive(Default)]
pub(super) struct Patience {
    seen: Mutex<[Seen; PARTS]>,
}

/// Codes, withdrawals, refunds with the questions for them, and before all others questions for orders: while these are not
/// answered, nothing else is asked for.
const PARTS: usize = 4;
const ORDERS: usize = 0;

fn part_of(verb: Verb) -> usize {
    match verb {
        Verb::Status => ORDERS,
        Verb::Issue => 1,
        Verb::Annul => 2,
        Verb::Refund | Verb::RefundStatus => 3,
    }
}

#[derive(Default)]
struct Seen {
    failures: u32,
    /// It is ill, and the last call that told so ended then.
    ill_since: Option<Timestamp>,
}

/// A call under way. Dropped without an answer, it is one more failure.
pub(super) struct Try<'a> {
    patience: &'a Patience,
    world: &'a World,
    life: &'a Life,
    name: String,
    part: usize,
    /// The parts that were ill when it began.
    ill: [bool; PARTS],
    /// `None`: its caller has left.
    is_answered: Option<bool>,
}

impl Patience {
    /// A call is made. It counts from here on, also where its process stands still before the bank gets anything of it: a caller
    /// that gives it up then can't tell it from one that the bank did not answer, and knows of one more failure.
    pub(super) fn begin<'a>(&'a self, world: &'a World, life: &'a Life, verb: Verb, name: String) -> Try<'a> {
        let now = world.now();
        let part = part_of(verb);
        let mut ill = [false; PARTS];
        for (number, seen) in self.lock().iter().enumerate() {
            let since = seen.ill_since.filter(|since| *since < now); // at the very moment it was under way
            let Some(since) = since.filter(|_| number == ORDERS || number == part) else { continue };
            ill[number] = true;
            world.risk(Promise::P13, 1);
            if now.since(since) < LEAST_PAUSE {
                let after = now.since(since).as_millis();
                world.broken(
                    Promise::P13,
                    format!("{name} came to an ill bank {after} ms after its last failure"),
                );
            }
        }
        Try { patience: self, world, life, name, part, ill, is_answered: None }
    }

    fn lock(&self) -> MutexGuard<'_, [Seen; PARTS]> {
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
        let (is_answered, now) = (self.is_answered == Some(true), self.world.now());
        for (number, seen) in self.patience.lock().iter_mut().enumerate() {
            let is_own = number == self.part;
            if !is_own && !self.ill[number] {
                continue; // it says nothing of this
            }
            if is_answered {
                *seen = Seen::default();
                continue;
            }
            seen.failures += u32::from(is_own);
            // Another call may have been answered since.
            let is_still_ill = self.ill[number] && seen.ill_since.is_some();
            if (is_own && seen.failures == MUST_KNOW_AFTER) || is_still_ill {
                seen.ill_since = Some(now);
            }
        }
    }
}
