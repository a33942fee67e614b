//! `cargo xtask mutants`: whether the tests of the core would notice.

mod killers;
mod list;
mod verdicts;

use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::thread;

use clap::{Args, ValueEnum};

use crate::cargo::cargo;
use crate::commands::check::ensure_version;
use crate::failure::{During, Outcome, told};
use crate::{place, say};
use killers::caught_by_simulation;
use list::Explained;
use verdicts::{Verdict, Verdicts};

/// The tool: its name is `cargo-gamma`. It builds all mutants at once, each behind a switch, and tests them one by one.
const TOOL: &str = "gamma";
const VERSION: &str = "0.4.0";
/// The profile that mutants are built with: all of them at once, to be run a thousand times.
const PROFILE: &str = "mutants";
/// What is changed: returned values, operators, arms of a match and their guards, fields of a struct that has a base.
const CHANGES: &str =
    "fn_value,relational,logical,arith,bitwise,shift,assign,unary,match_arm,match_guard,struct_field";
/// With `--quick` one mutant in so many is looked at.
const QUICK_SHARD: Shard = Shard { index: 0, count: 10 };
/// A mutant that hangs is caught. Tests on a busy machine take longer than when they were measured.
const LEAST_TIMEOUT_S: &str = "20";
/// So many times the tests' own duration may a mutant take.
const SLOWER_AT_MOST: &str = "5";
/// Tests that take seconds, such as a crash at each point of each story. Nearly every mutant is caught without them.
const SLOW_TESTS_OF_ENGINE: [&str; 4] = ["crash", "fuzz::", "many::", "too_many"];
/// The tool's journal of a run: a line a mutant.
const JOURNAL: &str = "cache/gamma-progress.log";

/// Change one thing after the other in the core, and see the tests notice each.
///
/// Runs cargo-gamma, which works on a copy of the sources: every mutant is built into it behind a switch, so that there is
/// one build for all, and each is run against the tests that reach it. A mutant of a package is judged by that package's own
/// tests; one of `engine` by the simulation too, and by the slow tests only if no other has caught it. Fails if one survives
/// that docs/mutants.md does not explain, or if an explained one is caught after all. Reports and the copy are under
/// target/mutants.
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
    #[arg(long, value_name = "K/N", conflicts_with = "quick", value_parser = Shard::read)]
    shard: Option<Shard>,

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

/// A part of the mutants, which is a sample of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is not K/N with K below N, such as 3/20");
        let (index, count) = text.split_once('/').ok_or_else(wrong)?;
        let shard =
            Self { index: index.parse().map_err(|_| wrong())?, count: count.parse().map_err(|_| wrong())? };
        if shard.index < shard.count { Ok(shard) } else { Err(wrong()) }
    }
}

impl Package {
    fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Engine => "engine",
        }
    }

    /// The packages whose tests judge.
    fn judges(self) -> &'static [&'static str] {
        match self {
            Self::Payment => &["payment"],
            Self::Engine => &["engine", "simulation"],
        }
    }

    /// Parts of the names of tests that judge only what no other has caught.
    fn slow_tests(self) -> &'static [&'static str] {
        match self {
            Self::Payment => &[],
            Self::Engine => &SLOW_TESTS_OF_ENGINE,
        }
    }
}

/// Which mutants are judged, and by which tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// All of them, by the tests that do not take long.
    All,
    /// What is left of them, by every test.
    Survivors,
}

/// Runs the mutants, and compares survivors with the list.
pub(crate) fn run(arguments: &Arguments) -> Outcome<u8> {
    ensure_version(TOOL, VERSION)?;
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
    let home = place::target()?.join("mutants").join(package.name());
    fs::create_dir_all(&home).during(|| format!("making {}", home.display()))?;
    judge(package, arguments, Pass::All, &home)?;
    let mut verdicts = read(&home)?;
    let mut by_simulation = caught_by_simulation(&home)?;
    if !package.slow_tests().is_empty() && !verdicts.survivors().is_empty() {
        judge(package, arguments, Pass::Survivors, &home)?;
        verdicts.judge_survivors_anew(read(&home)?);
        by_simulation += caught_by_simulation(&home)?;
    }
    let is_good = report(package, &verdicts, explained);
    if package == Package::Engine {
        say::result(&format!(
            "engine: {by_simulation} of them were caught by the simulation alone, or first"
        ));
    }
    Ok(is_good)
}

/// Has mutants judged.
fn judge(package: Package, arguments: &Arguments, pass: Pass, home: &Path) -> Outcome<()> {
    let mut command = cargo();
    command.args(words(package, arguments));
    command.arg("--cache-dir").arg(home.join("cache")).arg("--artifact-dir").arg(home.join("report"));
    command.args(words_of_pass(package, pass));
    // A story that fails is told at once: nobody reads how it could be shorter.
    command.env("PROPTEST_MAX_SHRINK_ITERS", "0").stdin(Stdio::null()).stdout(io::stderr());
    let status = command.status().during(|| format!("running cargo {TOOL}"))?;
    if !status.success() {
        return told(format!("cargo {TOOL} could not do its work ({status}): it says why above"));
    }
    Ok(())
}

fn read(home: &Path) -> Outcome<Verdicts> {
    let journal = home.join(JOURNAL);
    let text = fs::read_to_string(&journal).during(|| format!("reading {}", journal.display()))?;
    Verdicts::read(&text)
}

/// Tells what the run came to; whether all is well.
fn report(package: Package, verdicts: &Verdicts, explained: &Explained) -> bool {
    let survivors = verdicts.survivors();
    let caught = [verdicts.of(Verdict::Caught), verdicts.of(Verdict::Hung)].concat();
    let ends = explained.compare(&survivors, &caught);
    for survivor in &ends.unexplained {
        let word = if verdicts.of(Verdict::NotReached).contains(survivor) {
            "no test comes there"
        } else {
            "survives"
        };
        say::result(&format!("{word}, and nobody says why it may: {survivor}"));
    }
    for name in &ends.not_needed {
        say::result(&format!("explained in docs/mutants.md, and caught: {name}"));
    }
    for flaky in verdicts.of(Verdict::NotJudged) {
        say::result(&format!("not judged, since a test failed without it too: {flaky}"));
    }
    say::result(&format!(
        "{}: {} mutants: {} caught, {} hung, {} could not be built, {} not judged, {} survive ({} reached by no test), \
         {} of these unexplained",
        package.name(),
        verdicts.len(),
        verdicts.of(Verdict::Caught).len(),
        verdicts.of(Verdict::Hung).len(),
        verdicts.of(Verdict::NotBuilt).len(),
        verdicts.of(Verdict::NotJudged).len(),
        survivors.len(),
        verdicts.of(Verdict::NotReached).len(),
        ends.unexplained.len()
    ));
    ends.unexplained.is_empty() && ends.not_needed.is_empty() && verdicts.of(Verdict::NotJudged).is_empty()
}

/// The call of cargo.
fn words(package: Package, arguments: &Arguments) -> Vec<String> {
    let jobs = thread::available_parallelism().map_or(1, usize::from).to_string();
    let mut words = [TOOL, "run", "--no-config", "--package", package.name()].map(str::to_owned).to_vec();
    words.extend(["--profile", PROFILE, "--mutators", CHANGES, "--jobs", &jobs].map(str::to_owned));
    words.extend(["--test-timeout-multiplier", SLOWER_AT_MOST].map(str::to_owned));
    words.extend(["--minimum-test-timeout", LEAST_TIMEOUT_S].map(str::to_owned));
    words.extend(["--memory", "off", "--annotations", "none", "--color", "never"].map(str::to_owned));
    words
        .extend(package.judges().iter().flat_map(|judge| ["--test-package".to_owned(), (*judge).to_owned()]));
    if let Some(shard) = arguments.shard.or(arguments.quick.then_some(QUICK_SHARD)) {
        words.extend(["--shard-index".to_owned(), shard.index.to_string()]);
        words.extend(["--shard-count".to_owned(), shard.count.to_string()]);
    }
    // Tests are not to be tested.
    words.extend(["--exclude-file".to_owned(), format!("src/{}/tests/**", package.name())]);
    words.extend(["--exclude-file".to_owned(), "**/tests.rs".to_owned()]);
    for file in &arguments.file {
        words.extend(["--file".to_owned(), format!("src/{}/{file}", package.name())]);
    }
    words
}

/// The last words of the call: what is meant for the tests comes after a mark.
fn words_of_pass(package: Package, pass: Pass) -> Vec<&'static str> {
    match pass {
        Pass::Survivors => vec!["--only-survivors"],
        Pass::All if package.slow_tests().is_empty() => Vec::new(),
        Pass::All => {
            let skipped = package.slow_tests().iter().flat_map(|name| ["--skip", name]);
            std::iter::once("--").chain(skipped).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shard: Option<&str>, quick: bool, file: &[&str], expected: &str) {
        let arguments = Arguments {
            package: None,
            shard: shard.map(|shard| Shard::read(shard).expect("it is one")),
            quick,
            file: file.iter().map(|&file| file.to_owned()).collect(),
        };
        let words = words(Package::Engine, &arguments).join(" ");
        assert!(words.contains(expected), "{words}");
        assert!(words.starts_with("gamma run --no-config --package engine"), "{words}");
    }

    #[test]
    fn the_tool_gets_what_was_asked_for() {
        check(Some("3/20"), false, &[], "--shard-index 3 --shard-count 20");
        check(None, true, &[], "--shard-index 0 --shard-count 10");
        check(
            None,
            false,
            &["limits/*", "wheel.rs"],
            "--file src/engine/limits/* --file src/engine/wheel.rs",
        );
        check(None, false, &[], "--test-package engine --test-package simulation");
        check(None, false, &[], "--exclude-file src/engine/tests/** --exclude-file **/tests.rs");
    }

    #[test]
    fn slow_tests_judge_only_what_is_left() {
        let passes =
            |package| [Pass::All, Pass::Survivors].map(|pass| words_of_pass(package, pass).join(" "));
        assert_eq!(passes(Package::Payment), ["", "--only-survivors"]);
        assert_eq!(
            passes(Package::Engine),
            ["-- --skip crash --skip fuzz:: --skip many:: --skip too_many", "--only-survivors"]
        );
    }

    #[test]
    fn a_part_is_a_number_below_how_many_there_are() {
        for wrong in ["3", "3/3", "4/3", "a/3", "-1/3", "1/"] {
            assert!(Shard::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Shard::read("0/1"), Ok(Shard { index: 0, count: 1 }));
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
