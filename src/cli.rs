//! The command line.

mod audit;
mod check;
mod console;
mod contract;
mod copy_store;
mod letters;
mod migrate;
mod paper;
mod payments;
mod people;
mod plates;
mod sandbox;
mod serve;
mod settings;
mod till;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::demo;

/// In-store QR payments: checkouts from tills, codes from banks, and a certain end for each of them.
#[derive(Debug, Parser)]
#[command(
    name = "integrator",
    version,
    after_help = "Examples:
  integrator serve --config config.toml     the service
  integrator config check                   what is wrong with the configuration, if anything
  integrator settings export                stores, registers, authorization servers as one TOML file
  integrator payments show 0191f7e2…        everything that happened to a payment
  integrator till pay 198.00 --amqp URL     a payment from this terminal

To see it work without any set-up: cargo xtask demo"
)]
pub struct Cli {
    /// The configuration file. Without it: config.toml, if there is one, and the environment.
    #[arg(long, global = true, env = "INTEGRATOR_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service until it is told to stop (Ctrl-C or SIGTERM).
    Serve,
    /// Run the bank simulators.
    Sandbox(sandbox::Arguments),
    /// Show the whole product on this machine: service, simulated bank, kiosk.
    Demo(demo::Arguments),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(check::Command),
    /// Move the settings of stores, registers and authorization servers as one file.
    #[command(subcommand)]
    Settings(settings::Command),
    /// Be a till: ask for payments, show their codes, see how they end.
    Till(Box<till::Arguments>),
    /// Print the contract with registers as documents: what a till's programmer, or a program, builds on.
    #[command(subcommand)]
    Contract(contract::Command),
    /// Find payments and see what happened to them.
    #[command(subcommand)]
    Payments(payments::Command),
    /// Check the records against themselves, and list what waits for a person.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Make the one-time link by which the first owner signs in.
    SetupLink(people::SetupLink),
    /// People who use the admin pages.
    #[command(subcommand)]
    Users(people::Command),
    /// Dead letters: messages that nobody could read or answer.
    #[command(subcommand)]
    Letters(letters::Command),
    /// Bring the database's tables up to date.
    Migrate,
    /// Move from a SQLite file to PostgreSQL.
    CopyStore(copy_store::Arguments),
    /// Outputs for buyers: pair a screen, set what idle screens show, count ratings; draw slips as printers would.
    #[command(subcommand)]
    Console(console::Command),
    /// The registers' plates: cash links at their banks.
    #[command(subcommand)]
    Plates(plates::Command),
}

/// Runs the command and returns the exit status.
pub async fn run(cli: Cli) -> anyhow::Result<u8> {
    let file = cli.config.as_deref();
    match cli.command {
        Command::Serve => serve::run(&read(file)?).await,
        Command::Sandbox(arguments) => sandbox::run(arguments).await,
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Config(command) => check::run(&command, file),
        Command::Settings(command) => settings::run(command, &read(file)?).await,
        Command::Till(arguments) => till::run(*arguments).await,
        Command::Contract(command) => Ok(contract::run(&command)),
        Command::Payments(command) => payments::run(command, &read(file)?).await,
        Command::Audit(command) => audit::run(command, &read(file)?).await,
        Command::SetupLink(arguments) => people::setup_link(&arguments, &read(file)?).await,
        Command::Users(command) => people::run(command, &read(file)?).await,
        Command::Letters(command) => letters::run(command, &read(file)?).await,
        Command::CopyStore(arguments) => copy_store::run(&arguments, &read(file)?).await,
        Command::Migrate => migrate::run(&read(file)?).await,
        Command::Console(command) => console::run(command, file).await,
        Command::Plates(command) => plates::run(command, &read(file)?).await,
    }
}

/// The configuration from the named file, or from `config.toml` if it is there.
pub(crate) fn read(file: Option<&Path>) -> anyhow::Result<Config> {
    let usual = Path::new("config.toml");
    let file = file.or_else(|| usual.exists().then_some(usual));
    Ok(Config::read(file)?)
}

/// Waits for Ctrl-C or SIGTERM.
pub(crate) async fn told_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Prints a line of a command's output. A reader that has gone away ends the command quietly.
pub(crate) fn print(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
