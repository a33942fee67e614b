//! `cargo xtask`: the project's own commands.
//!
//! | file | idea |
//! | --- | --- |
//! | [`commands`] | one command a file: its arguments, its help, what it does |
//! | [`lab`] | runs a command so that all it starts is stopped, however it ends |
//! | [`node`], [`broker`] | a private RabbitMQ node: ports, files, control script; or the caller's broker |
//! | [`postgres`] | a private PostgreSQL server |
//! | [`need`], [`venv`] | programs that must be on the machine, a Python of our own, and how to get them |
//! | [`cargo`], [`place`], [`say`], [`clock`], [`failure`] | small parts that the others share |

mod broker;
mod cargo;
mod clock;
mod commands;
mod failure;
mod lab;
mod need;
mod node;
mod place;
mod postgres;
mod say;
mod venv;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    bench, check, demo, faults, fuzz, mutants, planted_bugs, rabbitmq, simulate, test, tools,
};
use crate::failure::Outcome;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, propagate_version = true)]
struct Arguments {
    /// The folder of a lab that another process stands in front of: set by xtask itself, see `lab`.
    #[arg(long, hide = true, global = true)]
    behind: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Test(test::Arguments),
    Demo(demo::Arguments),
    Check(check::Arguments),
    Bench(bench::Arguments),
    Faults(faults::Arguments),
    Simulate(simulate::Arguments),
    Fuzz(fuzz::Arguments),
    Mutants(mutants::Arguments),
    PlantedBugs(planted_bugs::Arguments),
    #[command(subcommand)]
    Rabbitmq(rabbitmq::Command),
    #[command(subcommand)]
    Postgres(commands::postgres::Command),
    Tools(tools::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ExitCode::from(failure::settle(run(arguments)))
}

fn run(Arguments { behind, command }: Arguments) -> Outcome<u8> {
    let behind = behind.as_deref();
    match command {
        Command::Test(arguments) => {
            lab::guarded("test", arguments.keep, behind, |lab| test::run(&arguments, lab))
        }
        Command::Demo(arguments) => {
            lab::guarded("demo", arguments.keep, behind, |lab| demo::run(&arguments, lab))
        }
        Command::Bench(arguments) => {
            lab::guarded("bench", arguments.keep, behind, |lab| bench::run(&arguments, lab))
        }
        Command::Faults(arguments) => {
            lab::guarded("faults", arguments.keep, behind, |lab| faults::run(&arguments, lab))
        }
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Mutants(arguments) => mutants::run(&arguments),
        Command::PlantedBugs(arguments) => planted_bugs::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Rabbitmq(rabbitmq::Command::Run(arguments)) => {
            lab::guarded("rabbitmq", arguments.keep, behind, rabbitmq::run)
        }
        Command::Rabbitmq(other) => rabbitmq::one_shot(&other),
        Command::Postgres(commands::postgres::Command::Run(arguments)) => {
            lab::guarded("postgres", arguments.keep, behind, commands::postgres::run)
        }
        Command::Postgres(other) => commands::postgres::one_shot(&other),
        Command::Tools(arguments) => tools::run(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_follows_two_dashes_reaches_nextest_unread() {
        let arguments = Arguments::parse_from(["xtask", "test", "--", "-p", "payment", "--no-fail-fast"]);
        let Command::Test(test) = arguments.command else { panic!("not the test command") };
        assert_eq!(test.nextest, ["-p", "payment", "--no-fail-fast"]);
    }
}
