//! Connectors follow the settings: what this process changes at once, what others change within a second.

use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use engine::ports::{Clock, StoreError};
use engine::settings::Settings;
use payment::ServerId;
use store::{ChangeSettingsError, Credentials, Db, Keyring, SecretEdit, Stage};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::banks::{AllCredentials, ConfiguredBanks};

const EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether credentials that were replaced can be forgotten, in rounds.
const FORGET_EVERY: u32 = 60;

/// Reads settings and secrets and hands them to the banks. A secret that does not open leaves its server out.
pub(crate) async fn take_over(
    db: &Db,
    keyring: &Keyring,
    banks: &ConfiguredBanks,
) -> Result<u64, StoreError> {
    let settings = db.settings().await?;
    let mut credentials = AllCredentials::new();
    for server in settings.servers.keys() {
        match db.credentials(server, keyring).await {
            Ok(opened) => {
                credentials.insert(server.clone(), opened);
            }
            Err(error) => {
                tracing::error!(%server, %error, "the credentials of an authorization server can't be read");
            }
        }
    }
    for problem in banks.take_over(&settings, &credentials) {
        tracing::error!(%problem, "an authorization server can't be used");
    }
    Ok(settings.revision)
}

/// Who follows the settings, and with what.
pub(super) struct Follower {
    pub(super) db: Db,
    pub(super) keyring: Keyring,
    pub(super) banks: Arc<ConfiguredBanks>,
    pub(super) engine: Engine,
    pub(super) clock: Arc<dyn Clock>,
    /// The revision that the banks know.
    pub(super) known: u64,
}

impl Follower {
    /// Follows the settings until the service stops.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut changes = self.db.settings_changes();
        let mut round = 0_u32;
        while stop.run_until_cancelled(next(&mut changes)).await.is_some() {
            self.follow().await;
            round = round.wrapping_add(1);
            if round.is_multiple_of(FORGET_EVERY)
                && let Err(error) = forget_replaced(&self.db, &self.keyring, self.clock.as_ref()).await
            {
                tracing::warn!(%error, "replaced credentials are kept on: it is tried again");
            }
        }
    }

    async fn follow(&mut self) {
        let Ok(revision) = self.db.settings_revision().await else { return };
        if self.known == revision {
            return;
        }
        match take_over(&self.db, &self.keyring, &self.banks).await {
            Ok(revision) => self.known = revision,
            Err(error) => {
                tracing::warn!(%error, "new settings of authorization servers could not be read");
            }
        }
        self.engine.follow_settings().await;
    }
}

/// Until settings change here, or it is time to look whether they changed elsewhere.
async fn next(changes: &mut watch::Receiver<u64>) {
    // An error can't be: whoever follows has a handle to the database.
    let _ = tokio::time::timeout(EVERY, changes.changed()).await;
}

/// Replaced credentials are forgotten once every payment is settled that was opened while they were used.
pub(super) async fn forget_replaced(
    db: &Db,
    keyring: &Keyring,
    clock: &dyn Clock,
) -> Result<(), ChangeSettingsError> {
    let settings = db.settings().await?;
    let now = clock.now();
    let due = settings.servers.iter().filter_map(|(server, its)| Some((server, its.next_credentials_at?)));
    for (server, at) in due.filter(|(_, at)| *at <= now) {
        if db.has_unsettled_before(at).await? {
            continue;
        }
        let credentials =
            db.credentials(server, keyring).await.map_err(|error| StoreError(error.to_string()))?;
        let (wanted, secrets) = replaced(&settings, server, credentials);
        match db.save_settings_with_secrets(&wanted, secrets, keyring).await {
            Ok(_) => tracing::info!(%server, "replaced credentials are forgotten"),
            Err(ChangeSettingsError::Conflict) => {} // in the next round
            Err(error) => return Err(error),
        }
        break; // the settings are others now
    }
    Ok(())
}

/// The settings and secrets with the next credentials of a server as its only ones.
fn replaced(
    settings: &Settings,
    server: &ServerId,
    Credentials { next, .. }: Credentials,
) -> (Settings, Vec<SecretEdit>) {
    let mut wanted = settings.clone();
    if let Some(its) = wanted.servers.get_mut(server) {
        its.next_credentials_at = None;
    }
    let secrets = next.into_iter().flat_map(|(name, secret)| {
        let waiting =
            SecretEdit { server: server.clone(), name: name.clone(), stage: Stage::Next, value: None };
        [SecretEdit::present(server, &name, secret), waiting]
    });
    (wanted, secrets.collect())
}

#[cfg(test)]
#[path = "banks_watch_tests.rs"]
mod tests;
