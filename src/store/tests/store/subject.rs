//! The stores under test.

use std::sync::Arc;

use engine::ports::{OutputJobs, Store};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{MemoryStore, PgStore, PostgresOptions, Records, SqliteStore};
use tempfile::TempDir;

/// A store with nothing in it, and what must live as long as it.
pub(crate) struct Subject<S> {
    pub(crate) store: Arc<S>,
    _folder: Option<TempDir>,
}

/// A kind of store that can be had empty.
pub(crate) trait Kind: Store + Records + Sized {
    async fn empty() -> Subject<Self>;

    /// The jobs of its outputs.
    fn jobs(&self) -> &dyn OutputJobs;
}

impl Kind for MemoryStore {
    async fn empty() -> Subject<Self> {
        Subject { store: Arc::new(Self::default()), _folder: None }
    }

    fn jobs(&self) -> &dyn OutputJobs {
        self
    }
}

impl Kind for SqliteStore {
    async fn empty() -> Subject<Self> {
        let folder = tempfile::tempdir().unwrap();
        let store = Self::open(&folder.path().join("store.db")).await.unwrap();
        Subject { store: Arc::new(store), _folder: Some(folder) }
    }

    fn jobs(&self) -> &dyn OutputJobs {
        self.db()
    }
}

impl Kind for PgStore {
    async fn empty() -> Subject<Self> {
        let store = Self::open(&schema().await).await.unwrap();
        Subject { store: Arc::new(store), _folder: None }
    }

    fn jobs(&self) -> &dyn OutputJobs {
        self.db()
    }
}

/// An empty schema of its own on the server that all tests share: they can run at once.
pub(crate) async fn schema() -> PostgresOptions {
    options_of(&schema_url().await)
}

pub(crate) fn options_of(url: &str) -> PostgresOptions {
    PostgresOptions::parse(&SecretString::from(url.to_owned())).unwrap().connections(4)
}

/// The address of an empty schema. Connections bear its name.
pub(crate) async fn schema_url() -> String {
    let server = std::env::var("INTEGRATOR_TEST_POSTGRES")
        .expect("INTEGRATOR_TEST_POSTGRES is not set: run the tests with `cargo xtask test`");
    let name = format!("t_{}", uuid::Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let separator = if server.contains('?') { '&' } else { '?' };
    format!("{server}{separator}options[search_path]={name}&application_name={name}")
}
