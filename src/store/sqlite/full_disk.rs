//! A full disk, played by SQLite's own limit on the size of the file; a file that can't be written, by its own setting.

use async_trait::async_trait;
use engine::ports::StoreError;
use payment::StoreId;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::{Session, SqliteStore, Work};
use crate::error::unusable;
use crate::settings::{ChangeSettings, ChangeSettingsError, Edit, Entity};

/// Sets the limit, in pages; `None`: what the file has now.
struct Limit(Option<i64>);

#[async_trait]
impl Work for Limit {
    type Done = ();
    type Refusal = StoreError;

    async fn perform(self, session: &mut Session) -> Result<(), StoreError> {
        let connection = session.connection().await?;
        let used: i64 = sqlx::query_scalar("PRAGMA page_count")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| unusable(&error))?;
        let text = format!("PRAGMA max_page_count = {}", self.0.unwrap_or(used));
        let set = sqlx::query(AssertSqlSafe(text)).execute(connection).await;
        set.map(drop).map_err(|error| unusable(&error))
    }
}

/// Makes the connection one that only reads, as SQLite opens a file that can't be written.
struct OnlyRead;

#[async_trait]
impl Work for OnlyRead {
    type Done = ();
    type Refusal = StoreError;

    async fn perform(self, session: &mut Session) -> Result<(), StoreError> {
        let connection = session.connection().await?;
        let set = sqlx::query("PRAGMA query_only = ON").execute(connection).await;
        set.map(drop).map_err(|error| unusable(&error))
    }
}

async fn put(store: &SqliteStore, name: &str, bytes: usize) -> Result<u64, ChangeSettingsError> {
    let entity = Entity::Store(StoreId::parse(name).unwrap());
    let body = Value::String("x".repeat(bytes));
    let edits = vec![Edit { entity, before: None, after: Some(body) }];
    store.writer.perform(ChangeSettings { base: None, edits, entries: Vec::new() }).await
}

#[tokio::test]
async fn a_full_disk_is_told_and_the_store_goes_on_when_there_is_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
    let writer = store.writer.clone();
    let revision = put(&store, "17", 10).await.unwrap();
    writer.perform(Limit(None)).await.unwrap();

    for _ in 0..3 {
        let error = put(&store, "18", 100_000).await.unwrap_err().to_string();
        assert!(error.contains("make room"), "{error}");
        assert_eq!(store.db().settings_revision().await.unwrap(), revision, "nothing was changed");
        writer.perform(Limit(None)).await.unwrap();
    }

    writer.perform(Limit(Some(1_000_000))).await.unwrap();
    assert_eq!(put(&store, "18", 100_000).await.unwrap(), revision + 1);
}

#[tokio::test]
async fn what_was_acknowledged_beside_a_change_that_found_no_room_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
    store.writer.perform(Limit(None)).await.unwrap();
    let (small, big, other) =
        tokio::join!(put(&store, "17", 10), put(&store, "18", 100_000), put(&store, "19", 10));
    assert!(big.is_err());
    let acknowledged = u64::from(small.is_ok()) + u64::from(other.is_ok());
    assert_eq!(store.db().settings_revision().await.unwrap(), acknowledged);
}

#[tokio::test]
async fn a_file_that_could_not_be_written_is_opened_anew_for_the_next_change() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
    let revision = put(&store, "17", 10).await.unwrap();
    store.writer.perform(OnlyRead).await.unwrap();

    let error = put(&store, "18", 10).await.unwrap_err().to_string();
    assert!(error.contains("read-only"), "{error}");
    assert_eq!(put(&store, "18", 10).await.unwrap(), revision + 1, "the file can be written now");
}
