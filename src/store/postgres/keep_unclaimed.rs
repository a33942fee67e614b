//! Money without an order.

use engine::ports::{StoreError, UnclaimedCredit};

use super::{Database, on_connection};
use crate::error::unusable;
use crate::rows::UnclaimedColumns;
use crate::sql;

/// Keeps the money; what is kept already is replaced only by what is confirmed.
pub(super) async fn keep(database: &Database, credit: &UnclaimedCredit) -> Result<(), StoreError> {
    let row = UnclaimedColumns::of(credit);
    on_connection!(database, |connection| sqlx::query(sql::KEEP_UNCLAIMED)
        .bind(row.bank_transaction)
        .bind(row.server)
        .bind(row.code)
        .bind(row.amount_minor)
        .bind(row.currency)
        .bind(row.is_confirmed)
        .bind(row.found_at)
        .bind(row.paid_at)
        .bind(row.payer)
        .bind(row.instrument)
        .execute(connection)
        .await)
    .map(drop)
    .map_err(|error| unusable(&error))
}
