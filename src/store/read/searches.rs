//! Payments as registers look for them.

use engine::ports::{Search, StoreError};
use payment::Payment;
use sqlx::QueryBuilder;

use super::limit;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::rows::StoredColumns;
use crate::sql;

/// The query is put together from what is asked for, so that the database can use the index that fits.
pub(crate) async fn find(pool: &Pool, search: &Search, rows: usize) -> Result<Vec<Payment>, StoreError> {
    let found: Vec<StoredColumns> = on_pool!(pool, |connections| {
        let mut query = QueryBuilder::new(sql::SEARCH_STORE);
        query.push_bind(search.store.to_string());
        if let Some(register) = &search.register {
            query.push(" AND register = ").push_bind(register.to_string());
        }
        if let Some(receipt) = &search.receipt {
            query.push(" AND receipt = ").push_bind(receipt.clone());
        }
        if let Some(operation) = &search.operation {
            query.push(" AND id IN (SELECT payment FROM operations WHERE operation = ");
            query.push_bind(operation.to_string()).push(")");
        }
        if let Some(transaction) = &search.transaction {
            query.push(" AND id IN (SELECT payment FROM credits WHERE bank_transaction = ");
            query.push_bind(transaction.to_string()).push(")");
        }
        if let Some(amount) = search.amount {
            query.push(" AND amount_minor = ").push_bind(amount.minor());
            query.push(" AND currency = ").push_bind(amount.currency().code());
        }
        if let Some(shift) = &search.shift {
            query.push(" AND shift = ").push_bind(shift.clone());
        }
        if let Some(from) = search.from {
            query.push(" AND opened_at >= ").push_bind(from.as_micros());
        }
        if let Some(to) = search.to {
            query.push(" AND opened_at < ").push_bind(to.as_micros());
        }
        if let Some((opened_at, id)) = search.before {
            query.push(" AND (opened_at, id) < (").push_bind(opened_at.as_micros());
            query.push(", ").push_bind(id.to_string()).push(")");
        }
        query.push(" ORDER BY opened_at DESC, id DESC LIMIT ").push_bind(limit(rows));
        query.build_query_as().fetch_all(connections).await
    })
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(|row| row.stored().map(|stored| stored.payment)).collect()
}
