//! An opened database, for everything besides the engine's port.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{OperationKey, OperationRecord, StoreError};
use payment::PaymentId;

use crate::pool::Pool;
use crate::read::{operations, outbox, payments, summaries};
use crate::records::{PaymentFilter, PaymentRecord, PaymentSummary, Records};
use crate::sqlite::{Lock, Writer, is_there, migrate, read_pool, write_options};

/// A database for people: settings, secrets, and the [`Records`] of payments.
///
/// It may be open in a command line beside the service that serves the same file. A clone is another handle.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    writer: Writer,
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
        Self::with_lock(path, None).await
    }

    /// Opens a file whose tables are up to date; the lock is kept until the writer has ended.
    pub(crate) async fn with_lock(path: &Path, lock: Option<Lock>) -> Result<Self, StoreError> {
        let writer = Writer::start(write_options(path), lock).await?;
        Ok(Self { inner: Arc::new(Inner { pool: Pool::Sqlite(read_pool(path)), writer }) })
    }

    /// Writes what is queued and closes the file. Later calls fail.
    pub async fn close(&self) {
        match &self.inner.pool {
            Pool::Sqlite(connections) => connections.close().await,
        }
        self.inner.writer.close().await;
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.inner.pool
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.inner.writer
    }
}

#[async_trait]
impl Records for Db {
    async fn find_payments(&self, filter: &PaymentFilter) -> Result<Vec<PaymentSummary>, StoreError> {
        summaries::find(self.pool(), filter).await
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
