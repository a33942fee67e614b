//! The stores under test.

use std::sync::Arc;

use engine::ports::Store;
use store::{MemoryStore, Records, SqliteStore};
use tempfile::TempDir;

/// A store with nothing in it, and what must live as long as it.
pub(crate) struct Subject<S> {
    pub(crate) store: Arc<S>,
    _folder: Option<TempDir>,
}

/// A kind of store that can be had empty.
pub(crate) trait Kind: Store + Records + Sized {
    async fn empty() -> Subject<Self>;
}

impl Kind for MemoryStore {
    async fn empty() -> Subject<Self> {
        Subject { store: Arc::new(Self::default()), _folder: None }
    }
}

impl Kind for SqliteStore {
    async fn empty() -> Subject<Self> {
        let folder = tempfile::tempdir().unwrap();
        let store = Self::open(&folder.path().join("store.db")).await.unwrap();
        Subject { store: Arc::new(store), _folder: Some(folder) }
    }
}
