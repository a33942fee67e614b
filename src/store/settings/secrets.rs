//! Credentials of authorization servers.

use std::collections::BTreeMap;

use engine::ports::StoreError;
use payment::ServerId;
use secrecy::SecretString;

use super::change::ChangeSettingsError;
use super::entity::{Edit, Entity};
use crate::Db;
use crate::read;
use crate::seal::{Keyring, Place, SealError};

/// Why secrets can't be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// A sealed text does not open.
    #[error("secret {name} of authorization server {server}: {error}")]
    Seal {
        /// The authorization server.
        server: ServerId,
        /// The secret's name.
        name: String,
        /// Why not.
        error: SealError,
    },
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a secret is kept: it opens nowhere else.
pub(crate) fn place_of_secret(server: &ServerId, name: &str) -> Place {
    Place { table: "server_secrets", column: "sealed", row: format!("{server}/{name}") }
}

impl Db {
    /// The secrets of an authorization server by their names, opened.
    pub async fn secrets(
        &self,
        server: &ServerId,
        keyring: &Keyring,
    ) -> Result<BTreeMap<String, SecretString>, SecretsError> {
        let sealed = read::settings::secrets(self.pool(), server).await?;
        let open =
            |(name, sealed): (String, String)| match keyring.open(&place_of_secret(server, &name), &sealed) {
                Ok(secret) => Ok((name, secret)),
                Err(error) => Err(SecretsError::Seal { server: server.clone(), name, error }),
            };
        sealed.into_iter().map(open).collect()
    }

    /// Seals and keeps a secret of an authorization server, which must exist.
    pub async fn set_secret(
        &self,
        server: &ServerId,
        name: &str,
        secret: &SecretString,
        keyring: &Keyring,
    ) -> Result<u64, ChangeSettingsError> {
        let sealed = keyring
            .seal(&place_of_secret(server, name), secret)
            .map_err(|error| StoreError(error.to_string()))?;
        let entity = Entity::Secret(server.clone(), name.to_owned());
        let edit = Edit { entity, before: None, after: Some(serde_json::Value::String(sealed)) };
        self.change_settings(None, vec![edit]).await
    }

    /// Forgets a secret; one that is not there is gone already.
    pub async fn remove_secret(&self, server: &ServerId, name: &str) -> Result<u64, ChangeSettingsError> {
        let entity = Entity::Secret(server.clone(), name.to_owned());
        self.change_settings(None, vec![Edit { entity, before: None, after: None }]).await
    }
}
