//! An opened database, for everything besides the engine's port.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{OperationKey, OperationRecord, Search, StoreError};
use payment::{Payment, PaymentId};
use tokio::sync::watch;

use crate::people::{AuditEntry, Author, entries_of};
use crate::pool::Pool;
use crate::postgres::{Database, Instance};
use crate::read::{operations, outbox, payments, searches, summaries};
use crate::records::{PaymentFilter, PaymentRecord, PaymentSummary, Records};
use crate::settings::{ChangeSettings, ChangeSettingsError, Edit};
use crate::sqlite::{Lock, Writer, is_there, migrate, read_pool, write_options};

/// A database for people: settings, secrets, and the [`Records`] of payments.
///
/// It may be open in a command line beside the service that serves the same file. A clone is another handle.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    /// Whoever changes settings through this handle.
    author: Option<Arc<Author>>,
}

struct Inner {
    pool: Pool,
    writing: Writing,
    /// The revision of the settings that was last made here.
    changed: watch::Sender<u64>,
}

impl Inner {
    fn new(pool: Pool, writing: Writing) -> Arc<Self> {
        Arc::new(Self { pool, writing, changed: watch::Sender::new(0) })
    }
}

/// What writes, besides the pool.
pub(crate) enum Writing {
    /// The one writer of a file.
    Sqlite(Writer),
    /// Connections of the pool do. An instance that serves tells others that it lives.
    Postgres(Option<Arc<Instance>>),
}

impl Db {
    /// Opens the SQLite file at `path`, which must exist.
    ///
    /// Its tables are brought up to date unless a service is serving it: that one has done so.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        if is_there(path) {
            Self::open_or_create(path).await
        } else {
            Err(StoreError(format!(
                "there is no file {}: check the path; `integrator serve` makes it at its first start",
                path.display()
            )))
        }
    }

    /// Opens the SQLite file at `path`, making it if need be: so settings can be imported before the first start.
    pub async fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        if let Some(lock) = Lock::try_take(path)? {
            migrate(path).await?;
            drop(lock);
        }
        Ok(Self::of_file(path, Writer::start(write_options(path), None).await?))
    }

    /// A file whose tables are up to date.
    pub(crate) fn of_file(path: &Path, writer: Writer) -> Self {
        let (pool, writing) = (Pool::Sqlite(read_pool(path)), Writing::Sqlite(writer));
        Self { inner: Inner::new(pool, writing), author: None }
    }

    /// Another handle, whose changes of settings are told in the audit as this author's. Changes through a handle without an
    /// author are not told: those are the program's own.
    #[must_use]
    pub fn by(&self, author: Author) -> Self {
        Self { inner: Arc::clone(&self.inner), author: Some(Arc::new(author)) }
    }

    pub(crate) fn of_postgres(database: Database, instance: Option<Arc<Instance>>) -> Self {
        let (pool, writing) = (Pool::Postgres(database), Writing::Postgres(instance));
        Self { inner: Inner::new(pool, writing), author: None }
    }

    /// Writes what is queued and closes the database. Later calls fail.
    pub async fn close(&self) {
        if let Writing::Postgres(Some(instance)) = &self.inner.writing {
            instance.end().await;
        }
        match &self.inner.pool {
            Pool::Sqlite(connections) => connections.close().await,
            Pool::Postgres(database) => database.close().await,
        }
        if let Writing::Sqlite(writer) = &self.inner.writing {
            writer.close().await;
        }
    }

    /// The one writer of a file; a server has none.
    pub(crate) fn writer(&self) -> Option<&Writer> {
        match &self.inner.writing {
            Writing::Sqlite(writer) => Some(writer),
            Writing::Postgres(_) => None,
        }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.inner.pool
    }

    pub(crate) fn writing(&self) -> &Writing {
        &self.inner.writing
    }

    /// Makes edits of settings in one transaction with the next revision, if the settings are still at `base`.
    pub(crate) async fn change_settings(
        &self,
        base: Option<u64>,
        edits: Vec<Edit>,
    ) -> Result<u64, ChangeSettingsError> {
        let entries: Vec<AuditEntry> =
            self.author.as_ref().map(|author| entries_of(author, &edits)).unwrap_or_default();
        let change = ChangeSettings { base, edits, entries };
        let revision = match (&self.inner.writing, &self.inner.pool) {
            (Writing::Sqlite(writer), _) => writer.perform(change).await,
            (Writing::Postgres(_), Pool::Postgres(database)) => change.perform_on_server(database).await,
            (Writing::Postgres(_), Pool::Sqlite(_)) => unreachable!("both are made of one database"),
        }?;
        self.inner.changed.send_replace(revision);
        Ok(revision)
    }

    /// Tells of each change of settings that is made through this handle or a clone of it. A change that another process makes
    /// is seen by the revision alone.
    pub fn settings_changes(&self) -> watch::Receiver<u64> {
        self.inner.changed.subscribe()
    }
}

#[async_trait]
impl Records for Db {
    async fn find_payments(&self, filter: &PaymentFilter) -> Result<Vec<PaymentSummary>, StoreError> {
        summaries::find(self.pool(), filter).await
    }

    async fn search_payments(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError> {
        searches::find(self.pool(), search, limit).await
    }

    /// The journal only grows, so cutting it at the state's sequence makes one snapshot of several reads.
    async fn payment_record(&self, payment: PaymentId) -> Result<Option<PaymentRecord>, StoreError> {
        let pool = self.pool();
        let Some(stored) = payments::load(pool, payment).await? else { return Ok(None) };
        let Some((wake_at, epoch)) = payments::standing(pool, payment).await? else { return Ok(None) };
        let last = stored.payment.state.sequence;
        let mut facts = outbox::facts_of(pool, payment).await?;
        facts.retain(|fact| fact.sequence <= last);
        let mut events = outbox::events_of(pool, payment).await?;
        events.retain(|event| event.sequence <= last);
        Ok(Some(PaymentRecord { payment: stored.payment, wake_at, epoch, facts, events }))
    }

    async fn payments_after(
        &self,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Vec<PaymentId>, StoreError> {
        payments::after(self.pool(), after, limit).await
    }

    async fn operations_after(
        &self,
        after: Option<&OperationKey>,
        limit: usize,
    ) -> Result<Vec<OperationRecord>, StoreError> {
        operations::after(self.pool(), after, limit).await
    }
}
