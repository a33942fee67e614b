//! `cargo xtask simulate`: the real engine in a simulated world.

use std::io;
use std::process::{Command, Stdio};

use clap::Args;

use crate::cargo::cargo;
use crate::failure::{During, Outcome};
use crate::place;

/// The profile that the simulation is built with: optimised, in a folder of its own.
pub(crate) const PROFILE: &str = "simulation";

/// Run the real engine in a simulated world; each seed is a whole run.
///
/// Crashes, faults, reordering, duplicates and odd people come from the seed alone. Each promise is named with how often it was
/// at risk and how often it broke; a promise that was never at risk fails the run. tests/lab/simulation/README.md tells more.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask simulate                             a thousand seeds
  cargo xtask simulate --seeds 1..10001 --at-risk 1000
  cargo xtask simulate --seed 17 --trace           the story of one run")]
pub(crate) struct Arguments {
    /// The seeds to run, the last one not included.
    #[arg(long, value_name = "A..B", conflicts_with = "seed")]
    seeds: Option<String>,

    /// One seed only.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Print the story of the run.
    #[arg(long, requires = "seed")]
    trace: bool,

    /// Fail if a promise was at risk less often than this.
    #[arg(long, value_name = "TIMES")]
    at_risk: Option<u64>,
}

/// Builds the simulation, runs it and returns its status.
pub(crate) fn run(arguments: &Arguments) -> Outcome<u8> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", "simulation", "--profile", PROFILE]);
    let status_of_build = run_it(build.stdin(Stdio::null()).stdout(io::stderr()), "building the simulation")?;
    if status_of_build != 0 {
        return Ok(status_of_build);
    }
    let program = place::target()?.join(PROFILE).join("simulation");
    let mut command = Command::new(program);
    run_it(command.args(words(arguments)).stdin(Stdio::null()), "running the simulation")
}

fn words(arguments: &Arguments) -> Vec<String> {
    let mut words = Vec::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    say("--seeds", arguments.seeds.clone());
    say("--seed", arguments.seed.map(|seed| seed.to_string()));
    say("--at-risk", arguments.at_risk.map(|times| times.to_string()));
    words.extend(arguments.trace.then(|| "--trace".to_owned()));
    words
}

fn run_it(command: &mut Command, doing: &str) -> Outcome<u8> {
    let status = command.status().during(|| doing.to_owned())?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulation_gets_what_was_asked_for() {
        let one = Arguments { seeds: None, seed: Some(17), trace: true, at_risk: None };
        assert_eq!(words(&one), ["--seed", "17", "--trace"]);
        let many = Arguments { seeds: Some("1..9".to_owned()), seed: None, trace: false, at_risk: Some(5) };
        assert_eq!(words(&many), ["--seeds", "1..9", "--at-risk", "5"]);
    }
}
