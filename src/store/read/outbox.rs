//! The journal: events that are still to be delivered, those of one register, and all that happened to one payment.

use engine::ports::{Destination, EventRow, StoreError};
use payment::PaymentId;

use super::limit;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::postgres::{Database, on_connection};
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

/// The same on a server that several instances share: what one of them owns, and what nobody does any more.
pub(crate) async fn undelivered_of_owner(
    database: &Database,
    epoch: i64,
    after: i64,
    rows: usize,
) -> Result<Vec<EventRow>, StoreError> {
    let found: Vec<EventColumns> =
        on_connection!(database, |connection| sqlx::query_as(sql::postgres::UNDELIVERED_EVENTS_OF_OWNER)
            .bind(after)
            .bind(limit(rows))
            .bind(epoch)
            .bind(database.lapse_after_micros())
            .fetch_all(connection)
            .await)
        .map_err(|error| unusable(&error))?;
    found.into_iter().map(EventColumns::row).collect()
}

/// What is parked for one register.
pub(crate) async fn parked(
    pool: &Pool,
    destination: &Destination,
    after: i64,
    rows: usize,
) -> Result<Vec<EventRow>, StoreError> {
    at_register(pool, sql::PARKED_EVENTS, destination, after, rows).await
}

/// The same on a server that several instances share: what one of them owns, and what nobody does any more.
pub(crate) async fn parked_of_owner(
    database: &Database,
    epoch: i64,
    destination: &Destination,
    after: i64,
    rows: usize,
) -> Result<Vec<EventRow>, StoreError> {
    let found: Vec<EventColumns> =
        on_connection!(database, |connection| sqlx::query_as(sql::postgres::PARKED_EVENTS_OF_OWNER)
            .bind(destination.store.to_string())
            .bind(destination.register.to_string())
            .bind(after)
            .bind(limit(rows))
            .bind(epoch)
            .bind(database.lapse_after_micros())
            .fetch_all(connection)
            .await)
        .map_err(|error| unusable(&error))?;
    found.into_iter().map(EventColumns::row).collect()
}

/// What is not delivered of one payment, whoever owns it.
pub(crate) async fn undelivered_of(pool: &Pool, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
    let found: Vec<EventColumns> =
        on_pool!(pool, |connections| sqlx::query_as(sql::UNDELIVERED_EVENTS_OF_PAYMENT)
            .bind(payment.to_string())
            .fetch_all(connections)
            .await)
        .map_err(|error| unusable(&error))?;
    found.into_iter().map(EventColumns::row).collect()
}

pub(crate) async fn of_register(
    pool: &Pool,
    destination: &Destination,
    after: i64,
    rows: usize,
) -> Result<Vec<EventRow>, StoreError> {
    at_register(pool, sql::EVENTS_OF_REGISTER, destination, after, rows).await
}

/// What a query finds for one register.
async fn at_register(
    pool: &Pool,
    query: &'static str,
    destination: &Destination,
    after: i64,
    rows: usize,
) -> Result<Vec<EventRow>, StoreError> {
    let found: Vec<EventColumns> = on_pool!(pool, |connections| sqlx::query_as(query)
        .bind(destination.store.to_string())
        .bind(destination.register.to_string())
        .bind(after)
        .bind(limit(rows))
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(EventColumns::row).collect()
}

pub(crate) async fn newest_of_register(pool: &Pool, destination: &Destination) -> Result<i64, StoreError> {
    on_pool!(pool, |connections| sqlx::query_scalar(sql::NEWEST_EVENT_OF_REGISTER)
        .bind(destination.store.to_string())
        .bind(destination.register.to_string())
        .fetch_one(connections)
        .await)
    .map_err(|error| unusable(&error))
}

pub(crate) async fn rows_of(pool: &Pool, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
    event_columns(pool, payment).await?.into_iter().map(EventColumns::row).collect()
}

pub(crate) async fn events_of(pool: &Pool, payment: PaymentId) -> Result<Vec<EventRecord>, StoreError> {
    event_columns(pool, payment).await?.into_iter().map(EventColumns::record).collect()
}

async fn event_columns(pool: &Pool, payment: PaymentId) -> Result<Vec<EventColumns>, StoreError> {
    on_pool!(pool, |connections| sqlx::query_as(sql::EVENTS_OF_PAYMENT)
        .bind(payment.to_string())
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))
}

pub(crate) async fn facts_of(pool: &Pool, payment: PaymentId) -> Result<Vec<FactRecord>, StoreError> {
    let found: Vec<FactColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::FACTS_OF_PAYMENT)
        .bind(payment.to_string())
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(FactColumns::record).collect()
}
