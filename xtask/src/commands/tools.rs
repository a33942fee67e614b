//! `cargo xtask tools`: what the project uses of the machine, and whether it is there.

use clap::Args;

use crate::cargo::has_subcommand;
use crate::commands::check::CARGO_TOOLS;
use crate::failure::Outcome;
use crate::need::{self, CHROMIUM, Need, POSTGRESQL, RABBITMQ};
use crate::say;

const NEEDS: [&Need; 3] = [&RABBITMQ, &POSTGRESQL, &CHROMIUM];

/// Show what the project uses of this machine; with --install get the servers that are missing.
///
/// Besides these only the Rust toolchain and a C compiler are needed (SQLite and ring are built from source).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask tools             what is there, what is missing, how to get it
  cargo xtask tools --install   on Debian, as root or with a sudo that does not ask")]
pub(crate) struct Arguments {
    /// Install the missing Debian packages.
    #[arg(long)]
    install: bool,
}

/// Prints the list; status 1 if a server is missing.
pub(crate) fn run(arguments: &Arguments) -> Outcome<u8> {
    if arguments.install {
        need::ensure(&NEEDS)?;
    }
    for need in NEEDS {
        let place = need.found().map_or("missing".to_owned(), |folder| folder.display().to_string());
        say::result(&format!("{:<28}{place}", need.name));
    }
    for tool in CARGO_TOOLS {
        let place = if has_subcommand(tool) {
            "there".to_owned()
        } else {
            format!("cargo install cargo-{tool} --locked")
        };
        say::result(&format!("{:<28}{place}", format!("cargo {tool}")));
    }
    let missing: Vec<&Need> = NEEDS.into_iter().filter(|need| need.found().is_none()).collect();
    if missing.is_empty() {
        return Ok(0);
    }
    say::line(&need::how_to_get(&missing));
    Ok(1)
}
