//! `cargo xtask bench`: the whole service against a floor, in one run.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;

use crate::broker::Broker;
use crate::cargo::cargo;
use crate::clock;
use crate::failure::{During, Outcome};
use crate::lab::Lab;
use crate::need::{self, RABBITMQ};
use crate::postgres::Postgres;
use crate::{place, say};

/// Measure the whole service in the release build, as ratios against a floor without storage in the same run.
///
/// Installs what is missing on Debian, builds the release profile, starts a private RabbitMQ, and lets service and floor take
/// turns. Prints every round, then the ratios; the raw figures are kept under target/bench. Run it on a machine that has
/// nothing else to do: the table also tells what a flush to the disk costs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask bench --quick        under three minutes
  cargo xtask bench                longer rounds, about a quarter of an hour
  cargo xtask bench --journal      a journal of a million payments, and the search in it; about a quarter of an hour
  cargo xtask bench --quick --amqp amqp://guest:guest@127.0.0.1:5672/%2f")]
pub(crate) struct Arguments {
    /// Shorter and fewer rounds: under three minutes after the build.
    #[arg(long)]
    quick: bool,

    /// Only the rounds of codes at a bank that is well, beside a flood at one that hangs: thirty turns in
    /// ten minutes; three with --quick.
    #[arg(long)]
    beside: bool,

    /// Instead: fill a journal of a million payments on SQLite and on a private PostgreSQL, and measure the search in it.
    /// Needs 15 GB of room.
    #[arg(long, conflicts_with_all = ["quick", "amqp", "beside"])]
    journal: bool,

    /// So many payments instead of a million.
    #[arg(long, value_name = "NUMBER", requires = "journal")]
    payments: Option<u64>,

    /// Use this broker, which already runs, instead of a private one.
    #[arg(long, value_name = "URL")]
    amqp: Option<String>,

    /// Where the raw figures go, instead of a file of its own under target/bench.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Keep the lab's folder (the broker's logs) at the end.
    #[arg(long)]
    pub(crate) keep: bool,
}

/// Runs the benchmark and returns its status.
pub(crate) fn run(arguments: &Arguments, lab: &Lab) -> Outcome<u8> {
    if arguments.journal {
        return journal(arguments, lab);
    }
    if arguments.amqp.is_none() {
        need::ensure(&[&RABBITMQ])?;
    }
    for target in [["--bin", "integrator"], ["--example", "bench"]] {
        let built = lab.run(&mut build(target))?;
        if built != 0 {
            return Ok(built);
        }
    }
    let out = out(arguments)?;
    let broker = Broker::at_or_private(arguments.amqp.as_deref(), lab)?;
    let mut command = Command::new(place::target()?.join("release/examples/bench"));
    command
        .current_dir(place::workspace())
        .stdin(Stdio::null())
        .args(["run", "--amqp", broker.url(), "--out"])
        .arg(out);
    command.args(arguments.quick.then_some(OsString::from("--quick")));
    command.args(arguments.beside.then_some(OsString::from("--beside")));
    lab.run(&mut command)
}

/// The search in the journal, on databases of its own.
fn journal(arguments: &Arguments, lab: &Lab) -> Outcome<u8> {
    let built = lab.run(&mut build(["--example", "bench"]))?;
    if built != 0 {
        return Ok(built);
    }
    let out = out(arguments)?;
    let server = Postgres::private(lab)?;
    let mut command = Command::new(place::target()?.join("release/examples/bench"));
    command
        .current_dir(place::workspace())
        .stdin(Stdio::null())
        .args(["journal", "--postgres", &server.url(), "--out"])
        .arg(out);
    if let Some(payments) = arguments.payments {
        command.args(["--payments", &payments.to_string()]);
    }
    lab.run(&mut command)
}

fn out(arguments: &Arguments) -> Outcome<PathBuf> {
    match &arguments.out {
        Some(out) => Ok(out.clone()),
        None => new_file(),
    }
}

fn build(target: [&str; 2]) -> Command {
    say::line(&format!("building {} in the release profile …", target[1]));
    let mut command = cargo();
    command.args(["build", "--release"]).args(target).stdin(Stdio::null()).stdout(io::stderr());
    command
}

/// A file that no other run writes to.
fn new_file() -> Outcome<PathBuf> {
    let folder = place::target()?.join("bench");
    std::fs::create_dir_all(&folder).during(|| format!("making {}", folder.display()))?;
    Ok(folder.join(format!("{}.json", clock::epoch_s())))
}
