//! `cargo xtask postgres`: a private database server for a developer, and servers for tests that disturb theirs.

use clap::Subcommand;

use super::rabbitmq::{Folder, RunArguments};
use crate::clock::{TICK, pause};
use crate::failure::{During, Outcome, told};
use crate::lab::Lab;
use crate::postgres::Postgres;
use crate::say;

/// Start and stop private PostgreSQL servers.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  cargo xtask postgres run                   a server until Ctrl-C; its address is the only line on stdout
  cargo xtask postgres start target/lab/pg   leaves it running; the same call later starts it on the same port
  target/lab/pg/control freeze               start, stop, kill, freeze, thaw, status, sql <psql arguments>
  cargo xtask postgres stop target/lab/pg

For tests only: the servers do not flush to the disk.")]
pub(crate) enum Command {
    /// Run a server until Ctrl-C; prints its address.
    Run(RunArguments),
    /// Write a server's files (port, the script `control`) without starting it; prints its address.
    Prepare(Folder),
    /// Start the server of a folder and leave it running; writes its files first if they are missing; prints its address.
    Start(Folder),
    /// Stop the server of a folder.
    Stop(Folder),
}

/// Runs a server until the lab is stopped.
pub(crate) fn run(lab: &Lab) -> Outcome<u8> {
    let server = Postgres::private(lab)?;
    say::line(&format!("control: {}/control   stop: Ctrl-C", server.folder().display()));
    say::result(&server.url());
    while !lab.is_stopping() {
        pause(TICK);
    }
    Ok(0)
}

/// The commands that end at once.
pub(crate) fn one_shot(command: &Command) -> Outcome<u8> {
    match command {
        Command::Run(_) => told("run needs a lab"),
        Command::Prepare(folder) => {
            say::result(&Postgres::prepare(folder.path())?.url());
            Ok(0)
        }
        Command::Start(folder) => {
            let server = Postgres::prepare(folder.path())?;
            server.start(|command| command.spawn().during(|| "starting the control script".to_owned()))?;
            say::result(&server.url());
            Ok(0)
        }
        Command::Stop(folder) => folder.stop(),
    }
}
