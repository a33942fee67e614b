//! Other instances on the same database, as far as the one that runs sees them: they own payments, live, or are gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::ports::{CommitError, Destination, Left, Store};
use payment::PaymentId;
use store::MemoryStore;
use tokio::sync::broadcast;

use super::database::away;

/// What instances know of each other. Without any, everything that is durable is the newest instance's, as on SQLite.
pub(crate) struct Instances {
    own: Mutex<u64>,
    living: Mutex<BTreeSet<u64>>,
    /// Payments that were taken over, and by whom.
    taken: Mutex<BTreeMap<PaymentId, u64>>,
    /// The next taking over is made, but the answer is an error.
    is_forgetting: Mutex<bool>,
    announced: broadcast::Sender<Destination>,
}

impl Default for Instances {
    fn default() -> Self {
        Self {
            own: Mutex::default(),
            living: Mutex::default(),
            taken: Mutex::default(),
            is_forgetting: Mutex::default(),
            announced: broadcast::Sender::new(16),
        }
    }
}

impl Instances {
    /// The instance of this epoch lives on, beside those that start later.
    pub(crate) fn lives_on(&self, epoch: u64) {
        lock(&self.living).insert(epoch);
    }

    /// The instance of this epoch is gone.
    pub(crate) fn is_gone(&self, epoch: u64) {
        lock(&self.living).remove(&epoch);
    }

    /// The next taking over is made, but the answer is an error.
    pub(crate) fn forget_one_taking_over(&self) {
        *lock(&self.is_forgetting) = true;
    }

    /// Another instance tells that a register has changed.
    pub(crate) fn announce(&self, register: Destination) {
        let _ = self.announced.send(register);
    }

    pub(super) fn announced(&self) -> broadcast::Receiver<Destination> {
        self.announced.subscribe()
    }

    pub(super) fn begins(&self, epoch: u64) {
        *lock(&self.own) = epoch;
    }

    pub(super) fn lives(&self, epoch: u64) -> bool {
        lock(&self.living).contains(&epoch)
    }

    /// Who owns a payment that this epoch committed last.
    pub(super) fn owner(&self, payment: PaymentId, committed: u64) -> u64 {
        lock(&self.taken).get(&payment).copied().map_or(committed, |taken| taken.max(committed))
    }

    /// Whether another instance that lives owns a payment.
    pub(super) async fn have(&self, data: &MemoryStore, payment: PaymentId) -> bool {
        let stored = data.load(payment).await.ok().flatten();
        stored.is_some_and(|stored| self.lives(self.owner(payment, stored.owner)))
    }

    /// Takes over what was left by those that are gone.
    pub(super) async fn take_over(
        &self,
        data: &MemoryStore,
        left: Left,
    ) -> Result<Vec<PaymentId>, CommitError> {
        let candidates: BTreeSet<PaymentId> = match left {
            Left::Due(now) => data.due(now, None, usize::MAX).await?.into_iter().map(|(_, id)| id).collect(),
            Left::Events { parked } => {
                let rows = data.undelivered(0, usize::MAX).await?.into_iter();
                rows.filter(|row| parked || !row.parked).map(|row| row.payment).collect()
            }
        };
        let mut taken = Vec::new();
        for id in candidates {
            let own = *lock(&self.own);
            let committed = data.load(id).await?.map_or(own, |stored| stored.owner);
            let owner = self.owner(id, committed);
            if owner != own && !self.lives(owner) {
                lock(&self.taken).insert(id, own);
                taken.push(id);
            }
        }
        let is_forgotten = !taken.is_empty() && std::mem::take(&mut *lock(&self.is_forgetting));
        if is_forgotten { Err(away().into()) } else { Ok(taken) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
