//! Calls of cargo from inside `cargo run`.

use std::env;
use std::process::{Command, Stdio};

use crate::place;

/// A call of cargo in the workspace's root, as if typed in a shell.
///
/// `cargo run` describes xtask to xtask by variables (`CARGO_PKG_NAME=xtask` and so on). Handed on to another cargo they
/// reach build scripts that watch them, and a dependency such as `ring` is built anew each time the caller changes.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(place::workspace());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(describes_package) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether `cargo <name>` is there, asked by its version.
pub(crate) fn has_subcommand(name: &str) -> bool {
    let mut command = cargo();
    command.args([name, "--version"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn describes_package(variable: &str) -> bool {
    const NAMES: [&str; 6] = [
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "OUT_DIR",
    ];
    variable.starts_with("CARGO_PKG_") || NAMES.contains(&variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_that_describe_the_calling_package_are_dropped() {
        for (variable, dropped) in [
            ("CARGO_PKG_NAME", true),
            ("CARGO_MANIFEST_DIR", true),
            ("CARGO_HOME", false),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_TERM_COLOR", false),
            ("PATH", false),
        ] {
            assert_eq!(describes_package(variable), dropped, "{variable}");
        }
    }
}
