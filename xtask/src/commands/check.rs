//! `cargo xtask check`: what a change must pass besides the tests.

use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Args;

use crate::cargo::{cargo, has_subcommand};
use crate::clock::{Stopwatch, in_seconds};
use crate::failure::{During, Outcome, told};
use crate::say;

/// Subcommands of cargo that do not come with the toolchain.
pub(crate) const CARGO_TOOLS: [&str; 3] = ["nextest", "deny", "machete"];

/// Check formatting, lints, documentation, licences and bans, unused dependencies.
///
/// All steps run, also after one has failed; a table at the end tells which. The exit status is 0 only if all passed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask check                what a change must pass
  cargo xtask check --install      gets cargo-deny and cargo-machete first if they are missing (takes minutes)
  cargo xtask check --advisories   asks the RustSec database too; needs its host on the net")]
pub(crate) struct Arguments {
    /// Look for known vulnerabilities too.
    #[arg(long)]
    advisories: bool,

    /// Install the missing tools with `cargo install`.
    #[arg(long)]
    install: bool,
}

/// One call of cargo.
struct Step {
    name: &'static str,
    /// The first word is cargo's subcommand.
    words: Vec<&'static str>,
    environment: Option<(&'static str, &'static str)>,
}

/// What became of a step.
enum End {
    Passed(Duration),
    Failed(Duration),
    Missing(&'static str),
}

/// Runs every step, prints the table.
pub(crate) fn run(arguments: &Arguments) -> Outcome<u8> {
    let mut ends = Vec::new();
    for step in steps(arguments.advisories) {
        say::line(&format!("\n── {}: cargo {}", step.name, step.words.join(" ")));
        ends.push((step.name, take(&step, arguments.install)?));
    }
    say::result("");
    for (name, end) in &ends {
        say::result(&row(name, end));
    }
    let passed = ends.iter().all(|(_, end)| matches!(end, End::Passed(_)));
    Ok(u8::from(!passed))
}

fn steps(advisories: bool) -> Vec<Step> {
    let step = |name, words: &[&'static str]| Step { name, words: words.to_vec(), environment: None };
    let mut deny = vec!["deny", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    if advisories {
        deny.push("advisories");
    }
    vec![
        step("format", &["fmt", "--all", "--check"]),
        step("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        Step {
            name: "documentation",
            words: vec!["doc", "--workspace", "--no-deps"],
            environment: Some(("RUSTDOCFLAGS", "-D warnings")),
        },
        Step { name: "dependencies", words: deny, environment: None },
        step("unused dependencies", &["machete"]),
    ]
}

fn take(step: &Step, install: bool) -> Outcome<End> {
    let subcommand = step.words[0];
    if let Some(tool) = CARGO_TOOLS.into_iter().find(|tool| *tool == subcommand && !has_subcommand(tool)) {
        if !install {
            say::line(&format!("cargo {tool} is not installed"));
            return Ok(End::Missing(tool));
        }
        install_tool(tool)?;
    }
    let watch = Stopwatch::start();
    let mut command = cargo();
    command.args(&step.words).envs(step.environment).stdin(Stdio::null());
    let status = command.status().during(|| format!("starting cargo {subcommand}"))?;
    Ok(if status.success() { End::Passed(watch.elapsed()) } else { End::Failed(watch.elapsed()) })
}

/// Makes sure that `cargo <tool>` is there in a version whose words are known: installs it if it is not, which takes minutes.
pub(crate) fn ensure_version(tool: &str, version: &str) -> Outcome {
    let asked = cargo().args([tool, "--version"]).stdin(Stdio::null()).output();
    let is_it = asked.is_ok_and(|told| {
        String::from_utf8_lossy(&told.stdout).split_whitespace().any(|word| word == version)
    });
    if is_it {
        return Ok(());
    }
    say::line(&format!("cargo {tool} {version} is not installed yet: it takes minutes"));
    install_tool(&format!("{tool}@{version}"))
}

fn install_tool(tool: &str) -> Outcome {
    let mut command: Command = cargo();
    let package = format!("cargo-{tool}");
    let status = command.args(["install", &package, "--locked"]).stdin(Stdio::null()).status();
    let status = status.during(|| format!("starting cargo install {package}"))?;
    if status.success() { Ok(()) } else { told(format!("cargo install {package} --locked failed")) }
}

fn row(name: &str, end: &End) -> String {
    match end {
        End::Passed(time) => format!("{name:<24}ok       {:>8}", in_seconds(*time)),
        End::Failed(time) => format!("{name:<24}FAILED   {:>8}", in_seconds(*time)),
        End::Missing(tool) => {
            format!(
                "{name:<24}MISSING  get it: cargo install cargo-{tool} --locked, or cargo xtask check --install"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advisory_database_is_asked_only_on_request() {
        let asks = |advisories| steps(advisories).iter().any(|step| step.words.contains(&"advisories"));
        assert!(!asks(false));
        assert!(asks(true));
    }

    #[test]
    fn the_table_tells_what_became_of_a_step() {
        let time = Duration::from_millis(12_340);
        for (end, expected) in [
            (End::Passed(time), "lints                   ok         12.3 s"),
            (End::Failed(time), "lints                   FAILED     12.3 s"),
        ] {
            assert_eq!(row("lints", &end), expected);
        }
        assert!(row("dependencies", &End::Missing("deny")).contains("cargo install cargo-deny --locked"));
    }
}
