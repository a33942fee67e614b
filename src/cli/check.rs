//! `integrator config check`.

use std::path::Path;

use clap::Subcommand;

use crate::cli::{print, read};

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read file and environment and say what is wrong, if anything. Touches nothing.
    Check,
}

/// Checks the configuration.
pub(super) fn run(command: &Command, file: Option<&Path>) -> anyhow::Result<u8> {
    let Command::Check = command;
    let config = read(file)?;
    let broker = match &config.amqp {
        Some(amqp) => {
            amqp.adapter_config()?;
            "a broker is configured"
        }
        None => "no broker: HTTP only",
    };
    print(&format!(
        "the configuration is in order: database {}, key file {}, {} on {}, {broker}",
        config.database.place()?,
        config.key_file.display(),
        config.http.scheme().to_uppercase(),
        config.http.listen,
    ));
    Ok(0)
}
