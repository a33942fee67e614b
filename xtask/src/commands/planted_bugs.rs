//! `cargo xtask planted-bugs`: whether the simulation would notice.

mod bugs;
mod copy;

use std::io;
use std::process::{Command, Stdio};

use clap::Args;

use crate::cargo::cargo;
use crate::clock::{Stopwatch, in_seconds};
use crate::commands::simulate::PROFILE;
use crate::failure::{During, Outcome, told};
use crate::{place, say};
use bugs::{BUGS, Bug};
use copy::Copy;

/// Plant ten bugs, one after the other, and see the simulation catch each of them.
///
/// Works on a copy of the sources under target/planted-bugs, with a target folder of its own. First the copy is run as it is, and
/// must pass. Each bug must break one of the promises that it is a breach of. Some minutes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask planted-bugs
  cargo xtask planted-bugs --only 'double refund'")]
pub(crate) struct Arguments {
    /// Only bugs whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,

    /// So many seeds are looked at until the bug is caught.
    #[arg(long, value_name = "COUNT", default_value_t = 2_000)]
    seeds: u64,
}

/// What a run of the simulation came to.
struct Caught {
    /// The first seed that failed.
    seed: String,
    /// The promises that broke.
    promises: Vec<String>,
}

/// Plants the bugs, prints the table, and fails if one of them got away.
pub(crate) fn run(arguments: &Arguments) -> Outcome<u8> {
    let copy = Copy::make()?;
    let is_meant = |bug: &&Bug| arguments.only.as_ref().is_none_or(|only| bug.name.contains(only.as_str()));
    let seeds = format!("1..{}", arguments.seeds.saturating_add(1));
    if let Some(caught) = simulate(&copy, "1..101")? {
        return told(format!("without a bug seed {} fails already: mend that first", caught.seed));
    }
    say::result(&format!("{:<34} {:<10} {:<10} {:<8} took", "bug", "expected", "caught by", "seed"));
    let mut escaped = 0;
    for bug in BUGS.iter().filter(is_meant) {
        let watch = Stopwatch::start();
        let planted = copy.plant(bug)?;
        let caught = simulate(&copy, &seeds)?;
        drop(planted);
        escaped += u32::from(!is_caught(bug, caught.as_ref()));
        say::result(&row(bug, caught.as_ref(), &in_seconds(watch.elapsed())));
    }
    Ok(u8::from(escaped > 0))
}

fn is_caught(bug: &Bug, caught: Option<&Caught>) -> bool {
    caught.is_some_and(|caught| caught.promises.iter().any(|promise| bug.breaks.contains(&promise.as_str())))
}

fn row(bug: &Bug, caught: Option<&Caught>, took: &str) -> String {
    let expected = bug.breaks.join(" ");
    let (by, seed) = match caught {
        Some(caught) => (caught.promises.join(" "), caught.seed.clone()),
        None => ("NOBODY".to_owned(), "-".to_owned()),
    };
    let wrong = if is_caught(bug, caught) { "" } else { "  ESCAPED" };
    format!("{:<34} {expected:<10} {by:<10} {seed:<8} {took}{wrong}", bug.name)
}

/// Builds the copy and runs it until a seed fails; `None`: none did.
fn simulate(copy: &Copy, seeds: &str) -> Outcome<Option<Caught>> {
    let mut build = cargo();
    build.current_dir(copy.folder()).env("CARGO_TARGET_DIR", copy.target());
    build.args(["build", "--quiet", "--package", "simulation", "--profile", PROFILE]).stdin(Stdio::null());
    let status = build.stdout(io::stderr()).status().during(|| "building the copy".to_owned())?;
    if !status.success() {
        return told("the copy does not build");
    }
    let mut command = Command::new(copy.target().join(PROFILE).join("simulation"));
    command.args(["--seeds", seeds, "--stop"]).stdin(Stdio::null());
    let output = command.output().during(|| "running the copy".to_owned())?;
    Ok(caught_by(&String::from_utf8_lossy(&output.stdout)))
}

/// Reads lines such as `seed 17 breaks P4: …`; only the first seed counts.
fn caught_by(text: &str) -> Option<Caught> {
    let broken = |line: &str| {
        let (seed, rest) = line.strip_prefix("seed ")?.split_once(" breaks ")?;
        Some((seed.to_owned(), rest.split_once(':')?.0.to_owned()))
    };
    let all: Vec<_> = text.lines().filter_map(broken).collect();
    let seed = all.first()?.0.clone();
    let mut promises: Vec<String> =
        all.into_iter().filter(|(of, _)| *of == seed).map(|(_, promise)| promise).collect();
    promises.sort();
    promises.dedup();
    Some(Caught { seed, promises })
}

/// The folder of the copy.
fn home() -> Outcome<std::path::PathBuf> {
    Ok(place::target()?.join("planted-bugs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bug_can_be_planted_in_the_sources_as_they_are() {
        for bug in &BUGS {
            let text = std::fs::read_to_string(place::workspace().join(bug.file)).expect("the file is there");
            assert_eq!(text.matches(bug.right).count(), 1, "{}: {} has it once", bug.name, bug.file);
        }
        assert_eq!(BUGS.len(), 10);
    }

    #[test]
    fn the_first_failing_seed_is_read() {
        let text =
            "P1 4 1 x\nseed 6 breaks P4: 2 of 1 go back\nseed 6 breaks P1: lost\nseed 7 breaks P9: order\n";
        let caught = caught_by(text).expect("something broke");
        assert_eq!((caught.seed.as_str(), caught.promises), ("6", vec!["P1".to_owned(), "P4".to_owned()]));
        assert!(caught_by("all is well\n").is_none());
    }
}
