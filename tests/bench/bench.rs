//! The benchmark of the whole service, as ratios against a floor in the same run: `cargo xtask bench` calls it.
//!
//! The **floor** ([`floor`]) is a program of this file's own: it consumes a checkout, calls the bank and publishes the same
//! messages as the service, and keeps nothing. What it can do on this machine at this moment is what a service without a
//! database could do at best. Both sides take turns within one run, each round with a broker prefix, a bank and (the service)
//! a database of its own, so that no round inherits another's work.
//!
//! Checkouts arrive at a constant rate whatever became of those before (an open model), and latencies count from the moment
//! at which a checkout was *to be sent*: a side that falls behind cannot hide it (no coordinated omission).
//!
//! | file | idea |
//! | --- | --- |
//! | [`plan`] | which rounds a run is made of |
//! | [`stage`] | one round's bank, side and tills, started and ended |
//! | [`load`] | checkouts at a constant rate, and what came back when |
//! | [`tills`] | the registers' end of the broker |
//! | [`figures`], [`report`] | percentiles, medians, ratios, the table and the raw JSON |
//! | [`idle`] | what the service takes without work, and how soon it is there |
//! | [`journal`] | the search in a journal of a million payments: a benchmark of its own |
//! | [`machine`] | what the figures depend on |

#![expect(clippy::float_arithmetic, reason = "rates and ratios; there is no money in figures")]

// Tests use more of the lab.
#[allow(dead_code, unused_imports)]
#[path = "../lab/mod.rs"]
mod lab;

mod figures;
mod floor;
mod idle;
mod journal;
mod load;
mod machine;
mod plan;
mod report;
mod stage;
mod tills;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::journal::JournalArguments;
use crate::plan::Path;

/// Measure the whole service against a floor without storage.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure, print the table, keep the raw figures.
    Run(RunArguments),
    /// Measure the search in a journal of a million payments.
    Journal(JournalArguments),
    /// Be the floor: started by the run itself.
    Floor(FloorArguments),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// The broker.
    #[arg(long, value_name = "URL")]
    amqp: String,
    /// Where the raw figures go.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Under three minutes: shorter and fewer rounds.
    #[arg(long)]
    quick: bool,
    /// Only codes beside a flood at another bank.
    #[arg(long)]
    beside: bool,
}

#[derive(Debug, clap::Args)]
struct FloorArguments {
    #[arg(long)]
    amqp: String,
    #[arg(long)]
    prefix: String,
    #[arg(long)]
    bank: SocketAddr,
    #[arg(long)]
    path: Path,
}

#[tokio::main]
async fn main() {
    match Arguments::parse().command {
        Command::Run(RunArguments { amqp, out, quick, beside }) => {
            let report = plan::run(&amqp, quick, beside).await;
            let json = serde_json::to_string_pretty(&report.json()).expect("figures are plain values");
            std::fs::write(&out, json).expect("the file for the raw figures can be written");
            print(&report.table());
            print(&format!("raw figures: {}", out.display()));
        }
        Command::Journal(arguments) => journal::run(arguments).await,
        Command::Floor(FloorArguments { amqp, prefix, bank, path }) => {
            floor::run(&amqp, &prefix, bank, path).await;
        }
    }
}

/// Prints a line at once.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
