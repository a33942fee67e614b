//! The keys that stores call with over HTTP.

use async_trait::async_trait;
use engine::ports::StoreError;
use http_door::ApiKeys;
use payment::StoreId;
use secrecy::SecretString;
use store::SqliteStore;

/// Looks keys up in the database, each time: one that was removed is refused at once.
pub(super) struct Keys {
    store: SqliteStore,
}

impl Keys {
    pub(super) fn new(store: SqliteStore) -> Self {
        Self { store }
    }
}

#[async_trait]
impl ApiKeys for Keys {
    async fn store_of(&self, key: &SecretString) -> Result<Option<StoreId>, StoreError> {
        self.store.db().store_of_api_key(key).await
    }
}
