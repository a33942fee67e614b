//! How many changes a second the SQLite store makes durable, by how many callers ask at once.
//!
//! `cargo run --release -p store --example commits_per_second [folder]`: the folder decides which disk is measured.

#![expect(clippy::print_stdout, reason = "the figures are its output")]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails has no figures")]

#[path = "../tests/store/sample.rs"]
#[expect(dead_code, reason = "made for the tests; only some of it is needed here")]
mod sample;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use engine::ports::{Change, DeliveryMark, Store};
use payment::Payment;
use sample::{accept, accepted, after, destination, end, id, step};
use store::SqliteStore;

/// Payments of each measurement.
const PAYMENTS: u32 = 4_000;

#[tokio::main]
async fn main() {
    let given = std::env::args().nth(1).map(PathBuf::from);
    println!("changes a second; a change is durable when it is counted");
    println!("{:>8} {:>10} {:>10} {:>10} {:>10} {:>12}", "callers", "accept", "step", "end", "mark", "load");
    for callers in [1, 8, 64, 512] {
        let folder = given.as_ref().map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
        let store = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
        let accepting = commits(&store, callers, |payment| accept(&payment)).await;
        let stepping = commits(&store, callers, |payment| step(&payment)).await;
        let ending = commits(&store, callers, |payment| end(&after(&step(&payment)))).await;
        let marking = measured(&store, callers, |store, number| async move {
            let payment = id(number);
            let destination = destination("17", "3");
            store.mark(&[DeliveryMark { payment, sequence: 1, destination, parked: false }]).await.unwrap();
        })
        .await;
        let loading = measured(&store, callers, |store, number| async move {
            store.load(id(number)).await.unwrap();
        })
        .await;
        let [accepting, stepping, ending, marking, loading] =
            [accepting, stepping, ending, marking, loading].map(per_second);
        println!("{callers:>8} {accepting:>10} {stepping:>10} {ending:>10} {marking:>10} {loading:>12}");
        store.close().await;
    }
}

async fn commits(store: &SqliteStore, callers: u32, change: fn(Payment) -> Change) -> Duration {
    measured(store, callers, move |store, number| async move {
        store.commit(change(accepted(number))).await.unwrap();
    })
    .await
}

/// How long the callers take for all payments together, each with its share.
async fn measured<F>(
    store: &SqliteStore,
    callers: u32,
    work: impl Fn(SqliteStore, u32) -> F + Copy + Send + 'static,
) -> Duration
where
    F: Future<Output = ()> + Send,
{
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in (caller..PAYMENTS).step_by(callers as usize) {
                    work(store.clone(), number).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    start.elapsed()
}

fn per_second(elapsed: Duration) -> u128 {
    u128::from(PAYMENTS) * 1_000_000 / elapsed.as_micros().max(1)
}
