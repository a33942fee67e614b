//! Real faults on real parts: `cargo xtask faults` calls it.
//!
//! A row is a fault on a database. It gets a service with names, a database and a bank of its own, and a crowd of customers of
//! all kinds who are served all the while; then the fault comes and goes, and afterwards what tills were told, what we
//! recorded and what the bank knows must say the same. The broker and the PostgreSQL server are those of the run, one row
//! after the other, unless it is told to play some at once.
//!
//! | file | idea |
//! | --- | --- |
//! | [`rows`] | the faults, and what is expected |
//! | [`disk`] | a disk without room, files that can't be written |
//! | [`scripts`] | the bank's own faults, all at once |
//! | [`rate`] | two instances under a constant load |
//! | [`many`] | very many open payments |
//! | [`play`] | how each fault comes and goes |
//! | [`scene`] | what it is played on; what is timed and counted |
//! | [`stage`] | one row: its world, its crowd, its fault |
//! | [`settle`] | the end of every row: the books are compared, the world is put away |
//! | [`verdict`] | lost, doubled, unexpected |
//! | [`report`] | the table and the raw JSON |

// Tests use more of the lab, the benchmark more of the machine.
#[allow(dead_code, unused_imports)]
#[path = "../lab/mod.rs"]
mod lab;

#[allow(dead_code)]
#[path = "../bench/figures.rs"]
mod figures;
#[allow(dead_code)]
#[path = "../bench/machine.rs"]
mod machine;

mod disk;
mod many;
mod play;
mod rate;
mod report;
mod rows;
mod scene;
mod scripts;
mod settle;
mod stage;
mod verdict;

use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::machine::Machine;
use crate::report::Played;
use crate::rows::{Fault, Row};

/// Payments over all scripts of a bank.
const PAYMENTS: usize = 10_000;
const PAYMENTS_QUICK: usize = 500;

/// Real faults on real parts.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the raw figures go.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Fewer and shorter faults.
    #[arg(long)]
    quick: bool,
    /// So many rows are played at once, where they share no server.
    #[arg(long, value_name = "ROWS", default_value_t = 1)]
    at_once: usize,
    /// Only rows whose name contains one of these.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Print the rows.
    #[arg(long)]
    list: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { out, quick, at_once, only, list } = Arguments::parse();
    let is_chosen = |row: &Row| only.is_empty() || only.iter().any(|part| row.name.contains(part.as_str()));
    let chosen: Vec<Row> = rows::all(quick && only.is_empty()).into_iter().filter(is_chosen).collect();
    if list {
        for row in &chosen {
            print(&format!("{:<44} {:<10} {}", row.name, row.database.word(), row.what));
        }
        return ExitCode::SUCCESS;
    }
    if chosen.is_empty() {
        print("no row has such a name; --list shows them");
        return ExitCode::FAILURE;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let machine = Machine::look(folder.path());
    let played = run(chosen, quick, at_once).await;
    print(&format!("\n{}\n\n{}", machine.lines(), report::HEAD));
    for row in &played {
        print(&report::line(row));
    }
    if let Some(out) = out {
        let json = serde_json::to_string_pretty(&report::json(&machine, quick, &played));
        std::fs::write(&out, json.expect("figures are plain values")).expect("the file can be written");
        print(&format!("\nraw figures: {}", out.display()));
    }
    let bad = played.iter().filter(|row| !report::is_good(row)).count();
    print(&format!("{} passed, {bad} failed", played.len() - bad));
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays the rows in their order; each is told as soon as it is over.
async fn run(rows: Vec<Row>, is_quick: bool, at_once: usize) -> Vec<Played> {
    let mut all = Vec::new();
    let mut rest = rows.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(together(rest, at_once));
        rest = later;
        let names: Vec<&str> = now.iter().map(|row| row.name.as_str()).collect();
        print(&format!("{} on {} …", names.join(", "), now[0].database.word()));
        for played in play_some(now, is_quick).await {
            print(&report::line(&played));
            for complaint in report::complaints(&played) {
                print(&format!("    {complaint}"));
            }
            all.push(played);
        }
    }
    all
}

/// How many of the next rows are played at once: all scripts of a database, since they share nothing but the service, and so many
/// others that leave the servers alone that all rows share.
fn together(rest: &[Row], at_once: usize) -> usize {
    let first = &rest[0];
    let count = if is_script(first) {
        rest.iter().take_while(|row| is_script(row) && row.database == first.database).count()
    } else {
        let is_alike = |row: &&Row| row.fault.is_apart() && row.database == first.database;
        rest.iter().take(at_once).take_while(is_alike).count()
    };
    count.max(1)
}

fn is_script(row: &Row) -> bool {
    matches!(row.fault, Fault::Script(_))
}

/// Plays one row, or some at once.
async fn play_some(rows: &[Row], is_quick: bool) -> Vec<Played> {
    if !is_script(&rows[0]) {
        return join_all(rows.iter().map(|row| play_one(row, is_quick))).await;
    }
    let payments = if is_quick { PAYMENTS_QUICK } else { PAYMENTS };
    let alike: Vec<&Row> = rows.iter().collect();
    match caught(scripts::run(rows[0].database, &alike, payments)).await {
        Ok(outcomes) => rows.iter().cloned().zip(outcomes.into_iter().map(Ok)).collect(),
        Err(text) => rows.iter().map(|row| (row.clone(), Err(text.clone()))).collect(),
    }
}

async fn play_one(row: &Row, is_quick: bool) -> Played {
    let playing = match row.fault {
        Fault::InstanceKilledAtRate => rate::run(row, is_quick).boxed_local(),
        Fault::ManyOpen => many::run(row, is_quick).boxed_local(),
        _ => stage::run(row, is_quick).boxed_local(),
    };
    (row.clone(), caught(playing).await)
}

/// What comes of a play; an error is the text of its panic: it broke off.
async fn caught<T>(playing: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(playing).catch_unwind().await.map_err(|panic| text_of(panic.as_ref()))
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Prints a line at once.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
