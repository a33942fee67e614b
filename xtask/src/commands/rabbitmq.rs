//! `cargo xtask rabbitmq`: a private broker for a developer, and nodes for tests that disturb theirs.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::broker::Broker;
use crate::clock::{TICK, pause};
use crate::failure::{During, Outcome, told};
use crate::lab::Lab;
use crate::need::{self, RABBITMQ};
use crate::node::Node;
use crate::say;

/// Start and stop private RabbitMQ nodes.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  cargo xtask rabbitmq run                   a broker until Ctrl-C; its address is the only line on stdout
  cargo xtask rabbitmq start target/lab/mine leaves it running; the same call later starts it on the same ports
  target/lab/mine/control freeze             start, stop, kill, freeze, thaw, status, ctl <rabbitmqctl arguments>
  cargo xtask rabbitmq stop target/lab/mine")]
pub(crate) enum Command {
    /// Run a node until Ctrl-C; prints its address.
    Run(RunArguments),
    /// Write a node's files (ports, configuration, the script `control`) without starting it; prints its address.
    Prepare(Folder),
    /// Start the node of a folder and leave it running; writes its files first if they are missing; prints its address.
    Start(Folder),
    /// Stop the node of a folder.
    Stop(Folder),
}

/// The arguments of `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Keep the node's folder (logs, data) at the end.
    #[arg(long)]
    pub(crate) keep: bool,
}

/// The argument of the other three, and of their like for other servers.
#[derive(Debug, Args)]
pub(crate) struct Folder {
    /// The node's folder.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Folder {
    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    /// Stops the server of the folder.
    pub(super) fn stop(&self) -> Outcome<u8> {
        let control = self.folder.join("control");
        let status = std::process::Command::new(&control).arg("stop").status();
        let status = status.during(|| format!("calling {}", control.display()))?;
        if status.success() { Ok(0) } else { told(format!("{} stop: {status}", control.display())) }
    }
}

/// Runs a node until the lab is stopped.
pub(crate) fn run(lab: &Lab) -> Outcome<u8> {
    let broker = Broker::private(lab)?;
    if let Some(folder) = broker.folder() {
        say::line(&format!("control: {}/control   stop: Ctrl-C", folder.display()));
    }
    say::result(broker.url());
    while !lab.is_stopping() {
        pause(TICK);
    }
    Ok(0)
}

/// The commands that end at once.
pub(crate) fn one_shot(command: &Command) -> Outcome<u8> {
    match command {
        Command::Run(_) => told("run needs a lab"),
        Command::Prepare(Folder { folder }) => {
            say::result(&Node::prepare(folder)?.url());
            Ok(0)
        }
        Command::Start(Folder { folder }) => {
            need::ensure(&[&RABBITMQ])?;
            let node = Node::prepare(folder)?;
            node.start(|command| command.spawn().during(|| "starting the control script".to_owned()))?;
            say::result(&node.url());
            Ok(0)
        }
        Command::Stop(folder) => folder.stop(),
    }
}
