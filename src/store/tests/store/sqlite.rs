//! What only a file can do or suffer.

use std::os::unix::fs::PermissionsExt;

use engine::ports::{CommitError, Store};
use store::{AccountKeys, Db, ImportError, KeyFile, PaymentFilter, Records, SettingsFile, SqliteStore};

use crate::sample::{accept, accepted, at, id, step};
use crate::settings::EXAMPLE;

#[tokio::test]
async fn a_file_is_served_by_one_process_and_the_error_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let first = SqliteStore::open(&path).await.unwrap();
    let error = SqliteStore::open(&path).await.err().unwrap().to_string();
    let process = std::process::id().to_string();
    for part in ["store.db.lock", process.as_str(), "stop it"] {
        assert!(error.contains(part), "{error}");
    }
    first.close().await;
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn an_instance_that_is_ending_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let first = SqliteStore::open(&path).await.unwrap();
    first.begin_epoch(at(0)).await.unwrap();
    let ((), second) = tokio::join!(first.close(), SqliteStore::open(&path));
    assert_eq!(second.unwrap().begin_epoch(at(1)).await.unwrap(), 2);
}

#[tokio::test]
async fn a_command_line_reads_beside_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let service = SqliteStore::open(&path).await.unwrap();
    service.commit(accept(&accepted(1))).await.unwrap();
    let command_line = Db::open(&path).await.unwrap();
    assert_eq!(command_line.find_payments(&PaymentFilter::default()).await.unwrap().len(), 1);
    service.commit(step(&accepted(1))).await.unwrap();
    assert_eq!(command_line.payment_record(id(1)).await.unwrap().unwrap().facts.len(), 2);
    command_line.close().await;
    service.commit(accept(&accepted(2))).await.unwrap();
}

#[tokio::test]
async fn a_command_line_does_not_make_a_database_by_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typo.db");
    let error = Db::open(&path).await.err().unwrap().to_string();
    assert!(error.contains("typo.db") && error.contains("check the path"), "{error}");
    assert!(!path.exists());
    Db::open_or_create(&path).await.unwrap().close().await;
    Db::open(&path).await.unwrap();
}

#[tokio::test]
async fn the_files_are_their_owners_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/store.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.commit(accept(&accepted(1))).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn a_closed_store_refuses_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
    store.close().await;
    store.close().await;
    let refused = store.commit(accept(&accepted(1))).await;
    assert!(
        matches!(&refused, Err(CommitError::Store(error)) if error.0.contains("stopping")),
        "{refused:?}"
    );
    assert!(store.load(id(1)).await.is_err());
}

#[tokio::test]
async fn what_can_not_be_a_database_is_told_with_its_path_or_its_cure() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "this is no database, and it is longer than the header of one\n".repeat(50))
        .unwrap();
    let below_a_file = text.join("store.db");
    for (path, says) in [(&text, "restore it from a backup"), (&below_a_file, "let the service's user write")]
    {
        let error = SqliteStore::open(path).await.err().unwrap().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn epochs_go_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    for expected in 1..=3 {
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.begin_epoch(at(0)).await.unwrap(), expected);
        let mut change = accept(&accepted(u32::try_from(expected).unwrap()));
        change.epoch = expected - 1;
        let refused = store.commit(change).await;
        assert!(matches!(refused, Err(CommitError::Lapsed)), "{refused:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn p4_a_server_that_payments_went_by_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let service = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
    let keyring = KeyFile::load_or_create(&folder.path().join("key")).unwrap();
    let accounts = AccountKeys::of([("raiffeisen", ["base_url", "sbp_merchant_id"])]);
    let plan = async |text: &str| {
        let file = SettingsFile::parse(text).unwrap();
        service.db().plan_import(&file, &keyring, &accounts).await
    };
    let first = plan(EXAMPLE).await.unwrap();
    service.db().apply_import(first).await.unwrap();
    let changed = |(part, instead): (&str, &str)| {
        assert!(EXAMPLE.contains(part), "{part}");
        EXAMPLE.replacen(part, instead, 1)
    };
    let moves = [
        ("module = \"raiffeisen\"", "module = \"sber\"", "module"),
        ("test = true", "test = false", "test"),
        (
            "sbp_merchant_id = \"MA0000000000\"",
            "sbp_merchant_id = \"MA0000000553\"",
            "values.sbp_merchant_id",
        ),
        (
            "sbp_merchant_id =",
            "base_url = \"https://pay-test.raif.ru\"\nsbp_merchant_id =",
            "values.base_url",
        ),
    ];
    for (part, instead, _) in moves {
        assert_eq!(plan(&changed((part, instead))).await.unwrap().edits().len(), 1, "nothing went by it yet");
    }
    service.commit(accept(&accepted(1))).await.unwrap();
    for (part, instead, setting) in moves {
        let refused = plan(&changed((part, instead))).await;
        let Err(ImportError::Problems(problems)) = refused else { panic!("{refused:?}") };
        let says = format!("servers.raiffeisen.{setting}: payments went by this server");
        assert!(problems.0.len() == 1 && problems.to_string().starts_with(&says), "{problems}");
    }
    plan(&changed(("rate_per_s = 50", "rate_per_s = 20"))).await.unwrap();
}
