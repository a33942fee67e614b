//! `cargo xtask demo`: the whole service on this machine, with a broker and simulated banks.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;

use crate::broker::Broker;
use crate::cargo::cargo;
use crate::failure::Outcome;
use crate::lab::{self, Lab};
use crate::need::{self, RABBITMQ};
use crate::{place, say};

/// Bring everything up on this machine: RabbitMQ, the service, the simulated bank, the kiosk page.
///
/// Installs what is missing on Debian, builds the dev profile, starts a private RabbitMQ on free ports with its data under
/// target/lab, then runs `integrator demo` until Ctrl-C (with --once: until its payments have ended) and stops what it
/// started. The exit status is that of `integrator demo`. Progress goes to stderr.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask demo                 runs until Ctrl-C, prints the addresses
  cargo xtask demo --once          payments of every kind through RabbitMQ, as a register would; checks the books
  cargo xtask demo --json          one JSON object on stdout when ready, for programs
  cargo xtask demo --amqp amqp://guest:guest@127.0.0.1:5672/%2f
  cargo xtask demo -- --help       what follows -- goes to integrator demo")]
pub(crate) struct Arguments {
    /// Play the payments once, headless, and end: status 0 only if all books agree.
    #[arg(long)]
    once: bool,

    /// Print JSON, and nothing else, on stdout.
    #[arg(long)]
    json: bool,

    /// Use this broker, which already runs, instead of a private one.
    #[arg(long, value_name = "URL")]
    amqp: Option<String>,

    /// Keep the folder with the demo's database and logs at the end.
    #[arg(long)]
    pub(crate) keep: bool,

    /// More arguments for `integrator demo`.
    #[arg(last = true, value_name = "DEMO ARGUMENTS")]
    extra: Vec<OsString>,
}

/// Runs the demo and returns its status.
pub(crate) fn run(arguments: &Arguments, lab: &Lab) -> Outcome<u8> {
    if arguments.amqp.is_none() {
        need::ensure(&[&RABBITMQ])?;
    }
    let built = lab.run(&mut build())?;
    if built != 0 {
        return Ok(built);
    }
    let broker = Broker::at_or_private(arguments.amqp.as_deref(), lab)?;
    let mut command = Command::new(place::programs()?.join("integrator"));
    command.current_dir(place::workspace()).args(words(arguments, broker.url(), &lab.folder().join("data")));
    command.stdin(lab::standard_input());
    lab.run(&mut command)
}

/// Whatever the build prints is progress, not the demo's output.
fn build() -> Command {
    say::line("building the service (the first time takes a few minutes) …");
    let mut command = cargo();
    command.args(["build", "--bin", "integrator"]).stdin(Stdio::null()).stdout(io::stderr());
    command
}

/// The arguments of `integrator`.
fn words(arguments: &Arguments, url: &str, data: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = ["demo", "--amqp", url, "--data"].map(OsString::from).to_vec();
    words.push(data.into());
    let flags = [(arguments.once, "--once"), (arguments.json, "--json")];
    words.extend(flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag.into()));
    words.extend(arguments.extra.iter().cloned());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_further_arguments_reach_the_demo() {
        let arguments = Arguments {
            once: true,
            json: true,
            amqp: None,
            keep: false,
            extra: vec!["--store".into(), "18".into()],
        };
        let line = words(&arguments, "amqp://x/%2f", Path::new("/lab/data")).join(" ".as_ref());
        assert_eq!(line, "demo --amqp amqp://x/%2f --data /lab/data --once --json --store 18");
    }

    #[test]
    fn a_plain_demo_gets_only_its_broker_and_its_folder() {
        let arguments = Arguments { once: false, json: false, amqp: None, keep: false, extra: Vec::new() };
        let line = words(&arguments, "amqp://x/%2f", Path::new("/lab/data")).join(" ".as_ref());
        assert_eq!(line, "demo --amqp amqp://x/%2f --data /lab/data");
    }
}
