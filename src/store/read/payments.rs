//! Payments as the engine asks for them.

use engine::ports::{StoreError, Stored};
use payment::{Payment, PaymentId, RegisterId, StoreId, Timestamp};

use super::limit;
use crate::error::{damaged, unusable};
use crate::pool::{Pool, on_pool};
use crate::postgres::{Database, on_connection};
use crate::rows::{StoredColumns, parsed};
use crate::sql;

pub(crate) async fn load(pool: &Pool, payment: PaymentId) -> Result<Option<Stored>, StoreError> {
    let id = payment.to_string();
    let row: Option<StoredColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::LOAD_PAYMENT)
        .bind(id)
        .fetch_optional(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    row.map(StoredColumns::stored).transpose()
}

pub(crate) async fn due(
    pool: &Pool,
    now: Timestamp,
    after: Option<(Timestamp, PaymentId)>,
    rows: usize,
) -> Result<Vec<(Timestamp, PaymentId)>, StoreError> {
    let (after_time, after_id) = behind(after);
    let found = on_pool!(pool, |connections| sqlx::query_as(sql::DUE_PAYMENTS)
        .bind(now.as_micros())
        .bind(after_time)
        .bind(after_id)
        .bind(limit(rows))
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    due_pairs(found)
}

/// Due payments of one owner on a server that several instances share.
pub(crate) async fn due_of_owner(
    database: &Database,
    epoch: i64,
    now: Timestamp,
    after: Option<(Timestamp, PaymentId)>,
    rows: usize,
) -> Result<Vec<(Timestamp, PaymentId)>, StoreError> {
    let (after_time, after_id) = behind(after);
    let found = on_connection!(database, |connection| sqlx::query_as(sql::postgres::DUE_PAYMENTS_OF_OWNER)
        .bind(now.as_micros())
        .bind(after_time)
        .bind(after_id)
        .bind(limit(rows))
        .bind(epoch)
        .fetch_all(connection)
        .await)
    .map_err(|error| unusable(&error))?;
    due_pairs(found)
}

pub(crate) async fn open(
    pool: &Pool,
    store: &StoreId,
    register: &RegisterId,
) -> Result<Vec<PaymentId>, StoreError> {
    let ids: Vec<String> = on_pool!(pool, |connections| sqlx::query_scalar(sql::OPEN_PAYMENTS)
        .bind(store.to_string())
        .bind(register.to_string())
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    ids.iter().map(|id| payment_id(id)).collect()
}

pub(crate) async fn newest(
    pool: &Pool,
    store: &StoreId,
    register: &RegisterId,
    rows: usize,
) -> Result<Vec<Payment>, StoreError> {
    let found: Vec<StoredColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::NEWEST_PAYMENTS)
        .bind(store.to_string())
        .bind(register.to_string())
        .bind(limit(rows))
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(|row| row.stored().map(|stored| stored.payment)).collect()
}

pub(crate) async fn after(
    pool: &Pool,
    after: Option<PaymentId>,
    rows: usize,
) -> Result<Vec<PaymentId>, StoreError> {
    let ids: Vec<String> = on_pool!(pool, |connections| sqlx::query_scalar(sql::PAYMENTS_AFTER)
        .bind(after.map_or_else(String::new, |id| id.to_string()))
        .bind(limit(rows))
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    ids.iter().map(|id| payment_id(id)).collect()
}

/// When a payment wakes, and the epoch that wrote last.
pub(crate) async fn standing(
    pool: &Pool,
    payment: PaymentId,
) -> Result<Option<(Option<Timestamp>, u64)>, StoreError> {
    let row: Option<(Option<i64>, i64)> =
        on_pool!(pool, |connections| sqlx::query_as(sql::STANDING_OF_PAYMENT)
            .bind(payment.to_string())
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
    row.map(|(wake_at, epoch)| {
        let epoch = u64::try_from(epoch).map_err(|error| damaged("an epoch", error))?;
        Ok((wake_at.map(Timestamp::from_micros), epoch))
    })
    .transpose()
}

/// The last pair of the page before, or what is before all pairs.
fn behind(after: Option<(Timestamp, PaymentId)>) -> (i64, String) {
    after.map_or((i64::MIN, String::new()), |(time, id)| (time.as_micros(), id.to_string()))
}

fn due_pairs(found: Vec<(i64, String)>) -> Result<Vec<(Timestamp, PaymentId)>, StoreError> {
    found.into_iter().map(|(wake_at, id)| Ok((Timestamp::from_micros(wake_at), payment_id(&id)?))).collect()
}

pub(crate) fn payment_id(text: &str) -> Result<PaymentId, StoreError> {
    parsed("a payment's id", text.parse())
}
