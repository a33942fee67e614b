//! `cargo xtask fuzz`: the parsers of outside bytes, for as long as is wanted.

use std::process::Stdio;

use clap::Args;

use crate::cargo::{cargo, has_subcommand};
use crate::failure::{During, Outcome};

/// Targets read here for how many seconds to look (tests/lab/fuzz).
const SECONDS: &str = "FUZZ_SECONDS";

/// Feed the parsers of bytes from outside with mutated samples.
///
/// Every test run looks at a fixed number of inputs; this looks at others, for as long as it is told, each target for that long.
/// An input that fails is made smaller and left below `target/fuzz/<target>`: copied into the target's corpus it is the test of
/// the bug. tests/lab/fuzz/README.md tells more.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask fuzz                           every target for a minute
  cargo xtask fuzz --minutes 30 commands     one target for half an hour
  cargo xtask fuzz --list                    the targets")]
pub(crate) struct Arguments {
    /// How long each target runs.
    #[arg(long, value_name = "N", default_value_t = 1)]
    minutes: u64,

    /// Show the targets and run none.
    #[arg(long)]
    list: bool,

    /// Only targets whose name contains this.
    #[arg(value_name = "TARGET")]
    target: Option<String>,
}

/// Runs the targets and returns the runner's status.
pub(crate) fn run(arguments: &Arguments) -> Outcome<u8> {
    let mut command = cargo();
    command.args(words(arguments, has_subcommand("nextest"))).stdin(Stdio::null());
    command.env(SECONDS, arguments.minutes.saturating_mul(60).to_string());
    let status = command.status().during(|| "running the targets".to_owned())?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// The call of cargo. A target is a test in a module named `fuzz`, beside its parser.
fn words(arguments: &Arguments, nextest: bool) -> Vec<String> {
    let target = arguments.target.as_deref().unwrap_or_default();
    let words: &[&str] = match (nextest, arguments.list) {
        (true, false) => &["nextest", "run", "--workspace", "--profile", "fuzz", "-E"],
        (true, true) => &["nextest", "list", "--workspace", "-E"],
        (false, false) => &["test", "--workspace", "--", "--nocapture"],
        (false, true) => &["test", "--workspace", "--", "--list"],
    };
    let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    words.push(if nextest { format!("test(/(^|::)fuzz::{target}/)") } else { format!("fuzz::{target}") });
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: bool, target: Option<&str>, nextest: bool, expected: &str) {
        let arguments = Arguments { minutes: 1, list, target: target.map(str::to_owned) };
        assert_eq!(words(&arguments, nextest).join(" "), expected);
    }

    #[test]
    fn targets_are_the_tests_of_modules_named_fuzz() {
        check(false, None, true, "nextest run --workspace --profile fuzz -E test(/(^|::)fuzz::/)");
        check(
            false,
            Some("commands"),
            true,
            "nextest run --workspace --profile fuzz -E test(/(^|::)fuzz::commands/)",
        );
        check(true, None, true, "nextest list --workspace -E test(/(^|::)fuzz::/)");
        check(false, Some("config"), false, "test --workspace -- --nocapture fuzz::config");
    }
}
