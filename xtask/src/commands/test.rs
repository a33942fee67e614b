//! `cargo xtask test`: all tests, on real servers of their own.

use std::ffi::OsString;
use std::process::Stdio;

use clap::Args;

use crate::broker::Broker;
use crate::cargo::{cargo, has_subcommand};
use crate::failure::Outcome;
use crate::lab::Lab;
use crate::need::{self, CHROMIUM};
use crate::postgres::Postgres;
use crate::{say, venv};

/// Tests read the address of a PostgreSQL here, as a user who may make schemas.
pub(crate) const POSTGRES_URL: &str = "INTEGRATOR_TEST_POSTGRES";
/// Tests read the broker's address here.
pub(crate) const BROKER_URL: &str = "INTEGRATOR_TEST_AMQP";
/// Tests find the interpreter with the packages of the examples here.
const PYTHON: &str = "INTEGRATOR_TEST_PYTHON";
/// Tests find the node's folder here, with its `control` script. Not set with `--amqp`: a shared broker is not disturbed.
pub(crate) const BROKER_FOLDER: &str = "INTEGRATOR_TEST_RABBITMQ_DIR";
/// The same of the PostgreSQL server; not set for tests, which share theirs.
pub(crate) const POSTGRES_FOLDER: &str = "INTEGRATOR_TEST_POSTGRES_DIR";

/// Run all tests, with a private RabbitMQ and a private PostgreSQL for those that need them.
///
/// Installs what is missing on Debian, starts both servers on free ports with their data under target/lab, runs the tests,
/// stops what it started. The tests get `INTEGRATOR_TEST_POSTGRES` (the database's address), `INTEGRATOR_TEST_AMQP` (the broker's address) and `INTEGRATOR_TEST_RABBITMQ_DIR`
/// (the folder of the node; its script `control` stops, kills, freezes and restarts it), and where the root package is among
/// them `INTEGRATOR_TEST_PYTHON` (an interpreter with the packages of the examples) and a Chromium with its driver. The exit status is the test runner's.
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

    /// Use this PostgreSQL, which already runs, instead of a private one. The tests make schemas of their own in it.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,

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
    // Built before the broker starts: an error of the compiler should not have to wait for it.
    let built = lab.run(cargo().args(build(&arguments.nextest)).stdin(Stdio::null()))?;
    if built != 0 {
        return Ok(built);
    }
    // The tests of the root package run the examples and a browser; those of other packages have no use for them.
    let packages = packages(&arguments.nextest);
    let is_whole = packages.is_empty() || packages.iter().any(|word| word == "universal-integrator");
    let python =
        if is_whole { Some(need::ensure(&[&CHROMIUM]).and_then(|()| venv::ensure())?) } else { None };
    let broker = Broker::at_or_private(arguments.amqp.as_deref(), lab)?;
    let database = match &arguments.postgres {
        Some(url) => url.clone(),
        None => Postgres::private(lab)?.url(),
    };
    // One that fails is the last thing the output shows: a failure may not scroll away above a green summary.
    for call in calls(&arguments.nextest, nextest) {
        let mut command = cargo();
        command
            .args(call)
            .env(POSTGRES_URL, &database)
            .env(BROKER_URL, broker.url())
            .env_remove(BROKER_FOLDER)
            .stdin(Stdio::null());
        command.envs(broker.folder().map(|folder| (BROKER_FOLDER, folder)));
        command.envs(python.as_ref().map(|python| (PYTHON, python)));
        let status = lab.run(&mut command)?;
        if status != 0 {
            return Ok(status);
        }
    }
    Ok(0)
}

/// The call of cargo that builds what the tests need.
fn build(arguments: &[OsString]) -> Vec<OsString> {
    let packages = packages(arguments);
    let packages = if packages.is_empty() { vec!["--workspace".into()] } else { packages };
    [vec!["build".into(), "--tests".into()], packages].concat()
}

/// The calls of cargo, one after the other. nextest comes last, so that the output closes with its summary; it knows no
/// documentation tests.
fn calls(arguments: &[OsString], nextest: bool) -> Vec<Vec<OsString>> {
    // Beside --workspace cargo would not heed a choice of packages.
    let all = packages(arguments).is_empty().then_some("--workspace");
    let call = |words: &[&str]| words.iter().copied().chain(all).map(OsString::from).collect::<Vec<_>>();
    if !nextest {
        return vec![[&call(&["test"]), arguments].concat()];
    }
    let tests = [&call(&["nextest", "run"]), arguments].concat();
    if arguments.is_empty() { vec![call(&["test", "--doc"]), tests] } else { vec![tests] }
}

/// The words among nextest's arguments that choose packages.
fn packages(arguments: &[OsString]) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == "-p" || text == "--package" {
            words.push(argument.clone());
            words.extend(arguments.next().cloned());
        } else if text.starts_with("--package=") || (text.starts_with("-p") && !text.starts_with("--")) {
            words.push(argument.clone());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(arguments: &[&str]) -> Vec<OsString> {
        arguments.iter().map(OsString::from).collect()
    }

    fn line(words: &[OsString]) -> String {
        words.join(" ".as_ref()).into_string().expect("the tables are text")
    }

    fn check(arguments: &[&str], nextest: bool, expected: &[&str]) {
        let lines: Vec<String> = calls(&given(arguments), nextest).iter().map(|call| line(call)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_output_closes_with_the_summary_of_nextest() {
        check(&[], true, &["test --doc --workspace", "nextest run --workspace"]);
    }

    #[test]
    fn a_choice_of_tests_leaves_documentation_tests_out() {
        check(&["-E", "test(refund)"], true, &["nextest run --workspace -E test(refund)"]);
    }

    #[test]
    fn a_choice_of_packages_takes_the_place_of_the_workspace() {
        check(&["-p", "payment"], true, &["nextest run -p payment"]);
        check(
            &["--no-fail-fast", "--package=payment"],
            true,
            &["nextest run --no-fail-fast --package=payment"],
        );
    }

    #[test]
    fn without_nextest_cargo_test_runs_everything() {
        check(&[], false, &["test --workspace"]);
        check(&["-p", "payment"], false, &["test -p payment"]);
    }

    #[test]
    fn only_what_is_tested_is_built() {
        for (arguments, expected) in [
            (&[][..], "build --tests --workspace"),
            (&["-E", "test(refund)"], "build --tests --workspace"),
            (
                &["--no-fail-fast", "-p", "payment", "--package", "store"],
                "build --tests -p payment --package store",
            ),
            (&["-ppayment", "--package=store", "--profile", "ci"], "build --tests -ppayment --package=store"),
        ] {
            assert_eq!(line(&build(&given(arguments))), expected);
        }
    }
}
