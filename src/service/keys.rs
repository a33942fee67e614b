//! The keys that stores call with over HTTP.

use async_trait::async_trait;
use engine::ports::StoreError;
use http_door::ApiKeys;
use payment::StoreId;
use secrecy::SecretString;
use store::Db;

/// Looks keys up in the database, each time: one that was removed is refused at once.
pub(super) struct Keys {
    db: Db,
}

impl Keys {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl ApiKeys for Keys {
    async fn store_of(&self, key: &SecretString) -> Result<Option<StoreId>, StoreError> {
        self.db.store_of_api_key(key).await
    }
}
