//! How the file is opened.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};

/// How long a statement waits for another process's write, such as an import of settings.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers at once. Reads take microseconds; more connections than this only take memory.
const READERS: u32 = 4;

/// Texts that a writing connection keeps prepared: one for each form that a change takes.
const PREPARED: usize = 256;

/// Page cache of each connection in KiB; negative is SQLite's way of saying *not pages*.
const CACHE_KIB: &str = "-8192";

/// Whether there is a database file to open.
pub(crate) fn is_there(path: &Path) -> bool {
    path.is_file()
}

/// A connection that writes.
///
/// FULL: a commit is on the disk before it is answered, also after a power cut; what that costs is one flush a batch. What a
/// savepoint would need to undo a change is of no use after a crash: kept in memory, it costs no file beside the log.
pub(crate) fn write_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(PREPARED)
        .pragma("cache_size", CACHE_KIB)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// Connections that only read. They are made when they are first needed.
pub(crate) fn read_pool(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE_KIB)
        .disable_statement_logging();
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .max_lifetime(None)
        .idle_timeout(None)
        .test_before_acquire(false)
        .connect_lazy_with(options)
}

/// Makes the file and its folder if need be: readable by their owner only, and SQLite gives its further files the
/// same rights.
pub(super) fn create(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map(drop)
}
