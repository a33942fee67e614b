//! `integrator copy-store`.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use store::copy_store;

use crate::cli::print;
use crate::config::{Config, DatabasePlace};

/// Where to.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  integrator copy-store --config config.toml --into postgres.toml
  integrator serve --config postgres.toml

Stop the service first, and keep the file: it is only read.")]
pub(super) struct Arguments {
    /// The configuration that names the PostgreSQL database, as the service will be started with.
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
}

/// Copies everything from the configuration's SQLite file into a PostgreSQL database, and compares both.
pub(super) async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<u8> {
    let into = Config::read(Some(&arguments.into))?;
    let (from, to) = match (config.database.place()?, into.database.place()?) {
        (DatabasePlace::File(from), DatabasePlace::Server(to)) => (from, to),
        (from, to) => bail!("{from} to {to}: only a SQLite file can be copied, and only into PostgreSQL"),
    };
    let copied = copy_store(&from, &to).await?;
    for (table, rows) in &copied.rows {
        print(&format!("{table:<18} {rows:>10} rows"));
    }
    for (currency, amount) in &copied.amounts {
        print(&format!("payments in {currency}: {amount} in minor units on both sides"));
    }
    print(&format!(
        "{} payments are the same on both sides, and their facts fold to their states",
        copied.payments
    ));
    Ok(0)
}
