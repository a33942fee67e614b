//! SQLite: one file, written by one task, read by a pool.

mod begin_epoch;
mod commit;
mod connect;
#[cfg(test)]
mod full_disk;
mod job;
mod keep_unclaimed;
mod lock;
mod mark;
mod migrations;
#[cfg(test)]
mod plans;
mod script;
mod session;
mod writer;

use std::path::Path;

use async_trait::async_trait;
use engine::ports::{
    Change, CommitError, DeliveryMark, Destination, EventRow, Evidence, OperationKey, OperationRecord, Round,
    Search, Store, StoreError, Stored, UnclaimedCredit, UnclaimedSearch,
};
use engine::settings::Settings;
use payment::{Payment, PaymentId, RegisterId, StoreId, Timestamp};

pub(crate) use connect::{is_there, read_pool, write_options};
pub(crate) use job::{Refusal, Work};
pub(crate) use lock::Lock;
pub(crate) use migrations::migrate;
pub(crate) use script::Script;
pub(crate) use session::Session;
pub(crate) use writer::Writer;

use crate::Db;
use crate::change::ensure_sound;
use crate::inspections;
use crate::read::{operations, outbox, payments, searches, unclaimed};
use crate::records::{PaymentFilter, PaymentRecord, PaymentSummary, Records};

/// The store of a service on one machine: a SQLite file that this process alone serves.
///
/// A clone is another handle to the same store.
#[derive(Clone)]
pub struct SqliteStore {
    db: Db,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file for serving: makes it and its folder if need be, brings its tables up to date, and takes the lock
    /// `<file>.lock` for as long as the store lives. A lock that is taken is waited for a second: the process before
    /// may be ending.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = Lock::wait(path).await?;
        migrate(path).await?;
        let writer = Writer::start(write_options(path), Some(lock)).await?;
        Ok(Self { db: Db::of_file(path, writer.clone()), writer })
    }

    /// The same database for people: settings, secrets, lists, audits.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Writes what is queued, closes the file and frees its lock. Later calls fail.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        ensure_sound(&change)?;
        self.writer.perform(commit::Commit::of(&change)?).await
    }

    async fn load(&self, payment: PaymentId) -> Result<Option<Stored>, StoreError> {
        payments::load(self.db.pool(), payment).await
    }

    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationRecord>, StoreError> {
        operations::find(self.db.pool(), key).await
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, PaymentId)>, StoreError> {
        payments::due(self.db.pool(), now, after, limit).await
    }

    async fn open_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
    ) -> Result<Vec<PaymentId>, StoreError> {
        payments::open(self.db.pool(), store, register).await
    }

    async fn newest_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        payments::newest(self.db.pool(), store, register, limit).await
    }

    async fn search(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError> {
        searches::find(self.db.pool(), search, limit).await
    }

    async fn undelivered(&self, after: i64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        outbox::undelivered(self.db.pool(), after, limit).await
    }

    async fn parked(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        outbox::parked(self.db.pool(), destination, after, limit).await
    }

    async fn register_events(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        outbox::of_register(self.db.pool(), destination, after, limit).await
    }

    async fn newest_register_event(&self, destination: &Destination) -> Result<i64, StoreError> {
        outbox::newest_of_register(self.db.pool(), destination).await
    }

    async fn undelivered_of(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        outbox::undelivered_of(self.db.pool(), payment).await
    }

    async fn payment_events(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        outbox::rows_of(self.db.pool(), payment).await
    }

    async fn keep_unclaimed(&self, credit: &UnclaimedCredit) -> Result<(), StoreError> {
        self.writer.perform(keep_unclaimed::KeepUnclaimed::of(credit)).await
    }

    async fn unclaimed(
        &self,
        search: &UnclaimedSearch,
        limit: usize,
    ) -> Result<Vec<UnclaimedCredit>, StoreError> {
        unclaimed::find(self.db.pool(), search, limit).await
    }

    async fn take_round(
        &self,
        round: &Round,
        epoch: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<PaymentId>, StoreError> {
        inspections::take(&self.db, round, epoch, now, until).await
    }

    async fn leave_round(
        &self,
        round: &Round,
        epoch: u64,
        reached: PaymentId,
        free_from: Timestamp,
    ) -> Result<(), StoreError> {
        inspections::leave(&self.db, round, epoch, reached, free_from).await
    }

    async fn payments_behind(&self, after: PaymentId, limit: usize) -> Result<Vec<PaymentId>, StoreError> {
        payments::after(self.db.pool(), Some(after), limit).await
    }

    async fn evidence(&self, payment: PaymentId) -> Result<Option<Evidence>, StoreError> {
        inspections::evidence(self.db.pool(), payment).await
    }

    async fn mark(&self, marks: &[DeliveryMark]) -> Result<(), StoreError> {
        if marks.is_empty() {
            return Ok(());
        }
        self.writer.perform(mark::Mark::of(marks)?).await
    }

    async fn begin_epoch(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.writer.perform(begin_epoch::BeginEpoch { now }).await
    }

    async fn has_lapsed(&self, epoch: u64, _now: Timestamp) -> Result<bool, StoreError> {
        Ok(epoch < operations::newest_epoch(self.db.pool()).await?)
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.db.settings().await
    }

    async fn settings_revision(&self) -> Result<u64, StoreError> {
        self.db.settings_revision().await
    }
}

#[async_trait]
impl Records for SqliteStore {
    async fn find_payments(&self, filter: &PaymentFilter) -> Result<Vec<PaymentSummary>, StoreError> {
        self.db.find_payments(filter).await
    }

    async fn search_payments(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError> {
        self.db.search_payments(search, limit).await
    }

    async fn payment_record(&self, payment: PaymentId) -> Result<Option<PaymentRecord>, StoreError> {
        self.db.payment_record(payment).await
    }

    async fn payments_after(
        &self,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Vec<PaymentId>, StoreError> {
        self.db.payments_after(after, limit).await
    }

    async fn operations_after(
        &self,
        after: Option<&OperationKey>,
        limit: usize,
    ) -> Result<Vec<OperationRecord>, StoreError> {
        self.db.operations_after(after, limit).await
    }
}
