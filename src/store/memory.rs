//! The same behaviour on plain data: for the engine's tests and the simulation.
//!
//! No IO, no waiting, no hash maps: the same calls give the same answers, byte for byte (P11).

mod inspections;
mod jobs;
mod tables;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use engine::ports::{
    Change, CommitError, DeliveryMark, Destination, EventRow, Evidence, OperationKey, OperationRecord, Round,
    Search, Store, StoreError, Stored, UnclaimedCredit, UnclaimedSearch,
};
use engine::settings::Settings;
use payment::{Payment, PaymentId, RegisterId, StoreId, Timestamp};

use crate::change::ensure_sound;
use crate::records::{PaymentFilter, PaymentRecord, PaymentSummary, Records};
use tables::Tables;

/// A store in memory. A clone is another handle to the same data, which outlives an engine that is dropped.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    people: Arc<Mutex<crate::people::Tables>>,
}

impl MemoryStore {
    /// Replaces the settings; their revision becomes the next one.
    pub fn set_settings(&self, settings: Settings) {
        let mut tables = self.tables();
        let revision = tables.settings.revision + 1;
        tables.settings = Settings { revision, ..settings };
    }

    /// Damages a payment's row as a bad disk or a careless hand does, for tests: its state and its wake are what they are made
    /// here, and its journal knows nothing of it.
    pub fn damage(&self, payment: PaymentId, how: impl FnOnce(&mut Payment, &mut Option<Timestamp>)) {
        self.tables().damage(payment, how);
    }

    pub(crate) fn people(&self) -> MutexGuard<'_, crate::people::Tables> {
        // A change is made on a copy, which then takes the place of the whole.
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Every change is made after all that could fail, so a panic elsewhere left nothing half done.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        ensure_sound(&change)?;
        self.tables().commit(change)
    }

    async fn load(&self, payment: PaymentId) -> Result<Option<Stored>, StoreError> {
        Ok(self.tables().load(payment))
    }

    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationRecord>, StoreError> {
        Ok(self.tables().operation(key))
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, PaymentId)>, StoreError> {
        Ok(self.tables().due(now, after, limit))
    }

    async fn open_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
    ) -> Result<Vec<PaymentId>, StoreError> {
        Ok(self.tables().open_payments(store, register))
    }

    async fn newest_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        Ok(self.tables().newest_payments(store, register, limit))
    }

    async fn search(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError> {
        Ok(self.tables().search(search, limit))
    }

    async fn undelivered(&self, after: i64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        Ok(self.tables().undelivered(after, limit))
    }

    async fn parked(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        Ok(self.tables().parked(destination, after, limit))
    }

    async fn register_events(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        Ok(self.tables().register_events(destination, after, limit))
    }

    async fn newest_register_event(&self, destination: &Destination) -> Result<i64, StoreError> {
        Ok(self.tables().newest_register_event(destination))
    }

    async fn undelivered_of(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        Ok(self.tables().undelivered_of(payment))
    }

    async fn payment_events(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        Ok(self.tables().payment_events(payment))
    }

    async fn keep_unclaimed(&self, credit: &UnclaimedCredit) -> Result<(), StoreError> {
        self.tables().keep_unclaimed(credit);
        Ok(())
    }

    async fn unclaimed(
        &self,
        search: &UnclaimedSearch,
        limit: usize,
    ) -> Result<Vec<UnclaimedCredit>, StoreError> {
        Ok(self.tables().unclaimed(search, limit))
    }

    async fn take_round(
        &self,
        round: &Round,
        epoch: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<PaymentId>, StoreError> {
        Ok(self.tables().take_round(round, epoch, now, until))
    }

    async fn leave_round(
        &self,
        round: &Round,
        epoch: u64,
        reached: PaymentId,
        free_from: Timestamp,
    ) -> Result<(), StoreError> {
        self.tables().leave_round(round, epoch, reached, free_from);
        Ok(())
    }

    async fn payments_behind(&self, after: PaymentId, limit: usize) -> Result<Vec<PaymentId>, StoreError> {
        Ok(self.tables().payments_after(Some(after), limit))
    }

    async fn evidence(&self, payment: PaymentId) -> Result<Option<Evidence>, StoreError> {
        Ok(self.tables().evidence(payment))
    }

    async fn mark(&self, marks: &[DeliveryMark]) -> Result<(), StoreError> {
        self.tables().mark(marks);
        Ok(())
    }

    async fn begin_epoch(&self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.tables().begin_epoch(now))
    }

    async fn has_lapsed(&self, epoch: u64, _now: Timestamp) -> Result<bool, StoreError> {
        Ok(epoch < self.tables().newest_epoch())
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        Ok(self.tables().settings.clone())
    }

    async fn settings_revision(&self) -> Result<u64, StoreError> {
        Ok(self.tables().settings.revision)
    }
}

#[async_trait]
impl Records for MemoryStore {
    async fn find_payments(&self, filter: &PaymentFilter) -> Result<Vec<PaymentSummary>, StoreError> {
        Ok(self.tables().find_payments(filter))
    }

    async fn search_payments(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError> {
        Ok(self.tables().search(search, limit))
    }

    async fn payment_record(&self, payment: PaymentId) -> Result<Option<PaymentRecord>, StoreError> {
        Ok(self.tables().payment_record(payment))
    }

    async fn payments_after(
        &self,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Vec<PaymentId>, StoreError> {
        Ok(self.tables().payments_after(after, limit))
    }

    async fn operations_after(
        &self,
        after: Option<&OperationKey>,
        limit: usize,
    ) -> Result<Vec<OperationRecord>, StoreError> {
        Ok(self.tables().operations_after(after, limit))
    }
}
