//! Operations and instances.

use engine::ports::{OperationKey, OperationRecord, StoreError};

use super::limit;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::rows::{OperationColumns, unsigned};
use crate::sql;

pub(crate) async fn find(pool: &Pool, key: &OperationKey) -> Result<Option<OperationRecord>, StoreError> {
    let row: Option<OperationColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::FIND_OPERATION)
        .bind(key.operation.to_string())
        .bind(key.register.to_string())
        .bind(key.store.to_string())
        .fetch_optional(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    row.map(OperationColumns::record).transpose()
}

pub(crate) async fn after(
    pool: &Pool,
    after: Option<&OperationKey>,
    rows: usize,
) -> Result<Vec<OperationRecord>, StoreError> {
    let found: Vec<OperationColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::OPERATIONS_AFTER)
        .bind(after.map_or("", |key| key.operation.as_str()).to_owned())
        .bind(after.map_or("", |key| key.register.as_str()).to_owned())
        .bind(after.map_or("", |key| key.store.as_str()).to_owned())
        .bind(limit(rows))
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(OperationColumns::record).collect()
}

pub(crate) async fn newest_epoch(pool: &Pool) -> Result<u64, StoreError> {
    let epoch: i64 =
        on_pool!(pool, |connections| sqlx::query_scalar(sql::NEWEST_EPOCH).fetch_one(connections).await)
            .map_err(|error| unusable(&error))?;
    unsigned("an epoch", epoch)
}
