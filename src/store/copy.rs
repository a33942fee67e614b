//! Moving a store from a SQLite file to PostgreSQL, and being sure of it.
//!
//! Rows travel as JSON objects of their columns, which both databases make and take; nothing of a row is interpreted. Then
//! everything is compared: the number of rows of each table, the sums of money, and of each payment its state, its facts,
//! its events, and that its facts fold to its state.

use std::path::Path;
use std::sync::Arc;

use engine::ports::StoreError;
use futures_util::TryStreamExt;
use payment::PaymentId;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

use crate::error::unusable;
use crate::postgres::PostgresOptions;
use crate::records::{PaymentRecord, Records};
use crate::sqlite::{Lock, is_there, migrate, write_options};
use crate::{Db, sql};

/// Rows that travel at once.
const ROWS: usize = 500;

/// Payments that are compared at once.
const PAGE: usize = 500;

/// What was copied, and found the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Rows by table.
    pub rows: Vec<(&'static str, i64)>,
    /// Amounts of payments by currency, in minor units.
    pub amounts: Vec<(String, i64)>,
    /// Payments whose records are the same, and whose facts fold to their states.
    pub payments: usize,
}

/// Copies all of a SQLite file that nobody serves into a PostgreSQL database without payments or settings.
pub async fn copy_store(from: &Path, to: &PostgresOptions) -> Result<Copied, StoreError> {
    if !is_there(from) {
        return Err(StoreError(format!("there is no file {}: check the path", from.display())));
    }
    let _nobody_serves_it = Lock::wait(from).await?;
    migrate(from).await?;
    let target = Db::open_postgres(to).await?;
    let mut source = write_options(from).read_only(true).connect().await.map_err(|error| unusable(&error))?;
    let copied = copy(&mut source, to).await;
    source.close().await.map_err(|error| unusable(&error))?;
    let (rows, amounts) = copied?;
    let source = Db::open(from).await?;
    let payments = compare(&source, &target).await;
    source.close().await;
    target.close().await;
    Ok(Copied { rows, amounts, payments: payments? })
}

type Figures = (Vec<(&'static str, i64)>, Vec<(String, i64)>);

/// All tables in one transaction, which is committed only if the figures of both sides are the same.
async fn copy(source: &mut SqliteConnection, to: &PostgresOptions) -> Result<Figures, StoreError> {
    let mut connection = to.connect_without_limits().await.map_err(|error| unusable(&error))?;
    let mut transaction = connection.begin().await.map_err(|error| unusable(&error))?;
    for table in sql::copy::TABLES {
        if count_there(&mut transaction, table).await? > 0 {
            return Err(StoreError(format!(
                "{to} has rows in {table} already: copy into a database of its own"
            )));
        }
    }
    sqlx::raw_sql(sql::copy::CLEAR_REVISION)
        .execute(&mut *transaction)
        .await
        .map_err(|error| unusable(&error))?;
    let mut rows = Vec::new();
    for table in sql::copy::TABLES.iter().chain(sql::copy::REVISION) {
        copy_table(source, &mut transaction, table).await?;
        let (here, there) = (count_here(source, table).await?, count_there(&mut transaction, table).await?);
        if here != there {
            return Err(StoreError(format!("of {here} rows of {table} {there} arrived: nothing was copied")));
        }
        rows.push((*table, here));
    }
    let here: Vec<(String, i64)> =
        sqlx::query_as(sql::copy::AMOUNTS).fetch_all(source).await.map_err(|error| unusable(&error))?;
    let there: Vec<(String, i64)> = sqlx::query_as(sql::copy::AMOUNTS)
        .fetch_all(&mut *transaction)
        .await
        .map_err(|error| unusable(&error))?;
    if here != there {
        return Err(StoreError(format!("the sums differ, {here:?} and {there:?}: nothing was copied")));
    }
    for text in [sql::copy::LAPSE_ALL, sql::copy::NEXT_NUMBER, sql::copy::NEXT_EPOCH] {
        sqlx::raw_sql(text).execute(&mut *transaction).await.map_err(|error| unusable(&error))?;
    }
    transaction.commit().await.map_err(|error| unusable(&error))?;
    Ok((rows, here))
}

async fn copy_table(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    table: &str,
) -> Result<(), StoreError> {
    let columns: Vec<String> = sqlx::query_scalar(sql::copy::COLUMNS)
        .bind(table.to_owned())
        .fetch_all(&mut *source)
        .await
        .map_err(|error| unusable(&error))?;
    let pairs: Vec<String> = columns.iter().map(|column| format!("'{column}', {column}")).collect();
    let text = AssertSqlSafe(format!("SELECT json_object({}) FROM {table}", pairs.join(", ")));
    let mut rows = sqlx::query_scalar::<_, String>(text).fetch(source);
    let mut batch = Vec::with_capacity(ROWS);
    loop {
        let row = rows.try_next().await.map_err(|error| unusable(&error))?;
        let is_last = row.is_none();
        batch.extend(row);
        if batch.len() == ROWS || (is_last && !batch.is_empty()) {
            let text =
                format!("INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1::json)");
            sqlx::query(AssertSqlSafe(text))
                .bind(format!("[{}]", batch.join(",")))
                .execute(&mut *target)
                .await
                .map_err(|error| unusable(&error))?;
            batch.clear();
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn count_here(source: &mut SqliteConnection, table: &str) -> Result<i64, StoreError> {
    let text = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(text).fetch_one(source).await.map_err(|error| unusable(&error))
}

async fn count_there(target: &mut PgConnection, table: &str) -> Result<i64, StoreError> {
    let text = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(text).fetch_one(target).await.map_err(|error| unusable(&error))
}

/// Compares every payment on both sides; returns how many there are.
async fn compare(source: &Db, target: &Db) -> Result<usize, StoreError> {
    let (mut compared, mut after) = (0, None);
    loop {
        let page = source.payments_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(compared) };
        after = Some(*last);
        for id in page {
            let (here, there) = (source.payment_record(id).await?, target.payment_record(id).await?);
            let is_same = here.is_some() && here == there && here.as_ref().is_some_and(folds);
            if !is_same {
                return Err(differs(id));
            }
            compared += 1;
        }
    }
}

fn differs(id: PaymentId) -> StoreError {
    StoreError(format!(
        "payment {id} is not the same on both sides: look at it with `integrator payments show`, and go on with the file"
    ))
}

/// Whether a payment's facts fold to its state.
fn folds(record: &PaymentRecord) -> bool {
    let stored = &record.payment;
    let facts = record.facts.iter().map(|row| (&row.fact, row.at));
    let folded = payment::fold(stored.id, Arc::clone(&stored.checkout), stored.opened_at, facts);
    folded.as_ref() == Some(stored)
}
