//! Connectors follow the settings: what this process changes at once, what others change within a second. They are there
//! before the engine works by the settings.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::Engine;
use engine::ports::{Bank, Banks, Clock, Offer, StoreError};
use engine::settings::Settings;
use payment::{CodeKind, ServerId};
use store::{ChangeSettingsError, Credentials, Db, Keyring, SecretEdit, SecretsError, Stage};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::banks::{AllCredentials, ConfiguredBanks};

const EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether credentials that were replaced can be forgotten, in rounds.
const FORGET_EVERY: u32 = 60;

/// Hands settings with their secrets to the banks. A secret that does not open leaves its server out.
pub(crate) async fn connect(
    db: &Db,
    keyring: &Keyring,
    banks: &ConfiguredBanks,
    settings: &Settings,
) -> Result<(), StoreError> {
    let mut credentials = AllCredentials::new();
    for server in settings.servers.keys() {
        match db.credentials(server, keyring).await {
            Ok(opened) => {
                credentials.insert(server.clone(), opened);
            }
            Err(SecretsError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%server, %error, "the credentials of an authorization server can't be read");
            }
        }
    }
    for problem in banks.take_over(settings, &credentials) {
        tracing::error!(%problem, "an authorization server can't be used");
    }
    Ok(())
}

/// The banks of a running service: connected anew with each change of settings, before it holds.
pub(super) struct LiveBanks {
    pub(super) db: Db,
    pub(super) keyring: Arc<Keyring>,
    pub(super) banks: Arc<ConfiguredBanks>,
}

#[async_trait]
impl Banks for LiveBanks {
    async fn connect(&self, settings: &Settings) -> Result<(), StoreError> {
        connect(&self.db, &self.keyring, &self.banks, settings).await
    }

    fn bank(&self, server: &ServerId) -> Option<Arc<dyn Bank>> {
        self.banks.bank(server)
    }

    fn offer(&self, server: &ServerId, kind: CodeKind) -> Option<Offer> {
        self.banks.offer(server, kind)
    }
}

/// Who follows the settings, and with what.
pub(super) struct Follower {
    pub(super) db: Db,
    pub(super) keyring: Arc<Keyring>,
    pub(super) engine: Engine,
    pub(super) clock: Arc<dyn Clock>,
}

impl Follower {
    /// Follows the settings until the service stops.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut changes = self.db.settings_changes();
        let mut round = 0_u32;
        while stop.run_until_cancelled(next(&mut changes)).await.is_some() {
            self.engine.follow_settings().await;
            round = round.wrapping_add(1);
            if round.is_multiple_of(FORGET_EVERY)
                && let Err(error) = forget_replaced(&self.db, &self.keyring, self.clock.as_ref()).await
            {
                tracing::warn!(%error, "replaced credentials are kept on: it is tried again");
            }
        }
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
