//! One serving process per file.
//!
//! The writer keeps the newest epoch in memory, so two writers must never serve one file. The lock is the operating
//! system's: it goes with the process, whatever ends it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::ports::StoreError;

/// A held lock. Dropping it frees it.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

const TRIES: u32 = 11;
const PAUSE: Duration = Duration::from_millis(100);

impl Lock {
    /// Takes the lock beside the database at `path`, waiting a second for a process that is ending.
    pub(crate) async fn wait(path: &Path) -> Result<Self, StoreError> {
        for _ in 1..TRIES {
            if let Some(lock) = Self::try_take(path)? {
                return Ok(lock);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Self::try_take(path)?.ok_or_else(|| taken(path))
    }

    /// Takes the lock if it is free.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, StoreError> {
        let name = lock_path(path);
        let unusable = |error: std::io::Error| {
            StoreError(format!("can't lock {}: {error}; let the service's user write there", name.display()))
        };
        if let Some(folder) = name.parent() {
            std::fs::create_dir_all(folder).map_err(unusable)?;
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&name)
            .map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        // For people who look for the process; nothing depends on it.
        file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(unusable)?;
        Ok(Some(Self { _file: file }))
    }
}

fn taken(path: &Path) -> StoreError {
    let name = lock_path(path);
    let mut holder = String::new();
    let read = File::open(&name).and_then(|file| file.take(20).read_to_string(&mut holder));
    let by = if read.is_ok() && !holder.is_empty() { format!(" (process {holder})") } else { String::new() };
    StoreError(format!(
        "{} is served by another process{by}, which holds {}: stop it, or give this one a database file of its own",
        path.display(),
        name.display()
    ))
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".lock");
    PathBuf::from(name)
}
