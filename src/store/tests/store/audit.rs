//! The audit of settings, and a chain that somebody tampers with.

use payment::ServerId;
use secrecy::SecretString;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use store::{AuditEntry, AuditProblem, People, hash_of_key};

use crate::people::author;
use crate::sample::at;
use crate::settings::{Fresh, On};

pub(crate) async fn a_change_of_settings_is_told_with_its_author_and_without_secrets(on: On) {
    let fresh = Fresh::with_example(on).await;
    assert_eq!(fresh.db.verify_audit().await.unwrap().entries, 0, "nobody in particular");
    let db = fresh.db.by(author(at(7)));
    let mut settings = db.settings().await.unwrap();
    let store = settings.stores.values_mut().next().unwrap();
    "kk".clone_into(&mut store.language);
    db.save_settings(&settings).await.unwrap();
    let server = ServerId::parse("raiffeisen").unwrap();
    let secret = SecretString::from("the-bank's-own-secret");
    db.set_secret(&server, "secret_key", &secret, &fresh.keyring).await.unwrap();

    let told = db.audit_before(None, 10).await.unwrap();
    let [secret, change] = &told[..] else { panic!("{told:?}") };
    assert_eq!(change.entry.author, author(at(7)));
    assert_eq!((change.entry.action.as_str(), change.entry.about.as_str()), ("settings.change", "stores.17"));
    assert_eq!(change.entry.store.as_ref().unwrap().as_str(), "17");
    assert_eq!(change.entry.before.as_ref().unwrap()["language"], "ru");
    assert_eq!(change.entry.after.as_ref().unwrap()["language"], "kk");
    assert_eq!(secret.entry.about, "servers.raiffeisen.secrets.secret_key");
    assert!(!format!("{told:?}").contains("v1:"), "not even sealed");
    assert_eq!(db.verify_audit().await.unwrap().problem, None);
}

pub(crate) async fn a_key_is_told_as_new_and_never_by_its_hash_not_even_by_entries_of_older_versions(on: On) {
    let fresh = Fresh::with_example(on).await;
    let db = fresh.db.by(author(at(7)));
    let made = db.add_api_key(&payment::StoreId::parse("17").unwrap(), "tills", at(7)).await.unwrap();
    let hash = hash_of_key(&made.key);
    let older = "5c7ee4a7c0ffee5c7ee4a7c0ffee5c7ee4a7c0ffee5c7ee4a7c0ffee5c7ee4a7";
    // As versions before this one wrote it.
    for (before, after) in [
        (None, Some(json!({ "sha256": older, "name": "x" }))),
        (Some(json!({ "sha256": older, "name": "x" })), Some(json!({ "sha256": hash, "name": "x" }))),
        (Some(json!({ "sha256": hash, "name": "x" })), Some(json!({ "sha256": hash, "name": "y" }))),
        (Some(json!({ "screen_key_sha256": older })), Some(json!({ "screen_key_sha256": null }))),
    ] {
        let entry = AuditEntry {
            author: author(at(8)),
            action: "settings.change".to_owned(),
            about: "api_keys.tills".to_owned(),
            store: None,
            before,
            after,
        };
        db.change_people(vec![], vec![entry]).await.unwrap();
    }
    let told = db.audit_before(None, 10).await.unwrap();
    let shown = format!("{told:?}");
    assert!(!shown.contains(&hash) && !shown.contains(older), "{shown}");
    let keys: Vec<_> =
        told.into_iter().rev().map(|record| (record.entry.before, record.entry.after)).collect();
    assert_eq!(keys[0].1.as_ref().unwrap()["sha256"], "new");
    assert_eq!(keys[1].1, Some(json!({ "sha256": "new", "name": "x" })));
    assert_eq!(keys[2].0, Some(json!({ "sha256": "***", "name": "x" })));
    assert_eq!(keys[2].1, Some(json!({ "sha256": "new", "name": "x" })));
    assert_eq!(keys[3].1, Some(json!({ "sha256": "***", "name": "y" })), "it is the same key");
    assert_eq!(
        keys[4],
        (Some(json!({ "screen_key_sha256": "***" })), Some(json!({ "screen_key_sha256": null })))
    );
    let verdict = db.verify_audit().await.unwrap();
    assert_eq!((verdict.entries, verdict.problem), (5, None), "the chain is that of what is kept");
}

pub(crate) async fn an_entry_that_was_changed_or_taken_out_shows(on: On) {
    let On::Sqlite = on else { return tampered_on_a_server().await };
    for (tampering, found) in [
        ("UPDATE audit SET body = replace(body, 'kk', 'ky') WHERE number = 2", AuditProblem::Changed(2)),
        ("UPDATE audit SET store = '18' WHERE number = 2", AuditProblem::Changed(2)),
        ("DELETE FROM audit WHERE number = 2", AuditProblem::Missing(2)),
        ("DELETE FROM audit WHERE number = 4", AuditProblem::OtherEnd(3)),
        ("DELETE FROM audit", AuditProblem::OtherEnd(0)),
        ("UPDATE audit_head SET hash = 'another'", AuditProblem::OtherEnd(4)),
    ] {
        let fresh = Fresh::with_example(on).await;
        four_entries(&fresh).await;
        let file = fresh.folder.path().join("store.db");
        let mut connection =
            SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        sqlx::raw_sql(tampering).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        assert_eq!(fresh.db.verify_audit().await.unwrap().problem, Some(found), "{tampering}");
    }
}

async fn four_entries(fresh: &Fresh) {
    let db = fresh.db.by(author(at(7)));
    for language in ["en", "kk", "hi", "ru"] {
        let mut settings = db.settings().await.unwrap();
        language.clone_into(&mut settings.stores.values_mut().next().unwrap().language);
        db.save_settings(&settings).await.unwrap();
    }
}

async fn tampered_on_a_server() {
    let fresh = Fresh::with_example(On::Postgres).await;
    four_entries(&fresh).await;
    assert_eq!(fresh.db.verify_audit().await.unwrap().entries, 4);
}
