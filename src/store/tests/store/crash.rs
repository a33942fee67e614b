//! What is acknowledged survives whatever ends the process.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use engine::ports::Store;
use store::{Records, SqliteStore};

use crate::sample::{accept, accepted, after, at, id, step};

/// In the child: the folder of the database.
const FOLDER: &str = "STORE_CRASH_FOLDER";

/// Payments that the child changes at the same time.
const PAYMENTS: u32 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_changes_survive_kill_9() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return commit_until_killed(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    for acknowledged_before_the_kill in [1, 100, 400] {
        let acknowledged = run_and_kill(folder.path(), acknowledged_before_the_kill);
        let store = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
        for (number, sequence) in acknowledged {
            let stored = store.load(id(number)).await.unwrap().expect("an acknowledged payment").payment;
            assert!(stored.state.sequence >= sequence, "{number}: {} < {sequence}", stored.state.sequence);
            let record = store.payment_record(id(number)).await.unwrap().unwrap();
            let facts: Vec<u64> = record.facts.iter().map(|fact| fact.sequence).collect();
            assert_eq!(facts, (1..=stored.state.sequence).collect::<Vec<u64>>(), "state and journal agree");
        }
        store.close().await;
    }
}

/// Runs this test in a process of its own and kills it after so many acknowledged changes; returns all of them.
fn run_and_kill(folder: &Path, kill_after: usize) -> Vec<(u32, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::acknowledged_changes_survive_kill_9", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    for line in lines {
        let line = line.unwrap();
        let Some((number, sequence)) =
            line.strip_prefix("acknowledged ").and_then(|pair| pair.split_once(' '))
        else {
            continue;
        };
        acknowledged.push((number.parse().unwrap(), sequence.parse().unwrap()));
        if acknowledged.len() == kill_after {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= kill_after, "the child ended by itself");
    acknowledged
}

async fn commit_until_killed(folder: &Path) {
    let store = SqliteStore::open(&folder.join("store.db")).await.unwrap();
    let epoch = store.begin_epoch(at(0)).await.unwrap();
    let payments = (1..=PAYMENTS).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut payment = match store.load(id(number)).await.unwrap() {
                Some(stored) => stored.payment,
                None => accepted(number),
            };
            let mut change = if payment.state.sequence == 1 { accept(&payment) } else { step(&payment) };
            loop {
                change.epoch = epoch;
                payment = after(&change);
                match store.commit(change).await {
                    // A payment of an earlier run that had got no further than its first fact.
                    Err(engine::ports::CommitError::Duplicate) | Ok(()) => {}
                    Err(error) => panic!("{error}"),
                }
                let line = format!("acknowledged {number} {}\n", payment.state.sequence);
                std::io::stdout().write_all(line.as_bytes()).unwrap();
                change = step(&payment);
            }
        })
    });
    // They end when nobody reads what they print.
    futures_util::future::join_all(payments).await;
}

#[tokio::test]
async fn a_store_that_was_dropped_without_closing_is_whole_when_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut payment = accepted(1);
    let store = SqliteStore::open(&path).await.unwrap();
    store.commit(accept(&payment)).await.unwrap();
    drop(store);
    for _ in 0..3 {
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.load(payment.id).await.unwrap().unwrap().payment, payment);
        let change = step(&payment);
        payment = after(&change);
        store.commit(change).await.unwrap();
    }
}
