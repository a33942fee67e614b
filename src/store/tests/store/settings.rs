//! Settings in the database.

use std::path::Path;
use std::time::Duration;

use engine::ports::Store;
use engine::settings::{EventsBy, OpenPayments, RegisterSettings, Settings};
use payment::{LateMoney, RegisterId, ServerId, StoreId};
use secrecy::{ExposeSecret, SecretString};
use store::{
    AccountKeys, ChangeSettingsError, Db, KeyFile, Keyring, SecretEdit, SecretsError, SettingsFile,
    SqliteStore, Stage, check_settings, hash_of_key,
};
use tempfile::TempDir;

use crate::sample::at;
use crate::subject::schema;

pub(crate) const EXAMPLE: &str = include_str!("../../settings.example.toml");

/// Which database the settings are in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

/// A database, with a key that seals.
pub(crate) struct Fresh {
    pub(crate) db: Db,
    pub(crate) keyring: Keyring,
    pub(crate) folder: TempDir,
}

impl Fresh {
    pub(crate) async fn empty(on: On) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keyring = KeyFile::load_or_create(&folder.path().join("key")).unwrap();
        let db = match on {
            On::Sqlite => Db::open_or_create(&folder.path().join("store.db")).await.unwrap(),
            On::Postgres => Db::open_postgres(&schema().await).await.unwrap(),
        };
        Self { db, keyring, folder }
    }

    pub(crate) async fn with_example(on: On) -> Self {
        let fresh = Self::empty(on).await;
        fresh.import(EXAMPLE).await;
        fresh
    }

    pub(crate) async fn import(&self, text: &str) -> u64 {
        let plan = self
            .db
            .plan_import(&SettingsFile::parse(text).unwrap(), &self.keyring, &AccountKeys::default())
            .await
            .unwrap();
        self.db.apply_import(plan).await.unwrap()
    }
}

fn shop() -> StoreId {
    StoreId::parse("17").unwrap()
}

fn raiffeisen() -> ServerId {
    ServerId::parse("raiffeisen").unwrap()
}

pub(crate) async fn a_new_database_has_no_settings(on: On) {
    let fresh = Fresh::empty(on).await;
    assert_eq!(fresh.db.settings().await.unwrap(), Settings::default());
    assert_eq!(fresh.db.settings_revision().await.unwrap(), 0);
}

pub(crate) async fn saved_settings_are_read_back_at_the_next_revision(on: On) {
    let fresh = Fresh::with_example(on).await;
    let mut wanted = fresh.db.settings().await.unwrap();
    let before = wanted.revision;
    let store = wanted.stores.get_mut(&shop()).unwrap();
    store.late_money = LateMoney::Offer { claim_within: Duration::from_mins(10) };
    store.registers.remove(&RegisterId::parse("2").unwrap());
    store.registers.insert(
        RegisterId::parse("9").unwrap(),
        RegisterSettings {
            name: "Касса 9".to_owned(),
            events_by: EventsBy::Both,
            open_payments: OpenPayments::Many,
            consoles: [].into(),
            plates: [].into(),
            open_plates: [].into(),
        },
    );
    let revision = fresh.db.save_settings(&wanted).await.unwrap();
    assert_eq!(revision, before + 1);
    wanted.revision = revision;
    assert_eq!(fresh.db.settings().await.unwrap(), wanted);
}

pub(crate) async fn settings_that_somebody_else_changed_meanwhile_are_not_overwritten(on: On) {
    let fresh = Fresh::with_example(on).await;
    let read = fresh.db.settings().await.unwrap();
    fresh.db.save_settings(&Settings { stores: [].into(), ..read.clone() }).await.unwrap();
    let refused = fresh.db.save_settings(&read).await;
    assert!(matches!(refused, Err(ChangeSettingsError::Conflict)), "{refused:?}");
    assert!(fresh.db.settings().await.unwrap().stores.is_empty());
}

pub(crate) async fn what_hangs_on_a_removed_thing_goes_with_it(on: On) {
    let fresh = Fresh::with_example(on).await;
    let read = fresh.db.settings().await.unwrap();
    let nothing = Settings { stores: [].into(), servers: [].into(), ..read };
    fresh.db.save_settings(&nothing).await.unwrap();
    assert_eq!(fresh.db.api_keys().await.unwrap(), []);
    assert!(fresh.db.secrets(&raiffeisen(), &fresh.keyring).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_serving_store_sees_what_a_command_line_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let service = SqliteStore::open(&path).await.unwrap();
    assert_eq!(service.settings_revision().await.unwrap(), 0);
    import_beside(&path, folder.path()).await;
    assert_eq!(service.settings_revision().await.unwrap(), 1);
    assert_eq!(Store::settings(&service).await.unwrap().stores.len(), 1);
    service.begin_epoch(at(0)).await.unwrap();
}

async fn import_beside(path: &Path, folder: &Path) {
    let db = Db::open(path).await.unwrap();
    let keyring = KeyFile::load_or_create(&folder.join("key")).unwrap();
    let plan = db
        .plan_import(&SettingsFile::parse(EXAMPLE).unwrap(), &keyring, &AccountKeys::default())
        .await
        .unwrap();
    db.apply_import(plan).await.unwrap();
    db.close().await;
}

#[tokio::test]
async fn secrets_are_sealed_in_the_database_and_open_with_the_key() {
    let fresh = Fresh::with_example(On::Sqlite).await;
    fresh
        .db
        .set_secret(&raiffeisen(), "second", &SecretString::from("another"), &fresh.keyring)
        .await
        .unwrap();
    let secrets = fresh.db.secrets(&raiffeisen(), &fresh.keyring).await.unwrap();
    let opened: Vec<_> =
        secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
    assert_eq!(opened, [("second", "another"), ("secret_key", "as the bank gave it")]);
    fresh.db.remove_secret(&raiffeisen(), "second").await.unwrap();
    assert_eq!(fresh.db.secrets(&raiffeisen(), &fresh.keyring).await.unwrap().len(), 1);

    fresh.db.close().await;
    for file in std::fs::read_dir(fresh.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in ["as the bank gave it", "another"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}

pub(crate) async fn a_secret_without_its_key_is_told_by_name_and_cure(on: On) {
    let fresh = Fresh::with_example(on).await;
    let other = KeyFile::load_or_create(&fresh.folder.path().join("other")).unwrap();
    let error = fresh.db.secrets(&raiffeisen(), &other).await.unwrap_err();
    assert!(matches!(error, SecretsError::Seal { .. }));
    let text = error.to_string();
    for part in ["secret_key", "raiffeisen", "not in the key file", "set the secret anew"] {
        assert!(text.contains(part), "{text}");
    }
}

pub(crate) async fn an_api_key_is_seen_once_and_speaks_for_its_store(on: On) {
    let fresh = Fresh::with_example(on).await;
    let made = fresh.db.add_api_key(&shop(), "kiosk software", at(5)).await.unwrap();
    assert_eq!(fresh.db.store_of_api_key(&made.key).await.unwrap(), Some(shop()));
    assert_eq!(fresh.db.store_of_api_key(&SecretString::from("guess")).await.unwrap(), None);
    let keys = fresh.db.api_keys().await.unwrap();
    let (_, kept) = keys.iter().find(|(id, _)| *id == made.id).unwrap();
    assert_eq!((kept.name.as_str(), kept.created_at), ("kiosk software", Some(at(5))));
    assert_eq!(kept.sha256, hash_of_key(&made.key));
    assert!(!format!("{made:?}").contains(made.key.expose_secret()));

    fresh.db.remove_api_key(&made.id).await.unwrap();
    assert_eq!(fresh.db.store_of_api_key(&made.key).await.unwrap(), None);
    let unknown = StoreId::parse("18").unwrap();
    assert!(fresh.db.add_api_key(&unknown, "x", at(5)).await.is_err(), "there is no such store");
}

pub(crate) async fn the_example_makes_sense(on: On) {
    let settings = Fresh::with_example(on).await.db.settings().await.unwrap();
    check_settings(&settings).unwrap();
    assert_eq!(settings.stores[&shop()].registers.len(), 2);
}

pub(crate) async fn secrets_change_together_with_settings_or_not_at_all(on: On) {
    let fresh = Fresh::with_example(on).await;
    let read = fresh.db.settings().await.unwrap();
    let edits = |value: &str| {
        let secret = |name: &str| SecretEdit::present(&raiffeisen(), name, SecretString::from(value));
        vec![secret("secret_key"), secret("second")]
    };
    let mut wanted = read.clone();
    "Renamed".clone_into(&mut wanted.servers.get_mut(&raiffeisen()).unwrap().name);
    let revision = fresh.db.save_settings_with_secrets(&wanted, edits("new"), &fresh.keyring).await.unwrap();
    assert_eq!(revision, read.revision + 1, "one change");
    let stale = fresh.db.save_settings_with_secrets(&wanted, edits("newer"), &fresh.keyring).await;
    assert!(matches!(stale, Err(ChangeSettingsError::Conflict)), "{stale:?}");
    // The second of these can't be kept: its server is not there.
    let mut torn = edits("torn");
    torn[1].server = ServerId::parse("nobody").unwrap();
    assert!(fresh.db.set_secrets(torn, &fresh.keyring).await.is_err());
    let secrets = fresh.db.secrets(&raiffeisen(), &fresh.keyring).await.unwrap();
    let values: Vec<&str> = secrets.values().map(ExposeSecret::expose_secret).collect();
    assert_eq!(values, ["new", "new"], "nothing was stored half");
}

pub(crate) async fn next_secrets_wait_beside_those_that_are_used(on: On) {
    let fresh = Fresh::with_example(on).await;
    let next = |value: Option<&str>| {
        let value = value.map(SecretString::from);
        vec![SecretEdit { server: raiffeisen(), name: "secret_key".to_owned(), stage: Stage::Next, value }]
    };
    fresh.db.set_secrets(next(Some("later")), &fresh.keyring).await.unwrap();
    let credentials = fresh.db.credentials(&raiffeisen(), &fresh.keyring).await.unwrap();
    let value = |secrets: &store::Secrets| secrets["secret_key"].expose_secret().to_owned();
    assert_eq!(
        (value(&credentials.present), value(&credentials.next)),
        ("as the bank gave it".into(), "later".into())
    );
    assert_eq!(value(&credentials.following()), "later");
    assert_eq!(value(&fresh.db.secrets(&raiffeisen(), &fresh.keyring).await.unwrap()), "as the bank gave it");
    // They go where all settings go.
    let text = fresh.db.export_settings().await.unwrap();
    let plan = fresh
        .db
        .plan_import(&SettingsFile::parse(&text).unwrap(), &fresh.keyring, &AccountKeys::default())
        .await
        .unwrap();
    assert!(plan.edits().is_empty(), "{plan:?}");
    fresh.db.set_secrets(next(None), &fresh.keyring).await.unwrap();
    assert!(fresh.db.credentials(&raiffeisen(), &fresh.keyring).await.unwrap().next.is_empty());
}

#[tokio::test]
async fn whoever_listens_hears_of_each_change_that_is_made_here() {
    let fresh = Fresh::with_example(On::Sqlite).await;
    let mut changes = fresh.db.settings_changes();
    let read = fresh.db.settings().await.unwrap();
    let revision = fresh.db.clone().save_settings(&Settings { stores: [].into(), ..read }).await.unwrap();
    changes.changed().await.unwrap();
    assert_eq!(*changes.borrow(), revision);
}
