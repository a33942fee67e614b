//! PostgreSQL: one server, many instances.

mod call;
mod commit;
mod connect;
mod instance;
mod keep_unclaimed;
mod mark;
mod migrations;
#[cfg(test)]
mod plans;
mod wakeup;

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{
    Change, CommitError, DeliveryMark, Destination, EventRow, Evidence, Left, OperationKey, OperationRecord,
    Round, Search, Store, StoreError, Stored, UnclaimedCredit, UnclaimedSearch,
};
use engine::settings::Settings;
use payment::{Payment, PaymentId, RegisterId, StoreId, Timestamp};
use tokio::sync::broadcast;

pub use connect::PostgresOptions;
pub use migrations::Standing;

pub(crate) use connect::{ANSWER_PATIENCE, Database, on_connection, settled};
pub(crate) use instance::Instance;

use self::wakeup::Wakeup;
use crate::Db;
use crate::change::ensure_sound;
use crate::inspections;
use crate::read::{operations, outbox, payments, searches, unclaimed};
use crate::records::{PaymentFilter, PaymentRecord, PaymentSummary, Records};

/// The store of one of several services on one PostgreSQL database. Each open store is an instance: of what is due and
/// undelivered it sees its own, and takes over what belonged to instances that are gone.
///
/// A clone is another handle to the same instance.
#[derive(Clone)]
pub struct PgStore {
    db: Db,
    database: Database,
    instance: Arc<Instance>,
    wakeup: Arc<Wakeup>,
}

impl PgStore {
    /// Brings the tables up to date and opens the database for serving.
    pub async fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        migrations::migrate(options).await?;
        let database = Database::new(options);
        let instance = Instance::new(database.clone());
        let db = Db::of_postgres(database.clone(), Some(Arc::clone(&instance)));
        let wakeup = Arc::new(Wakeup::start(options, instance.came()));
        Ok(Self { db, database, instance, wakeup })
    }

    /// The same database for people: settings, secrets, lists, audits.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Tells the other instances that this one is gone, and closes the connections. Later calls fail.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

impl Db {
    /// Brings the tables of a PostgreSQL database up to date.
    pub async fn migrate_postgres(options: &PostgresOptions) -> Result<Standing, StoreError> {
        migrations::migrate(options).await
    }

    /// Makes an empty schema. An address with `?options[search_path]=<name>` works in it.
    pub async fn make_schema(options: &PostgresOptions, name: &str) -> Result<(), StoreError> {
        migrations::make_schema(options, name).await
    }

    /// Opens a PostgreSQL database, beside running services or without one. Its tables are brought up to date.
    pub async fn open_postgres(options: &PostgresOptions) -> Result<Self, StoreError> {
        migrations::migrate(options).await?;
        Ok(Self::of_postgres(Database::new(options), None))
    }
}

#[async_trait]
impl Store for PgStore {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        ensure_sound(&change)?;
        commit::commit(&self.database, &change).await
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
        payments::due_of_owner(&self.database, self.instance.epoch(), now, after, limit).await
    }

    async fn take_over(&self, left: Left, limit: usize) -> Result<Vec<PaymentId>, CommitError> {
        self.instance.take_over(left, limit).await
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
        outbox::undelivered_of_owner(&self.database, self.instance.epoch(), after, limit).await
    }

    async fn parked(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        outbox::parked_of_owner(&self.database, self.instance.epoch(), destination, after, limit).await
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
        keep_unclaimed::keep(&self.database, credit).await
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
        mark::mark(&self.database, marks).await
    }

    /// The time is the database's.
    async fn begin_epoch(&self, _now: Timestamp) -> Result<u64, StoreError> {
        self.instance.begin().await
    }

    async fn has_lapsed(&self, epoch: u64, _now: Timestamp) -> Result<bool, StoreError> {
        self.instance.has_lapsed(epoch).await
    }

    fn instances(&self) -> Option<u32> {
        self.instance.living()
    }

    fn announce(&self, register: &Destination) {
        self.wakeup.announce(register);
    }

    fn announced(&self) -> Option<broadcast::Receiver<Destination>> {
        Some(self.wakeup.announced())
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.db.settings().await
    }

    async fn settings_revision(&self) -> Result<u64, StoreError> {
        self.db.settings_revision().await
    }
}

#[async_trait]
impl Records for PgStore {
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
