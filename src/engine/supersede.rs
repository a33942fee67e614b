//! Superseded operations: resolved before the payment that supersedes them may start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use payment::{Input, Payment, PaymentId, Phase, Resolution, Timestamp};

use crate::engine::Engine;
use crate::feed::FeedError;
use crate::ports::{OperationKey, OperationKind, OperationRecord, StoreError};

/// A chain of payments that superseded one another while they all waited is followed so far.
const CHAIN_AT_MOST: usize = 100;

/// Payments that wait for others: a faster way than their own next wake, by which they look again anyway.
#[derive(Default)]
pub(crate) struct Waiting {
    by_awaited: Mutex<BTreeMap<PaymentId, BTreeSet<PaymentId>>>,
}

impl Waiting {
    fn add(&self, awaited: PaymentId, waiting: PaymentId) {
        self.lock().entry(awaited).or_default().insert(waiting);
    }

    fn take(&self, awaited: PaymentId) -> BTreeSet<PaymentId> {
        self.lock().remove(&awaited).unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<PaymentId, BTreeSet<PaymentId>>> {
        self.by_awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// A payment is not open any more: who waits for it looks again now.
    pub(crate) fn wake_waiting(&self, ended: PaymentId, now: Timestamp) {
        for waiting in self.waiting().take(ended) {
            self.wheel().wake_now(waiting, now);
        }
    }

    /// What became of the operation that a payment supersedes; `None` while it is being ended, or can't be known.
    pub(crate) async fn resolve_superseded(&self, payment: &Payment) -> Option<Input> {
        match self.resolution(payment).await {
            Ok(resolution) => resolution.map(Input::Resolved),
            Err(error) => {
                tracing::debug!(payment.id = %payment.id, %error, "what it supersedes is looked at again");
                None
            }
        }
    }

    async fn resolution(&self, payment: &Payment) -> Result<Option<Resolution>, FeedError> {
        let mut key = superseded_by(payment);
        for _ in 0..CHAIN_AT_MOST {
            let Some(of) = key else { return Ok(Some(Resolution::Over)) };
            let superseded = match self.kind_of(of).await? {
                OperationKind::Pay(id) => self.ended(id, payment).await?,
                OperationKind::Tombstone | OperationKind::Refund(_) | OperationKind::Rejected { .. } => {
                    return Ok(Some(Resolution::Over));
                }
            };
            match superseded.state.phase {
                Phase::Paid { .. } => return Ok(Some(Resolution::Paid)),
                Phase::Review { .. } => return Ok(Some(Resolution::Review)),
                // It was ended before what it supersedes itself was resolved: that is looked at in its place.
                Phase::Ended(_) if superseded.never_started() => key = superseded_by(&superseded),
                Phase::Ended(_) => return Ok(Some(Resolution::Over)),
                _ => return Ok(None),
            }
        }
        Ok(Some(Resolution::Over))
    }

    /// What an operation is; one that is not known is made a tombstone, so that it never starts.
    async fn kind_of(&self, key: OperationKey) -> Result<OperationKind, StoreError> {
        let store = &self.parts().store;
        if let Some(record) = store.operation(&key).await? {
            return Ok(record.kind);
        }
        let tombstone = OperationRecord { key: key.clone(), essence: None, kind: OperationKind::Tombstone };
        if self.record(tombstone, self.now()).await? {
            return Ok(OperationKind::Tombstone);
        }
        let known = store.operation(&key).await?;
        known.map(|record| record.kind).ok_or_else(|| StoreError("a known operation is missing".to_owned()))
    }

    /// A superseded payment, after a cancel if it was open.
    async fn ended(&self, id: PaymentId, by: &Payment) -> Result<Payment, FeedError> {
        let superseded = self.load(id).await?.payment;
        if !superseded.is_open() {
            return Ok(superseded);
        }
        self.waiting().add(id, by.id);
        let reason = format!("superseded by operation {}", by.checkout.operation);
        let fed = self.feed(id, Input::Cancel { reason: Some(reason) }).await?;
        Ok(Payment::clone(&fed.into_payment()))
    }
}

fn superseded_by(payment: &Payment) -> Option<OperationKey> {
    let checkout = &payment.checkout;
    let operation = checkout.supersedes.clone()?;
    Some(OperationKey { store: checkout.store.clone(), register: checkout.register.clone(), operation })
}
