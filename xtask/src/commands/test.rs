//! `cargo xtask test`: all tests, on real servers of their own.

use std::ffi::OsString;
use std::process::Stdio;

use clap::Args;

use crate::broker::Broker;
use crate::cargo::{cargo, has_subcommand};
use crate::failure::Outcome;
use crate::lab::Lab;
use crate::say;

/// Tests read the broker's address here.
const BROKER_URL: &str = "INTEGRATOR_TEST_AMQP";
/// Tests find the node's folder here, with its `control` script. Not set with `--amqp`: a shared broker is not disturbed.
const BROKER_FOLDER: &str = "INTEGRATOR_TEST_RABBITMQ_DIR";

/// Run all tests, with a private RabbitMQ for those that need one.
///
/// Installs what is missing on Debian, starts RabbitMQ on free ports with its data under target/lab, runs the tests, stops
/// what it started. The tests get `INTEGRATOR_TEST_AMQP` (the broker's address) and `INTEGRATOR_TEST_RABBITMQ_DIR`
/// (the folder of the node; its script `control` stops, kills, freezes and restarts it). The exit status is the test runner's.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask test                           everything, documentation tests too
  cargo xtask test -- -p payment             one package; what follows -- goes to cargo nextest run
  cargo xtask test -- -E 'binary(service)'   the whole-service tests
  cargo xtask test --amqp amqp://guest:guest@127.0.0.1:5672/%2f")]
pub(crate) struct Arguments {
    /// Use this broker, which already runs, instead of a private one.
    #[arg(long, value_name = "URL")]
    amqp: Option<String>,

    /// Keep the lab's folder (logs, data) at the end.
    #[arg(long)]
    pub(crate) keep: bool,

    /// Arguments for `cargo nextest run`. With any of them documentation tests are left out.
    #[arg(last = true, value_name = "NEXTEST ARGUMENTS")]
    pub(crate) nextest: Vec<OsString>,
}

/// Runs the tests and returns the status of the first runner that failed.
pub(crate) fn run(arguments: &Arguments, lab: &Lab) -> Outcome<u8> {
    let nextest = has_subcommand("nextest");
    if !nextest {
        say::line(
            "cargo-nextest is not installed: cargo test takes its place, without time limits for tests that hang.",
        );
        say::line("  cargo install cargo-nextest --locked");
    }
    let broker = Broker::at_or_private(arguments.amqp.as_deref(), lab)?;
    let mut status = 0;
    for call in calls(&arguments.nextest, nextest) {
        let mut command = cargo();
        command.args(call).env(BROKER_URL, broker.url()).env_remove(BROKER_FOLDER).stdin(Stdio::null());
        command.envs(broker.folder().map(|folder| (BROKER_FOLDER, folder)));
        let next = lab.run(&mut command)?;
        status = if status == 0 { next } else { status };
    }
    Ok(status)
}

/// The calls of cargo, one after the other. nextest comes last, so that the output closes with its summary; it knows no
/// documentation tests.
fn calls(arguments: &[OsString], nextest: bool) -> Vec<Vec<OsString>> {
    let call = |words: &[&str]| words.iter().map(OsString::from).chain(arguments.iter().cloned()).collect();
    if !nextest {
        return vec![call(&["test", "--workspace"])];
    }
    let tests = call(&["nextest", "run", "--workspace"]);
    if arguments.is_empty() { vec![call(&["test", "--doc", "--workspace"]), tests] } else { vec![tests] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], nextest: bool, expected: &[&str]) {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let lines: Vec<String> = calls(&arguments, nextest)
            .iter()
            .map(|call| call.join(" ".as_ref()).into_string().expect("the table is text"))
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_output_closes_with_the_summary_of_nextest() {
        check(&[], true, &["test --doc --workspace", "nextest run --workspace"]);
    }

    #[test]
    fn a_choice_of_tests_leaves_documentation_tests_out() {
        check(&["-p", "payment"], true, &["nextest run --workspace -p payment"]);
    }

    #[test]
    fn without_nextest_cargo_test_runs_everything() {
        check(&[], false, &["test --workspace"]);
        check(&["-p", "payment"], false, &["test --workspace -p payment"]);
    }
}
