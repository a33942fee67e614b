//! A journal of a million payments, and how long people wait for a page of what they look for in it.
//!
//! A few thousand payments in a realistic mix go through the store's own commit; the others are copies of them, written by the
//! database itself in the order of time, each with an id, an operation, a receipt, a code and a bank transaction of its own.
//! What is measured is what the journal page asks: a page of fifty and one more, one search after the other.
//!
//! | file | idea |
//! | --- | --- |
//! | [`sample`] | the payments that are copied |
//! | [`fill`] | the copies, on either database |
//! | [`questions`] | what people look for |

mod fill;
mod questions;
mod sample;

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Db, PgStore, PostgresOptions, Records, SqliteStore};
use tokio::time::Instant;

use crate::figures::{Latencies, millis};
use crate::print;
use fill::Filler;
use questions::Question;

/// As the journal page: fifty, and one more to see whether there are any.
const ROWS: usize = 51;
/// A page should be there within this time, of 95 in a hundred.
const AIM_US: u64 = 200_000;

/// How it is run.
#[derive(Debug, clap::Args)]
pub(crate) struct JournalArguments {
    /// The PostgreSQL server.
    #[arg(long, value_name = "URL")]
    postgres: String,
    /// Where the raw figures go.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// So many payments.
    #[arg(long, default_value_t = 1_000_000)]
    payments: u64,
    /// So many searches of each kind.
    #[arg(long, default_value_t = 200)]
    searches: u32,
}

/// Fills both databases, one after the other, and measures each.
pub(crate) async fn run(arguments: JournalArguments) {
    let folder = tempfile::Builder::new().prefix("bench-journal-").tempdir().expect("a folder");
    let mut figures = Vec::new();
    let sqlite = on_sqlite(folder.path(), &arguments).await;
    figures.push(json!({ "database": "sqlite", "kinds": sqlite }));
    drop(folder);
    let postgres = on_postgres(&arguments).await;
    figures.push(json!({ "database": "postgresql", "kinds": postgres }));
    let raw = json!({ "payments": arguments.payments, "searches": arguments.searches, "databases": figures });
    let text = serde_json::to_string_pretty(&raw).expect("figures are plain values");
    std::fs::write(&arguments.out, text).expect("the file for the raw figures can be written");
    print(&format!("raw figures: {}", arguments.out.display()));
}

async fn on_sqlite(folder: &Path, arguments: &JournalArguments) -> Vec<Value> {
    let path = folder.join("journal.db");
    let store = SqliteStore::open(&path).await.expect("a new file can be opened");
    sample::keep(&store).await;
    store.db().close().await;
    drop(store);
    Filler::sqlite(&path).await.fill(arguments.payments).await;
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    let db = Db::open(&path).await.expect("the file is there");
    let measured = measure("SQLite", bytes, &db, arguments).await;
    db.close().await;
    measured
}

async fn on_postgres(arguments: &JournalArguments) -> Vec<Value> {
    let url = SecretString::from(arguments.postgres.clone());
    let options = PostgresOptions::parse(&url).expect("the address of the server is right");
    let store = PgStore::open(&options).await.expect("the server takes connections");
    sample::keep(&store).await;
    store.close().await;
    let bytes = Filler::postgres(&arguments.postgres).await.fill(arguments.payments).await;
    let db = Db::open_postgres(&options).await.expect("the server takes connections");
    let measured = measure("PostgreSQL", bytes, &db, arguments).await;
    db.close().await;
    measured
}

async fn measure(name: &str, bytes: u64, db: &Db, arguments: &JournalArguments) -> Vec<Value> {
    print(&format!("\n{name}, {} payments, {} MiB", arguments.payments, bytes >> 20));
    print("search                          found      p50      p95      max   plan");
    let mut all = Vec::new();
    for (kind, question) in questions::ALL {
        all.push(one_kind(db, arguments, kind, *question).await);
    }
    all
}

/// Each question is made of a payment that is there, so that it finds what people would find.
async fn one_kind(db: &Db, arguments: &JournalArguments, kind: &str, question: Question) -> Value {
    let (mut latencies, mut found, mut plan) = (Latencies::default(), 0, Vec::new());
    for number in 0..arguments.searches {
        let payment = questions::some_payment(db, number, arguments.searches).await;
        let searches = question(&payment);
        if number == 0 {
            for search in &searches {
                plan.push(db.explain_search(search, ROWS).await.expect("the database answers"));
            }
        }
        let began = Instant::now();
        for search in &searches {
            found += db.search_payments(search, ROWS).await.expect("the database answers").len();
        }
        latencies.add(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    let [p50, p95, max] = [50.0, 95.0, 100.0].map(|percent| latencies.at(percent));
    let mark = if p95 > AIM_US { "  TOO SLOW" } else { "" };
    let each = found / usize::try_from(arguments.searches.max(1)).unwrap_or(1);
    print(&format!(
        "{kind:<30} {each:>6} {:>8} {:>8} {:>8}   {}{mark}",
        millis(p50),
        millis(p95),
        millis(max),
        indexes(&plan)
    ));
    json!({ "kind": kind, "found_each": each, "us": latencies.json(), "p95_us": p95, "plan": plan })
}

/// The indexes that plans name, in their order.
fn indexes(plan: &[Vec<String>]) -> String {
    let mut named: Vec<&str> = Vec::new();
    for line in plan.iter().flatten() {
        let words = line.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
        for word in words.filter(|word| {
            ["payments_", "operations_", "credits_", "sqlite_autoindex_"]
                .iter()
                .any(|name| word.starts_with(name))
        }) {
            if !named.contains(&word) {
                named.push(word);
            }
        }
    }
    named.join(", ")
}
