//! The database that the configuration names, opened for serving or for a command.

use std::sync::Arc;

use anyhow::Context;
use engine::ports::{Clock, Store, StoreError};
use store::{Author, Db, KeyFile, Keyring, PgStore, SqliteStore};

use crate::clock::WallClock;
use crate::config::{Config, ConfigError, DatabasePlace};

/// A database opened for serving. Closing `db` closes all of it.
pub(crate) struct Served {
    /// For the engine.
    pub(crate) store: Arc<dyn Store>,
    /// For people and pages.
    pub(crate) db: Db,
}

/// Why the database is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The configuration does not say where it is.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It can't be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens the database for serving; its tables are brought up to date.
pub(crate) async fn serve(config: &Config) -> Result<Served, OpenError> {
    Ok(match config.database.place()? {
        DatabasePlace::File(path) => {
            let store = SqliteStore::open(&path).await?;
            Served { db: store.db().clone(), store: Arc::new(store) }
        }
        DatabasePlace::Server(options) => {
            let store = PgStore::open(&options).await?;
            Served { db: store.db().clone(), store: Arc::new(store) }
        }
    })
}

/// Whoever works at the command line, for the audit.
pub(crate) fn command_line() -> Author {
    let user =
        std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    Author {
        who: format!("{user} (command line)"),
        from: "this machine".to_owned(),
        at: WallClock::start().now(),
    }
}

/// Opens a database that must be there, beside a running service or without one.
pub(crate) async fn open(config: &Config) -> Result<Db, OpenError> {
    Ok(match config.database.place()? {
        DatabasePlace::File(path) => Db::open(&path).await?,
        DatabasePlace::Server(options) => Db::open_postgres(&options).await?,
    }
    .by(command_line()))
}

/// The same, making the file if need be: so settings can be imported before the first start.
pub(crate) async fn open_or_create(config: &Config) -> Result<Db, OpenError> {
    Ok(match config.database.place()? {
        DatabasePlace::File(path) => Db::open_or_create(&path).await?,
        DatabasePlace::Server(options) => Db::open_postgres(&options).await?,
    }
    .by(command_line()))
}

/// The key that seals credentials. One machine makes its own; instances that share a database must be given the same one.
pub(crate) fn keyring(config: &Config) -> anyhow::Result<Keyring> {
    if !config.database.is_shared() {
        return Ok(KeyFile::load_or_create(&config.key_file)?);
    }
    KeyFile::load(&config.key_file)
        .context("make the key file once, with `integrator settings key`, and give each instance a copy")
}
