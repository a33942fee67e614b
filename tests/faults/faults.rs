//! Real faults on real parts: `cargo xtask faults` calls it.
//!
//! A row is a fault on a database. It gets a service with names, a database and a bank of its own, and a crowd of customers of
//! all kinds who are served all the while; then the fault comes and goes, and afterwards what tills were told, what we
//! recorded and what the bank knows must say the same. The broker and the PostgreSQL server are those of the run, one row
//! after the other.
//!
//! | file | idea |
//! | --- | --- |
//! | [`rows`] | the faults, and what is expected |
//! | [`play`] | how each fault comes and goes |
//! | [`scene`] | what it is played on; what is timed and counted |
//! | [`stage`] | one row from its beginning to its verdict |
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

mod play;
mod report;
mod rows;
mod scene;
mod stage;
mod verdict;

use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use futures_util::FutureExt;

use crate::machine::Machine;
use crate::report::Played;
use crate::rows::Row;

/// Real faults on real parts.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the raw figures go.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Fewer and shorter faults.
    #[arg(long)]
    quick: bool,
    /// Only rows whose name contains one of these.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Print the rows.
    #[arg(long)]
    list: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { out, quick, only, list } = Arguments::parse();
    let is_chosen = |row: &Row| only.is_empty() || only.iter().any(|part| row.name.contains(part.as_str()));
    let chosen: Vec<Row> = rows::all(quick && only.is_empty()).into_iter().filter(is_chosen).collect();
    if list {
        chosen
            .iter()
            .for_each(|row| print(&format!("{:<24} {:<10} {}", row.name, row.database.word(), row.what)));
        return ExitCode::SUCCESS;
    }
    if chosen.is_empty() {
        print("no row has such a name; --list shows them");
        return ExitCode::FAILURE;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let machine = Machine::look(folder.path());
    let played = run(chosen, quick).await;
    print(&format!("\n{}\n\n{}", machine.lines(), report::HEAD));
    played.iter().for_each(|row| print(&report::line(row)));
    if let Some(out) = out {
        let json = serde_json::to_string_pretty(&report::json(&machine, quick, &played));
        std::fs::write(&out, json.expect("figures are plain values")).expect("the file can be written");
        print(&format!("\nraw figures: {}", out.display()));
    }
    let bad = played.iter().filter(|row| !report::is_good(row)).count();
    print(&format!("{} passed, {bad} failed", played.len() - bad));
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays the rows one after the other; each is told as soon as it is over.
async fn run(rows: Vec<Row>, is_quick: bool) -> Vec<Played> {
    let mut all = Vec::new();
    for row in rows {
        print(&format!("{} on {} …", row.name, row.database.word()));
        let result = AssertUnwindSafe(stage::run(&row, is_quick)).catch_unwind().await;
        let played = (row, result.map_err(|panic| text_of(panic.as_ref())));
        print(&report::line(&played));
        report::complaints(&played).iter().for_each(|complaint| print(&format!("    {complaint}")));
        all.push(played);
    }
    all
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
