//! When credentials that were replaced are forgotten.

use std::path::{Path, PathBuf};

use engine::settings::{ServerSettings, Usage};
use payment::{PaymentId, PollPlan, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use store::{KeyFile, SqliteStore};
use tempfile::TempDir;

use super::*;

/// The moment at which the next credentials take over.
const CHANGE: Timestamp = Timestamp::from_micros(1_795_867_200_000_000);
const HOUR: Duration = Duration::from_hours(1);

struct SetClock(Timestamp);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A server whose `secret_key` changes, and whose `sign_key` stays.
struct World {
    db: Db,
    keyring: Arc<Keyring>,
    file: PathBuf,
    server: ServerId,
    _store: SqliteStore,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let store = SqliteStore::open(&file).await.unwrap();
        let keyring = Arc::new(KeyFile::load_or_create(&folder.path().join("key")).unwrap());
        let server = ServerId::parse("bank").unwrap();
        let world = Self { db: store.db().clone(), keyring, file, server, _store: store, _folder: folder };
        let mut settings = world.db.settings().await.unwrap();
        settings.servers.insert(world.server.clone(), settings_of_server());
        let edit = |name: &str, stage, value: &str| SecretEdit {
            server: world.server.clone(),
            name: name.to_owned(),
            stage,
            value: Some(SecretString::from(value)),
        };
        let secrets = vec![
            edit("secret_key", Stage::Present, "old"),
            edit("sign_key", Stage::Present, "stays"),
            edit("secret_key", Stage::Next, "new"),
        ];
        world.db.save_settings_with_secrets(&settings, secrets, &world.keyring).await.unwrap();
        world
    }

    /// The banks of a service that runs on this database.
    fn live_banks(&self) -> LiveBanks {
        let banks = Arc::new(ConfiguredBanks::new(Arc::new(SetClock(CHANGE))));
        LiveBanks { db: self.db.clone(), keyring: Arc::clone(&self.keyring), banks }
    }

    async fn forget(&self, now: Timestamp) {
        forget_replaced(&self.db, &self.keyring, &SetClock(now)).await.unwrap();
    }

    /// The credentials in use, those that wait, and when they take over.
    async fn credentials(&self) -> (Vec<(String, String)>, Vec<(String, String)>, Option<Timestamp>) {
        let told = |secrets: &store::Secrets| {
            let opened =
                secrets.iter().map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned()));
            opened.collect()
        };
        let found = self.db.credentials(&self.server, &self.keyring).await.unwrap();
        let settings = self.db.settings().await.unwrap();
        (told(&found.present), told(&found.next), settings.servers[&self.server].next_credentials_at)
    }

    async fn payments(&self) -> Payments {
        Payments::open(&self.file).await
    }
}

fn settings_of_server() -> ServerSettings {
    ServerSettings {
        name: "Bank".to_owned(),
        module: "raiffeisen".to_owned(),
        response_timeout_s: 60,
        call_timeout_ms: 5_000,
        code_life_s: 300,
        test: true,
        poll: PollPlan::live(),
        rate_per_s: 10,
        concurrency: 4,
        values: [("sbp_merchant_id".to_owned(), "MA123456".to_owned())].into(),
        usage: Usage::Active,
        fee_bp: None,
        next_credentials_at: Some(CHANGE),
    }
}

/// Rows of payments, as far as this is about them.
struct Payments(SqliteConnection);

impl Payments {
    async fn open(file: &Path) -> Self {
        Self(SqliteConnectOptions::new().filename(file).connect().await.unwrap())
    }

    async fn put(&mut self, opened_at: Timestamp) -> PaymentId {
        let id = PaymentId::earliest_at(opened_at);
        let row = "INSERT INTO payments (id, store, register, operation, payment_type, amount_minor, currency, status, \
            is_open, opened_at, wake_at, settled, sequence, epoch, holds_register, fiscal_due, checkout, state) \
            VALUES ($1, '17', '1', $1, 'sbp', 100, 'RUB', 'paid', 0, $2, $2, 0, 1, 1, 0, 0, '{}', '{}')";
        let row = sqlx::query(row).bind(id.to_string()).bind(opened_at.as_micros());
        row.execute(&mut self.0).await.unwrap();
        id
    }

    async fn settle(&mut self, id: PaymentId) {
        let row =
            sqlx::query("UPDATE payments SET settled = 1, wake_at = NULL WHERE id = $1").bind(id.to_string());
        row.execute(&mut self.0).await.unwrap();
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn old_credentials_are_kept_until_every_payment_that_was_opened_with_them_is_settled() {
    let world = World::new().await;
    let kept = (
        pairs(&[("secret_key", "old"), ("sign_key", "stays")]),
        pairs(&[("secret_key", "new")]),
        Some(CHANGE),
    );
    world.forget(CHANGE.minus(HOUR)).await;
    assert_eq!(world.credentials().await, kept, "their time has not come");

    let mut payments = world.payments().await;
    let before = payments.put(CHANGE.minus(HOUR)).await;
    let after = payments.put(CHANGE.plus(HOUR)).await;
    world.forget(CHANGE.plus(HOUR)).await;
    assert_eq!(world.credentials().await, kept, "a payment may still go by the old ones");

    payments.settle(before).await;
    world.forget(CHANGE.plus(HOUR)).await;
    let alone = (pairs(&[("secret_key", "new"), ("sign_key", "stays")]), vec![], None);
    assert_eq!(world.credentials().await, alone, "one that was opened later does not need them");

    let revision = world.db.settings_revision().await.unwrap();
    payments.settle(after).await;
    world.forget(CHANGE.plus(HOUR)).await;
    assert_eq!(world.db.settings_revision().await.unwrap(), revision, "it is done once");
}

#[tokio::test]
async fn a_server_whose_old_credentials_are_needed_keeps_no_other_server_waiting() {
    let world = World::new().await;
    let mut settings = world.db.settings().await.unwrap();
    let later = ServerSettings { next_credentials_at: Some(CHANGE.plus(HOUR)), ..settings_of_server() };
    settings.servers.insert(ServerId::parse("a-later-one").unwrap(), later);
    world.db.save_settings(&settings).await.unwrap();
    // It was opened while the later server had its old credentials, and this one its new ones.
    world.payments().await.put(CHANGE.plus(HOUR / 2)).await;
    world.forget(CHANGE.plus(HOUR * 2)).await;
    let (_, next, at) = world.credentials().await;
    assert_eq!((next, at), (vec![], None));
}

#[tokio::test]
async fn a_new_authorization_server_is_there_before_its_settings_hold() {
    connector_sdk::http::install_crypto();
    let world = World::new().await;
    let banks = world.live_banks();
    assert!(banks.offer(&world.server, CodeKind::Dynamic).is_none());
    let settings = world.db.settings().await.unwrap();
    banks.connect(&settings).await.unwrap();
    assert!(banks.offer(&world.server, CodeKind::Dynamic).is_some());
    assert!(banks.bank(&world.server).is_some());
}
