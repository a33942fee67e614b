//! Payments as registers and people look for them.

use engine::ports::{Search, StoreError};
use payment::{Payment, Status};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::limit;
use crate::Db;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::rows::StoredColumns;
use crate::sql;

/// How most payments end: a page of these is found by walking the newest. The others have an index of their own.
const COMMON: [Status; 3] = [Status::Paid, Status::Expired, Status::Cancelled];

pub(crate) async fn find(pool: &Pool, search: &Search, rows: usize) -> Result<Vec<Payment>, StoreError> {
    let found: Vec<StoredColumns> =
        on_pool!(pool, |connections| query("", search, rows).build_query_as().fetch_all(connections).await)
            .map_err(|error| unusable(&error))?;
    found.into_iter().map(|row| row.stored().map(|stored| stored.payment)).collect()
}

impl Db {
    /// How the database goes about a search, line by line in its own words: for the benchmark, and for whoever looks into a
    /// slow one.
    pub async fn explain_search(&self, search: &Search, rows: usize) -> Result<Vec<String>, StoreError> {
        match self.pool() {
            Pool::Sqlite(connections) => {
                let steps: Result<Vec<(i64, i64, i64, String)>, _> =
                    query("EXPLAIN QUERY PLAN ", search, rows).build_query_as().fetch_all(connections).await;
                steps.map(|steps| steps.into_iter().map(|(.., step)| step).collect())
            }
            Pool::Postgres(database) => {
                crate::postgres::on_connection!(database, |connection| query(
                    "EXPLAIN (COSTS OFF) ",
                    search,
                    rows
                )
                .build_query_scalar()
                .fetch_all(connection)
                .await)
            }
        }
        .map_err(|error| unusable(&error))
    }
}

/// The query is put together from what is asked for, so that the database can use the index that fits.
fn query<DB: Database>(beginning: &str, search: &Search, rows: usize) -> QueryBuilder<DB>
where
    for<'value> String: Encode<'value, DB> + Type<DB>,
    for<'value> i64: Encode<'value, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(beginning);
    // What an operation or a transaction names is a handful: they are found first. SQLite would rather walk the whole store,
    // and does as it is told by a cross join.
    query.push(sql::SEARCH_BEGINS);
    match (&search.operation, &search.transaction) {
        (Some(operation), _) => {
            query.push(" (SELECT DISTINCT payment FROM operations WHERE operation = ");
            query.push_bind(operation.to_string()).push(sql::SEARCH_NAMED);
        }
        (None, Some(transaction)) => {
            query.push(" (SELECT DISTINCT payment FROM credits WHERE bank_transaction = ");
            query.push_bind(transaction.to_string()).push(sql::SEARCH_NAMED);
        }
        (None, None) => {
            query.push(" payments WHERE");
        }
    }
    query.push(" store = ").push_bind(search.store.to_string());
    if let Some(register) = &search.register {
        query.push(" AND register = ").push_bind(register.to_string());
    }
    if let Some(receipt) = &search.receipt {
        query.push(" AND receipt = ").push_bind(receipt.clone());
    }
    if let (Some(_), Some(transaction)) = (&search.operation, &search.transaction) {
        query.push(" AND id IN (SELECT payment FROM credits WHERE bank_transaction = ");
        query.push_bind(transaction.to_string()).push(")");
    }
    if let Some(code) = &search.code {
        query.push(" AND code = ").push_bind(code.to_string());
    }
    if let Some(payer) = &search.payer {
        query.push(" AND payer = ").push_bind(payer.clone());
    }
    if let Some(status) = search.status {
        query.push(" AND status = ").push_bind(status.word().to_owned());
        if !COMMON.contains(&status) {
            query.push(sql::TO_LOOK_AT);
        }
    }
    if let Some(amount) = search.amount {
        query.push(" AND amount_minor = ").push_bind(amount.minor());
        query.push(" AND currency = ").push_bind(amount.currency().code().to_owned());
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
    query
}
