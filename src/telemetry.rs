//! The log. Lines go to stderr, so that stdout belongs to what a command prints.

use std::io::{self, IsTerminal};

use crate::config::{ConfigError, LogConfig, LogFormat};

/// Starts the log. Called once, first thing in a command that runs a service.
pub(crate) fn start(config: &LogConfig) -> Result<(), ConfigError> {
    let filter = config.filter()?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal()) // files and journals take no colours
        .with_target(false);
    match config.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}
