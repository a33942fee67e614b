//! Keys for the HTTP interface. The database has their hashes; a key itself is seen once, when it is made.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::ports::StoreError;
use payment::{StoreId, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::change::ChangeSettingsError;
use super::entity::{Edit, Entity};
use crate::Db;
use crate::error::damaged;
use crate::read;

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The store that it speaks for.
    pub store: StoreId,
    /// What it is for, for people.
    pub name: String,
    /// SHA-256 of the key, in hex.
    pub sha256: String,
    /// When it was made; `None`: it came with a settings file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// A key that was just made: the only time that it is seen.
#[derive(Debug)]
pub struct NewApiKey {
    /// Its id, for removing it.
    pub id: String,
    /// The key, for the register's software.
    pub key: SecretString,
}

/// A fresh key with 256 random bits, as 43 characters that fit into an address.
pub fn fresh_key() -> Result<SecretString, StoreError> {
    let mut bits = zeroize::Zeroizing::new([0_u8; 32]);
    fill(&mut *bits)?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(*bits)))
}

/// SHA-256 of a key in hex, as it is kept and looked up. A key has 256 random bits, so it needs no slow hash.
pub fn hash_of_key(key: &SecretString) -> String {
    hex::encode(Sha256::digest(key.expose_secret().as_bytes()))
}

impl Db {
    /// Makes a key for a store, which must exist.
    pub async fn add_api_key(
        &self,
        store: &StoreId,
        name: &str,
        now: Timestamp,
    ) -> Result<NewApiKey, ChangeSettingsError> {
        let mut id = [0_u8; 4];
        fill(&mut id)?;
        let id = hex::encode(id);
        let key = fresh_key()?;
        let kept = ApiKey {
            store: store.clone(),
            name: name.to_owned(),
            sha256: hash_of_key(&key),
            created_at: Some(now),
        };
        let body = serde_json::to_value(&kept).map_err(|error| damaged("a new API key", error))?;
        let edit = Edit { entity: Entity::ApiKey(id.clone()), before: None, after: Some(body) };
        self.change_settings(None, vec![edit]).await?;
        Ok(NewApiKey { id, key })
    }

    /// Removes a key; one that is not there is gone already.
    pub async fn remove_api_key(&self, id: &str) -> Result<(), ChangeSettingsError> {
        let edit = Edit { entity: Entity::ApiKey(id.to_owned()), before: None, after: None };
        self.change_settings(None, vec![edit]).await.map(drop)
    }

    /// All keys by their ids.
    pub async fn api_keys(&self) -> Result<Vec<(String, ApiKey)>, StoreError> {
        let (_, entities) = read::settings::everything(self.pool()).await?;
        let keys = entities.into_iter().filter_map(|(entity, body)| match entity {
            Entity::ApiKey(id) => Some((id, body)),
            _ => None,
        });
        keys.map(|(id, body)| {
            let key =
                serde_json::from_value(body).map_err(|error| damaged(&format!("API key {id}"), error))?;
            Ok((id, key))
        })
        .collect()
    }

    /// The store that a key speaks for; `None`: nobody knows the key.
    pub async fn store_of_api_key(&self, key: &SecretString) -> Result<Option<StoreId>, StoreError> {
        read::settings::store_of_key(self.pool(), &hash_of_key(key)).await
    }
}

fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes)
        .map_err(|error| StoreError(format!("the operating system gives no random bytes: {error}")))
}
