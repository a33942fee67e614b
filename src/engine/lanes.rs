//! One change of a payment at a time: what this instance commits in order it also hands over in order.
//!
//! Without it the task of an earlier commit may be overtaken, between its commit and the outbox, by the task of a later
//! one. A lane exists only while somebody is in it or waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payment::PaymentId;
use tokio::sync::OwnedMutexGuard;

/// The lanes that are in use.
#[derive(Clone, Default)]
pub(crate) struct Lanes {
    lanes: Arc<Mutex<BTreeMap<PaymentId, Lane>>>,
}

#[derive(Default)]
struct Lane {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Who is in it or waits for it.
    users: usize,
}

/// The right to change a payment, until it is dropped.
pub(crate) struct InLane {
    // Dropped in this order: the next one gets its turn before the lane is looked at.
    _turn: OwnedMutexGuard<()>,
    _visit: Visit,
}

struct Visit {
    lanes: Lanes,
    payment: PaymentId,
}

impl Lanes {
    /// Waits for the turn to change a payment. Turns come in the order of asking.
    pub(crate) async fn enter(&self, payment: PaymentId) -> InLane {
        let (visit, turn) = self.visit(payment);
        InLane { _turn: turn.lock_owned().await, _visit: visit }
    }

    fn visit(&self, payment: PaymentId) -> (Visit, Arc<tokio::sync::Mutex<()>>) {
        let mut lanes = self.lock();
        let lane = lanes.entry(payment).or_default();
        lane.users += 1;
        (Visit { lanes: self.clone(), payment }, Arc::clone(&lane.turn))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PaymentId, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock();
        if let Some(lane) = lanes.get_mut(&self.payment) {
            lane.users -= 1;
            if lane.users == 0 {
                lanes.remove(&self.payment);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_waits_for_the_first_and_nothing_stays_behind() {
        let lanes = Lanes::default();
        let payment = PaymentId::from_uuid(1 << 12);
        let first = lanes.enter(payment).await;
        let mut second = Box::pin(lanes.enter(payment));
        assert!(futures_util::poll!(&mut second).is_pending());
        let _other = lanes.enter(PaymentId::from_uuid(2 << 12)).await;
        drop(first);
        let second = second.await;
        let mut third = Box::pin(lanes.enter(payment));
        assert!(futures_util::poll!(&mut third).is_pending(), "the second is in it");
        let given_up = lanes.enter(payment);
        drop(given_up);
        drop(second);
        drop(third.await);
        assert_eq!(lanes.lock().len(), 1, "only the other payment's lane is in use");
    }
}
