//! How the database is, for people: its version, its size, the room that it has left, who uses it.

use std::path::Path;

use engine::ports::StoreError;
use payment::Timestamp;

use crate::Db;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::postgres::on_connection;
use crate::rows::unsigned;
use crate::sql::condition as sql;

/// A database at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseCondition {
    /// Product and version, such as `SQLite 3.50.4`.
    pub product: String,
    /// How much room it takes, in bytes.
    pub bytes: u64,
    /// How much is free on its disk, in bytes; `None`: it is on another machine.
    pub free_bytes: Option<u64>,
    /// The instances that live, oldest first.
    pub instances: Vec<InstanceCondition>,
}

/// An instance of the service that lives, as far as the database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceCondition {
    /// Its number: each start gets a greater one.
    pub epoch: u64,
    /// When it started, by the database's or its own clock.
    pub started_at: Timestamp,
}

impl Db {
    /// How the database is now.
    pub async fn condition(&self) -> Result<DatabaseCondition, StoreError> {
        let (version, size) = match self.pool() {
            Pool::Sqlite(_) => (sql::SQLITE_VERSION, sql::SQLITE_SIZE),
            Pool::Postgres(_) => (sql::POSTGRES_VERSION, sql::POSTGRES_SIZE),
        };
        let product: String =
            on_pool!(self.pool(), |connections| sqlx::query_scalar(version).fetch_one(connections).await)
                .map_err(|error| unusable(&error))?;
        let bytes: i64 =
            on_pool!(self.pool(), |connections| sqlx::query_scalar(size).fetch_one(connections).await)
                .map_err(|error| unusable(&error))?;
        Ok(DatabaseCondition {
            product,
            bytes: unsigned("a size", bytes)?,
            free_bytes: self.free_bytes().await?,
            instances: self.instances().await?,
        })
    }

    async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        let Pool::Sqlite(connections) = self.pool() else { return Ok(None) };
        let file: String = sqlx::query_scalar(sql::SQLITE_FILE)
            .fetch_one(connections)
            .await
            .map_err(|error| unusable(&error))?;
        let room = rustix::fs::statvfs(Path::new(&file)).ok();
        Ok(room.map(|room| room.f_bavail.saturating_mul(room.f_frsize)))
    }

    async fn instances(&self) -> Result<Vec<InstanceCondition>, StoreError> {
        let rows: Vec<(i64, i64)> = match self.pool() {
            Pool::Sqlite(connections) => sqlx::query_as(sql::SQLITE_INSTANCE).fetch_all(connections).await,
            Pool::Postgres(database) => {
                on_connection!(database, |connection| sqlx::query_as(sql::POSTGRES_INSTANCES)
                    .bind(database.lapse_after_micros())
                    .fetch_all(connection)
                    .await)
            }
        }
        .map_err(|error| unusable(&error))?;
        let instance = |(epoch, started_at)| {
            Ok(InstanceCondition {
                epoch: unsigned("an epoch", epoch)?,
                started_at: Timestamp::from_micros(started_at),
            })
        };
        rows.into_iter().map(instance).collect()
    }
}
