//! The broker: commands to whoever takes them, until they are acknowledged; events to registers that have a queue.

mod commands;
mod events;

pub(crate) use commands::{Command, carry};
pub(crate) use events::EventPort;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payment::{RegisterId, Timestamp};
use tokio::sync::Notify;

use crate::plan::{REGISTERS, register};
use crate::told::Told;

/// The broker of a run.
pub(crate) struct Broker {
    queues: BTreeMap<RegisterId, Queue>,
    /// It takes nothing before this time.
    blocked_until: Mutex<Option<Timestamp>>,
    /// Commands that nobody has acknowledged yet.
    under_way: AtomicUsize,
}

/// A register's queue.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<VecDeque<Arc<Told>>>,
    arrived: Notify,
    /// There is none before this time.
    away_until: Mutex<Option<Timestamp>>,
}

impl Broker {
    pub(crate) fn new() -> Self {
        Self {
            queues: REGISTERS.iter().map(|(id, _)| (register(id), Queue::default())).collect(),
            blocked_until: Mutex::default(),
            under_way: AtomicUsize::new(0),
        }
    }

    pub(crate) fn queue(&self, of: &RegisterId) -> &Queue {
        self.queues.get(of).expect("every register of the plan has one")
    }

    /// How many commands nobody has acknowledged yet.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    pub(crate) fn block(&self, until: Timestamp) {
        *lock(&self.blocked_until) = Some(until);
    }

    fn is_blocked(&self, now: Timestamp) -> bool {
        lock(&self.blocked_until).is_some_and(|until| now < until)
    }
}

impl Queue {
    pub(crate) fn put(&self, told: Arc<Told>) {
        lock(&self.waiting).push_back(told);
        self.arrived.notify_one();
    }

    pub(crate) fn take(&self) -> Option<Arc<Told>> {
        lock(&self.waiting).pop_front()
    }

    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    pub(crate) fn take_away(&self, until: Timestamp) {
        *lock(&self.away_until) = Some(until);
    }

    fn is_there(&self, now: Timestamp) -> bool {
        lock(&self.away_until).is_none_or(|until| now >= until)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
