//! What the business wants, as it is stored: things with a key and a JSON body, one revision number for all of them,
//! and secrets apart and sealed.

mod accounts;
mod api_keys;
mod change;
mod check;
mod check_screens;
mod entities;
mod entity;
mod problem;
mod secrets;

pub(crate) use change::ChangeSettings;
pub(crate) use check::is_sha256;
pub(crate) use entities::{Entities, apart, body, edits, together};
pub(crate) use secrets::place_of_secret;

pub use accounts::{AccountKeys, AccountSetting, MovedAccount};
pub use api_keys::{ApiKey, NewApiKey, fresh_key, hash_of_key};
pub use change::ChangeSettingsError;
pub use check::check_settings;
pub use entity::{Edit, Entity, is_hash};
pub use problem::{Problem, Problems};
pub use secrets::{Credentials, SecretEdit, Secrets, SecretsError, Stage};

use engine::ports::StoreError;
use engine::settings::Settings;
use payment::{PaymentId, ServerId, Timestamp};

use crate::Db;
use crate::error::unusable;
use crate::pool::on_pool;
use crate::read;
use crate::sql::{CREDIT_OF_SERVER, UNSETTLED_BEFORE, UNSETTLED_OF_SERVER};

impl Db {
    /// The settings and their revision, as the engine works by them.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        let (revision, entities) = read::settings::plain(self.pool()).await?;
        together(revision, entities)
    }

    /// The revision alone.
    pub async fn settings_revision(&self) -> Result<u64, StoreError> {
        read::settings::revision(self.pool()).await
    }

    /// Makes `wanted` the settings, if they are still at `wanted.revision`; returns the new revision. Secrets and keys
    /// stay as they are, except those of authorization servers and stores that go.
    ///
    /// Nothing is checked here: pages call [`check_settings`] first, to show what is wrong beside its field.
    pub async fn save_settings(&self, wanted: &Settings) -> Result<u64, ChangeSettingsError> {
        let (revision, before) = read::settings::plain(self.pool()).await?;
        if revision != wanted.revision {
            return Err(ChangeSettingsError::Conflict);
        }
        let edits = edits(&before, &apart(wanted)?);
        self.change_settings(Some(revision), edits).await
    }

    /// Whether a payment needs an authorization server: its money came there and may have to go back the same way, or a code
    /// of it may still be paid there.
    pub async fn has_payments_of(&self, server: &ServerId) -> Result<bool, StoreError> {
        let named = format!("\"server\":\"{server}\"");
        Ok(self.is_one(CREDIT_OF_SERVER, server.to_string()).await?
            || self.is_one(UNSETTLED_OF_SERVER, named).await?)
    }

    /// Whether a payment that was opened before this time is not settled yet.
    pub async fn has_unsettled_before(&self, time: Timestamp) -> Result<bool, StoreError> {
        self.is_one(UNSETTLED_BEFORE, PaymentId::earliest_at(time).to_string()).await
    }

    /// Whether a query for ids of payments finds any.
    async fn is_one(&self, query: &'static str, about: String) -> Result<bool, StoreError> {
        let payment: Option<String> = on_pool!(self.pool(), |connections| sqlx::query_scalar(query)
            .bind(about)
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        Ok(payment.is_some())
    }
}
