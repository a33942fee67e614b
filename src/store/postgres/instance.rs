//! This instance among others: its epoch, and its sign of life.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use engine::ports::{CommitError, Left, StoreError};
use payment::PaymentId;
use tokio::sync::Notify;

use super::{Database, on_connection};
use crate::error::unusable;
use crate::read::payments::payment_id;
use crate::rows::{signed, unsigned};
use crate::sql;

/// Signs of life within the time after which an instance has lapsed: several may get lost.
const RENEWALS: i64 = 5;
/// How often a newcomer looks whether all others count it. Others are told that it has come (see `wakeup`), and count then.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// This instance. Before its first epoch it owns what was written in epoch 0.
#[derive(Debug)]
pub(crate) struct Instance {
    database: Database,
    epoch: AtomicI64,
    /// How many instances live, this one among them; 0: the others do not count this one.
    living: AtomicU32,
    /// So many times it looks whether the others count it; then it takes its share, since all have given signs of life.
    looks_left: AtomicU32,
    /// Somebody has come: time for a sign of life, which counts.
    came: Arc<Notify>,
}

impl Instance {
    pub(super) fn new(database: Database) -> Arc<Self> {
        Arc::new(Self {
            database,
            epoch: AtomicI64::new(0),
            living: AtomicU32::new(0),
            looks_left: AtomicU32::new(0),
            came: Arc::default(),
        })
    }

    /// By this it is told that somebody has come.
    pub(super) fn came(&self) -> Arc<Notify> {
        Arc::clone(&self.came)
    }

    /// The epoch as the tables keep it.
    pub(crate) fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Begins an epoch. With the first one the signs of life begin; they end with the last handle to the instance.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<u64, StoreError> {
        let database = &self.database;
        let (epoch, others): (i64, i64) =
            on_connection!(database, |connection| sqlx::query_as(sql::postgres::BEGIN_EPOCH)
                .bind(database.lapse_after_micros())
                .fetch_one(connection)
                .await)
            .map_err(|error| unusable(&error))?;
        // Others count this one with their next signs of life; this one waits for them before it takes a share.
        self.living.store(u32::from(others == 0), Ordering::Relaxed);
        self.looks_left.store(if others == 0 { 0 } else { self.looks() }, Ordering::Relaxed);
        if self.epoch.swap(epoch, Ordering::Relaxed) == 0 {
            tokio::spawn(stay_alive(Arc::downgrade(self)));
        } else {
            self.came.notify_one();
        }
        unsigned("an epoch", epoch)
    }

    /// Tells the others at once that this instance is gone.
    pub(crate) async fn end(&self) {
        let (database, epoch) = (&self.database, self.epoch());
        if epoch == 0 {
            return;
        }
        let ended = on_connection!(database, |connection| sqlx::query(sql::postgres::END_EPOCH)
            .bind(epoch)
            .execute(connection)
            .await);
        if let Err(error) = ended {
            tracing::warn!(%error, "other instances take over when this one's epoch has lapsed");
        }
    }

    pub(super) async fn has_lapsed(&self, epoch: u64) -> Result<bool, StoreError> {
        let epoch = signed("epoch", epoch)?;
        let database = &self.database;
        on_connection!(database, |connection| sqlx::query_scalar(sql::postgres::HAS_LAPSED)
            .bind(epoch)
            .bind(database.lapse_after_micros())
            .fetch_one(connection)
            .await)
        .map_err(|error| unusable(&error))
    }

    /// Makes this instance the owner of payments whose owners are gone.
    pub(super) async fn take_over(&self, left: Left, limit: usize) -> Result<Vec<PaymentId>, CommitError> {
        let (database, epoch) = (&self.database, self.epoch());
        if self.has_lapsed(epoch.unsigned_abs()).await? {
            return Err(CommitError::Lapsed);
        }
        let statement = match left {
            Left::Due(_) => sql::postgres::TAKE_OVER_DUE,
            Left::Events { parked: false } => sql::postgres::TAKE_OVER_UNSENT,
            Left::Events { parked: true } => sql::postgres::TAKE_OVER_UNDELIVERED,
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let query = sqlx::query_scalar(statement).bind(epoch).bind(database.lapse_after_micros()).bind(limit);
        let query = match left {
            Left::Due(until) => query.bind(until.as_micros()),
            Left::Events { .. } => query,
        };
        let taken: Vec<String> = on_connection!(database, |connection| query.fetch_all(connection).await)
            .map_err(|error| unusable(&error))?;
        Ok(taken.iter().map(|id| payment_id(id)).collect::<Result<_, _>>()?)
    }

    /// How many instances share what is allowed to all of them; `None`: the others do not count this one.
    pub(super) fn living(&self) -> Option<u32> {
        Some(self.living.load(Ordering::Relaxed)).filter(|living| *living > 0)
    }

    /// Between two signs of life.
    fn pause(&self) -> Duration {
        let renewal = Duration::from_micros((self.database.lapse_after_micros() / RENEWALS).unsigned_abs());
        if self.looks_left.load(Ordering::Relaxed) > 0 { renewal.min(LOOK_EVERY) } else { renewal }
    }

    /// How often a newcomer looks at most: after the time between two signs of life everybody counts it.
    fn looks(&self) -> u32 {
        let looks = self.database.lapse_after_micros().unsigned_abs() / RENEWALS.unsigned_abs();
        u32::try_from(u128::from(looks) / LOOK_EVERY.as_micros() + 1).unwrap_or(u32::MAX)
    }

    /// Renews the epoch, and learns how many instances live; false: it has lapsed.
    async fn renew(&self) -> Result<bool, sqlx::Error> {
        let (database, epoch) = (&self.database, self.epoch());
        let looks_left = self.looks_left.swap(0, Ordering::Relaxed);
        let (renewed, living, behind): (i64, i64, i64) =
            on_connection!(database, |connection| sqlx::query_as(sql::postgres::RENEW_EPOCH)
                .bind(epoch)
                .bind(database.lapse_after_micros())
                .fetch_one(connection)
                .await)?;
        let is_renewed = renewed > 0;
        if self.epoch() == epoch {
            let is_counted = behind == 0 || looks_left <= 1;
            let has_share = is_renewed && is_counted;
            let living = if has_share { u32::try_from(living).unwrap_or(u32::MAX) } else { 0 };
            self.living.store(living, Ordering::Relaxed);
            if !is_counted {
                self.looks_left.store(looks_left - 1, Ordering::Relaxed);
            }
        }
        Ok(is_renewed)
    }
}

/// Renews the instance's epoch for as long as somebody holds it. A lapsed one is left: the engine takes a new one at its
/// next commit.
async fn stay_alive(instance: Weak<Instance>) {
    let (mut told_lapsed, mut failures) = (0, 0);
    loop {
        let Some((pause, came)) = instance.upgrade().map(|instance| (instance.pause(), instance.came()))
        else {
            return;
        };
        let _ = tokio::time::timeout(pause, came.notified()).await;
        let Some(instance) = instance.upgrade() else { return };
        let epoch = instance.epoch();
        match instance.renew().await {
            Ok(true) => failures = 0,
            Ok(false) if told_lapsed == epoch => {}
            Ok(false) => {
                told_lapsed = epoch;
                tracing::warn!(epoch, "this instance's epoch has lapsed: others take over what it had open");
            }
            Err(error) => {
                failures += 1;
                if failures >= RENEWALS {
                    instance.living.store(0, Ordering::Relaxed); // by now the others count it as gone
                }
                tracing::warn!(epoch, %error, "the instance's sign of life waits for the database");
            }
        }
    }
}
