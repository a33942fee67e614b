//! `integrator contract`: the contract with registers as documents.

use clap::Subcommand;
use http_door::documents;
use serde_json::json;

use crate::cli::print;

/// Which document.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The contract over HTTP (`OpenAPI` 3.1).
    Openapi,
    /// The contract over RabbitMQ (`AsyncAPI` 3).
    Asyncapi,
    /// The JSON Schema of every message, by its name.
    Schemas,
    /// Every code with what it means and what the cashier can do, as a table.
    Codes,
}

/// Prints the document.
pub(super) fn run(command: &Command) -> u8 {
    match command {
        Command::Openapi => print(&format!("{:#}", documents::openapi())),
        Command::Asyncapi => print(&format!("{:#}", documents::asyncapi())),
        Command::Schemas => print(&format!("{:#}", json!(documents::schemas()))),
        Command::Codes => print(documents::codes_table().trim_end()),
    }
    0
}
