//! Credentials of authorization servers: those that are used, and those that take their place at a time.

use std::collections::BTreeMap;

use engine::ports::StoreError;
use engine::settings::Settings;
use payment::ServerId;
use secrecy::SecretString;
use serde_json::Value;

use super::change::ChangeSettingsError;
use super::entities::{apart, edits};
use super::entity::{Edit, Entity};
use crate::Db;
use crate::read;
use crate::seal::{Keyring, Place, SealError};

/// What the name of a secret begins with that is not used yet. No setting of a module has a dot in its name.
const NEXT: &str = "next.";

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

/// Secrets by the names of their settings.
pub type Secrets = BTreeMap<String, SecretString>;

/// The credentials of an authorization server, opened.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Those that are used.
    pub present: Secrets,
    /// Those that take their place at the server's `next_credentials_at`. A secret that is not among them stays.
    pub next: Secrets,
}

impl Credentials {
    /// As they are after the change.
    pub fn following(&self) -> Secrets {
        self.present.clone().into_iter().chain(self.next.clone()).collect()
    }
}

/// Whether a secret is used, or waits for its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is used.
    Present,
    /// It is used from the server's `next_credentials_at` on.
    Next,
}

/// One secret that is to become another.
#[derive(Debug, Clone)]
pub struct SecretEdit {
    /// The authorization server.
    pub server: ServerId,
    /// The name of the setting.
    pub name: String,
    /// Which of the two.
    pub stage: Stage,
    /// The secret; `None`: it is forgotten.
    pub value: Option<SecretString>,
}

impl SecretEdit {
    /// A secret that is used from now on.
    pub fn present(server: &ServerId, name: &str, value: SecretString) -> Self {
        Self { server: server.clone(), name: name.to_owned(), stage: Stage::Present, value: Some(value) }
    }

    fn sealed(self, keyring: &Keyring) -> Result<Edit, StoreError> {
        let name = match self.stage {
            Stage::Present => self.name,
            Stage::Next => format!("{NEXT}{}", self.name),
        };
        let seal = |secret| keyring.seal(&place_of_secret(&self.server, &name), &secret).map(Value::String);
        let after = self.value.map(seal).transpose().map_err(|error| StoreError(error.to_string()))?;
        Ok(Edit { entity: Entity::Secret(self.server, name), before: None, after })
    }
}

/// Where a secret is kept: it opens nowhere else.
pub(crate) fn place_of_secret(server: &ServerId, name: &str) -> Place {
    Place { table: "server_secrets", column: "sealed", row: format!("{server}/{name}") }
}

impl Db {
    /// The secrets that an authorization server uses now, by their names, opened.
    pub async fn secrets(&self, server: &ServerId, keyring: &Keyring) -> Result<Secrets, SecretsError> {
        Ok(self.credentials(server, keyring).await?.present)
    }

    /// All secrets of an authorization server, opened.
    pub async fn credentials(
        &self,
        server: &ServerId,
        keyring: &Keyring,
    ) -> Result<Credentials, SecretsError> {
        let mut credentials = Credentials::default();
        for (name, sealed) in read::settings::secrets(self.pool(), server).await? {
            let opened = keyring.open(&place_of_secret(server, &name), &sealed);
            let secret = match opened {
                Ok(secret) => secret,
                Err(error) => return Err(SecretsError::Seal { server: server.clone(), name, error }),
            };
            match name.strip_prefix(NEXT) {
                Some(name) => credentials.next.insert(name.to_owned(), secret),
                None => credentials.present.insert(name, secret),
            };
        }
        Ok(credentials)
    }

    /// Seals and keeps a secret of an authorization server, which must exist.
    pub async fn set_secret(
        &self,
        server: &ServerId,
        name: &str,
        secret: &SecretString,
        keyring: &Keyring,
    ) -> Result<u64, ChangeSettingsError> {
        self.set_secrets(vec![SecretEdit::present(server, name, secret.clone())], keyring).await
    }

    /// Seals and keeps secrets of authorization servers, which must exist: all of them or none.
    pub async fn set_secrets(
        &self,
        secrets: Vec<SecretEdit>,
        keyring: &Keyring,
    ) -> Result<u64, ChangeSettingsError> {
        self.change_settings(None, sealed(secrets, keyring)?).await
    }

    /// Makes `wanted` the settings, as [`Db::save_settings`] does, and changes these secrets with them: all or nothing.
    pub async fn save_settings_with_secrets(
        &self,
        wanted: &Settings,
        secrets: Vec<SecretEdit>,
        keyring: &Keyring,
    ) -> Result<u64, ChangeSettingsError> {
        let (revision, before) = read::settings::plain(self.pool()).await?;
        if revision != wanted.revision {
            return Err(ChangeSettingsError::Conflict);
        }
        let mut all = edits(&before, &apart(wanted)?);
        all.extend(sealed(secrets, keyring)?);
        self.change_settings(Some(revision), all).await
    }

    /// Forgets a secret; one that is not there is gone already.
    pub async fn remove_secret(&self, server: &ServerId, name: &str) -> Result<u64, ChangeSettingsError> {
        let entity = Entity::Secret(server.clone(), name.to_owned());
        self.change_settings(None, vec![Edit { entity, before: None, after: None }]).await
    }
}

fn sealed(secrets: Vec<SecretEdit>, keyring: &Keyring) -> Result<Vec<Edit>, StoreError> {
    secrets.into_iter().map(|secret| secret.sealed(keyring)).collect()
}
