//! Crashes at chosen points: a call of a port that never comes back, in a process that ends there.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A port whose calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Port {
    /// A commit.
    Commit,
    /// A call of a bank.
    Bank,
    /// The publishing of an event.
    Publish,
    /// Delivery marks.
    Mark,
    /// A device.
    Output,
}

impl Port {
    pub(crate) const ALL: [Self; 4] = [Self::Commit, Self::Bank, Self::Publish, Self::Mark];
}

/// Whether what was called has happened when the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Nothing has.
    Before,
    /// All of it has, and nobody was told.
    After,
}

/// The end of a process, at the `number`-th call of a port, counted from 1 over all lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CrashPoint {
    pub(crate) port: Port,
    pub(crate) number: usize,
    pub(crate) side: Side,
}

/// Counts calls and ends the process at the planned one.
#[derive(Default)]
pub(crate) struct Crash {
    plan: Mutex<Vec<CrashPoint>>,
    counts: Mutex<BTreeMap<Port, usize>>,
    happened: Notify,
}

impl Crash {
    /// Plans a crash.
    pub(crate) fn at(&self, point: CrashPoint) {
        self.plan().push(point);
    }

    /// How often a port was called.
    pub(crate) fn count(&self, port: Port) -> usize {
        self.counts().get(&port).copied().unwrap_or(0)
    }

    /// A call begins; returns its number.
    pub(crate) async fn enter(&self, port: Port) -> usize {
        let number = {
            let mut counts = self.counts();
            let count = counts.entry(port).or_insert(0);
            *count += 1;
            *count
        };
        self.pass(CrashPoint { port, number, side: Side::Before }).await;
        number
    }

    /// A call is over.
    pub(crate) async fn leave(&self, port: Port, number: usize) {
        self.pass(CrashPoint { port, number, side: Side::After }).await;
    }

    /// Waits until a planned crash happens.
    pub(crate) async fn happened(&self) {
        self.happened.notified().await;
    }

    async fn pass(&self, here: CrashPoint) {
        let ends_here = {
            let mut plan = self.plan();
            let planned = plan.iter().position(|point| *point == here);
            planned.map(|index| plan.remove(index)).is_some()
        };
        if ends_here {
            self.happened.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn plan(&self) -> MutexGuard<'_, Vec<CrashPoint>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Port, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
