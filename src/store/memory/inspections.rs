//! The inspection, on plain data.

use std::sync::Arc;

use engine::ports::{Evidence, Round};
use payment::{Payment, PaymentId, Timestamp};

use super::tables::Tables;

/// Who holds a round, and how far it is.
#[derive(Clone, Copy)]
pub(super) struct RoundRow {
    epoch: u64,
    held_until: Timestamp,
    reached: PaymentId,
}

impl Tables {
    pub(super) fn take_round(
        &mut self,
        round: &Round,
        epoch: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Option<PaymentId> {
        let known = self.rounds.get(round).copied();
        if known.is_some_and(|row| now < row.held_until) {
            return None;
        }
        let reached = known.map_or(PaymentId::from_uuid(0), |row| row.reached);
        self.rounds.insert(round.clone(), RoundRow { epoch, held_until: until, reached });
        Some(reached)
    }

    pub(super) fn leave_round(
        &mut self,
        round: &Round,
        epoch: u64,
        reached: PaymentId,
        free_from: Timestamp,
    ) {
        if let Some(row) = self.rounds.get_mut(round).filter(|row| row.epoch == epoch) {
            *row = RoundRow { epoch, held_until: free_from, reached };
        }
    }

    /// There are no columns beside the state: they say what it says.
    pub(super) fn evidence(&self, payment: PaymentId) -> Option<Evidence> {
        let row = self.payments.get(&payment)?;
        Some(Evidence {
            owner: row.epoch,
            sequence: row.facts.last().map_or(0, |fact| fact.sequence),
            status: row.payment.status().word().to_owned(),
            is_open: row.payment.is_open(),
            settled: row.payment.state.settled,
            wake_at: row.wake_at,
            facts: row.facts.iter().map(|row| (row.sequence, row.at, row.fact.clone())).collect(),
            payment: Payment::clone(&row.payment),
        })
    }

    pub(super) fn damage(
        &mut self,
        payment: PaymentId,
        how: impl FnOnce(&mut Payment, &mut Option<Timestamp>),
    ) {
        let Some(row) = self.payments.get_mut(&payment) else { return };
        let was_due = row.wake_at;
        how(Arc::make_mut(&mut row.payment), &mut row.wake_at);
        let is_due = row.wake_at;
        if let Some(at) = was_due {
            self.due.remove(&(at, payment));
        }
        if let Some(at) = is_due {
            self.due.insert((at, payment));
        }
    }
}
