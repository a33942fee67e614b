//! The database of a run: plain data that outlives every instance. It keeps the port's promises by itself and knows nothing of
//! how payments are decided.

mod epochs;
mod jobs;
mod port;
mod tables;

pub(crate) use port::StorePort;
pub(crate) use tables::{Row, Tables};

use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::ports::{Change, CommitError};
use engine::settings::Settings;
use payment::Timestamp;

use epochs::Epochs;
/// The database.
pub(crate) struct Database {
    tables: Mutex<Tables>,
    epochs: Mutex<Epochs>,
    settings: Mutex<Settings>,
}

impl Database {
    pub(crate) fn new(settings: Settings, instances: usize) -> Self {
        Self {
            tables: Mutex::default(),
            epochs: Mutex::new(Epochs::new(instances)),
            settings: Mutex::new(settings),
        }
    }

    /// All that is recorded.
    pub(crate) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the shop up anew.
    pub(crate) fn set_up(&self, new: Settings) {
        let mut settings = self.settings();
        *settings = Settings { revision: settings.revision + 1, ..new };
    }

    fn epochs(&self) -> MutexGuard<'_, Epochs> {
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change at once. Whoever has lost his epoch may not.
    fn commit(&self, change: Change, now: Timestamp) -> Result<(), CommitError> {
        if self.epochs().has_lapsed(change.epoch, now) {
            return Err(CommitError::Lapsed);
        }
        self.tables().commit(change)
    }
}
