//! Connectors follow the settings: changed ones are taken over within a second.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::StoreError;
use store::{Db, Keyring};
use tokio_util::sync::CancellationToken;

use crate::banks::{ConfiguredBanks, Secrets};

const EVERY: Duration = Duration::from_secs(1);

/// Reads settings and secrets and hands them to the banks. A secret that does not open leaves its server out.
pub(crate) async fn take_over(
    db: &Db,
    keyring: &Keyring,
    banks: &ConfiguredBanks,
) -> Result<u64, StoreError> {
    let settings = db.settings().await?;
    let mut secrets = Secrets::new();
    for server in settings.servers.keys() {
        match db.secrets(server, keyring).await {
            Ok(opened) => {
                secrets.insert(server.clone(), opened);
            }
            Err(error) => {
                tracing::error!(%server, %error, "the credentials of an authorization server can't be read");
            }
        }
    }
    for problem in banks.take_over(&settings, &secrets) {
        tracing::error!(%problem, "an authorization server can't be used");
    }
    Ok(settings.revision)
}

/// Follows the settings until the service stops.
pub(super) async fn run(db: Db, keyring: Keyring, banks: Arc<ConfiguredBanks>, stop: CancellationToken) {
    let mut known = db.settings_revision().await.ok();
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let Ok(revision) = db.settings_revision().await else { continue };
        if known == Some(revision) {
            continue;
        }
        match take_over(&db, &keyring, &banks).await {
            Ok(revision) => known = Some(revision),
            Err(error) => tracing::warn!(%error, "new settings of authorization servers could not be read"),
        }
    }
}
