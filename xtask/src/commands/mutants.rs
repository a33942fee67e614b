//! `cargo xtask mutants`: whether the tests of the core would notice.

mod list;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use clap::{Args, ValueEnum};

use crate::cargo::cargo;
use crate::commands::check::ensure_tool;
use crate::failure::{During, Outcome, told};
use crate::{place, say};
use list::Explained;

/// The tool: its name is `cargo-mutants`.
const TOOL: &str = "mutants";
/// The profile that mutants are built with: its own folder, so that nobody else's dependencies are built anew.
const PROFILE: &str = "mutants";
/// With `--quick` one mutant in so many is looked at.
const QUICK_SHARDS: &str = "0/10";
/// A mutant that hangs is caught. Tests on a busy machine take longer than when they were measured.
const LEAST_TIMEOUT_S: &str = "60";

/// Change one thing after the other in the core, and see the tests notice each.
///
/// Runs cargo-mutants, which works on a copy of the sources, with a target folder of its own under target/mutants: what is
/// depended on is built once. A mutant of a package is run against that package's own tests. Fails if one survives that
/// docs/mutants.md does not explain, or if an explained one is caught after all. Of `payment` it takes hours, of `engine` a
/// night: take shards, each of which is a sample of everything.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask mutants --package payment
  cargo xtask mutants --package engine --shard 3/20
  cargo xtask mutants --quick                          one mutant in ten
  cargo xtask mutants --package engine --file 'limits/*'")]
pub(crate) struct Arguments {
    /// Only this package.
    #[arg(long, value_enum)]
    package: Option<Package>,

    /// Only the K-th part of N, from 0.
    #[arg(long, value_name = "K/N", conflicts_with = "quick")]
    shard: Option<String>,

    /// Only one mutant in ten.
    #[arg(long)]
    quick: bool,

    /// Only files below the package that match this; may be given again.
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
}

/// The pure core and what drives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Package {
    Payment,
    Engine,
}

impl Package {
    fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Engine => "engine",
        }
    }
}

/// Runs the mutants, and compares survivors with the list.
pub(crate) fn run(arguments: &Arguments) -> Outcome<u8> {
    ensure_tool(TOOL)?;
    let path = place::workspace().join("docs/mutants.md");
    let text = fs::read_to_string(&path).during(|| format!("reading {}", path.display()))?;
    let explained = Explained::read(&text)?;
    let packages = arguments.package.map_or(vec![Package::Payment, Package::Engine], |package| vec![package]);
    let mut is_good = true;
    for package in packages {
        is_good &= run_package(package, arguments, &explained)?;
    }
    Ok(u8::from(!is_good))
}

fn run_package(package: Package, arguments: &Arguments, explained: &Explained) -> Outcome<bool> {
    let home = place::target()?.join("mutants");
    let results = home.join(package.name());
    fs::create_dir_all(&results).during(|| format!("making {}", results.display()))?;
    let mut command = cargo();
    command.args(words(package, arguments)).arg("--output").arg(&results);
    command.env("CARGO_TARGET_DIR", home.join("target")).stdin(Stdio::null());
    let status = command.status().during(|| format!("running cargo {TOOL}"))?;
    // 2: some survived; 3: some hung.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return told(format!("cargo {TOOL} could not do its work ({status}): see {}", results.display()));
    }
    let read = |name: &str| lines_of(&results.join("mutants.out").join(name));
    let survivors = read("missed.txt")?;
    let ends = explained.compare(&survivors, &[read("caught.txt")?, read("timeout.txt")?].concat());
    for survivor in &ends.unexplained {
        say::result(&format!("survives, and nobody says why it may: {survivor}"));
    }
    for name in &ends.not_needed {
        say::result(&format!("explained in docs/mutants.md, and caught: {name}"));
    }
    say::result(&format!(
        "{}: {} caught, {} hung, {} could not be built, {} survive, {} of these unexplained",
        package.name(),
        read("caught.txt")?.len(),
        read("timeout.txt")?.len(),
        read("unviable.txt")?.len(),
        survivors.len(),
        ends.unexplained.len()
    ));
    Ok(ends.unexplained.is_empty() && ends.not_needed.is_empty())
}

/// The call of cargo.
fn words(package: Package, arguments: &Arguments) -> Vec<String> {
    let mut words =
        [TOOL, "--package", package.name(), "--profile", PROFILE, "--no-shuffle"].map(str::to_owned).to_vec();
    words.extend(["--minimum-test-timeout", LEAST_TIMEOUT_S, "--colors", "never"].map(str::to_owned));
    // So that each shard is a sample of everything.
    words.extend(["--sharding", "round-robin"].map(str::to_owned));
    let shard = arguments.shard.as_deref().or(arguments.quick.then_some(QUICK_SHARDS));
    words.extend(shard.into_iter().flat_map(|shard| ["--shard".to_owned(), shard.to_owned()]));
    for file in &arguments.file {
        words.extend(["--file".to_owned(), format!("src/{}/{file}", package.name())]);
    }
    // Examples in documentation are compiled one by one, and test nothing that the tests do not.
    words.extend(["--cargo-test-arg=--lib", "--cargo-test-arg=--tests"].map(str::to_owned));
    words
}

/// The lines of a file; none if there is no such file.
fn lines_of(path: &Path) -> Outcome<Vec<String>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path).during(|| format!("reading {}", path.display()))?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shard: Option<&str>, quick: bool, file: &[&str], expected: &str) {
        let arguments = Arguments {
            package: None,
            shard: shard.map(str::to_owned),
            quick,
            file: file.iter().map(|&file| file.to_owned()).collect(),
        };
        let words = words(Package::Engine, &arguments).join(" ");
        assert!(words.contains(expected), "{words}");
        assert!(words.starts_with("mutants --package engine"), "{words}");
    }

    #[test]
    fn the_tool_gets_what_was_asked_for() {
        check(Some("3/20"), false, &[], "--shard 3/20");
        check(None, true, &[], "--shard 0/10");
        check(
            None,
            false,
            &["limits/*", "wheel.rs"],
            "--file src/engine/limits/* --file src/engine/wheel.rs",
        );
    }

    #[test]
    fn the_list_of_the_sources_can_be_read_and_explains_places_that_are_there() {
        let text = fs::read_to_string(place::workspace().join("docs/mutants.md")).expect("it is there");
        let explained = Explained::read(&text).expect("it can be read");
        for name in explained.names() {
            let file = name.split_once(':').expect("a file, and what is changed in it").0;
            assert!(place::workspace().join(file).is_file(), "{name}");
        }
    }
}
