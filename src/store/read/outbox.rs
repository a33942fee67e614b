//! The journal: events that are still to be delivered, and all that happened to one payment.

use engine::ports::{EventRow, StoreError};
use payment::PaymentId;

use super::limit;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::records::{EventRecord, FactRecord};
use crate::rows::{EventColumns, FactColumns};
use crate::sql;

pub(crate) async fn undelivered(pool: &Pool, after: i64, rows: usize) -> Result<Vec<EventRow>, StoreError> {
    let found: Vec<EventColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::UNDELIVERED_EVENTS)
        .bind(after)
        .bind(limit(rows))
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(EventColumns::row).collect()
}

pub(crate) async fn events_of(pool: &Pool, payment: PaymentId) -> Result<Vec<EventRecord>, StoreError> {
    let found: Vec<EventColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::EVENTS_OF_PAYMENT)
        .bind(payment.to_string())
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(EventColumns::record).collect()
}

pub(crate) async fn facts_of(pool: &Pool, payment: PaymentId) -> Result<Vec<FactRecord>, StoreError> {
    let found: Vec<FactColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::FACTS_OF_PAYMENT)
        .bind(payment.to_string())
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(FactColumns::record).collect()
}
