//! A private RabbitMQ node: ports, files, and the script that controls it.
//!
//! The node lives in one folder with all it has: data, log, Erlang cookie, its own port mapper (epmd). It uses nothing of
//! a broker of the system and leaves nothing behind outside the folder. The script `control` in the folder is the only
//! mechanism: xtask and the tests call it alike.

pub(crate) mod files;
mod greeting;
pub(crate) mod ports;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::clock::{TICK, pause};
use crate::failure::{During, Outcome, told};
use crate::need::{self, RABBITMQ};
use crate::say::Progress;
use ports::Ports;

/// How many lines of the node's console a failed start shows.
const SHOWN_LINES: usize = 20;

/// A node whose files are in place. It need not run.
#[derive(Debug)]
pub(crate) struct Node {
    folder: PathBuf,
    ports: Ports,
}

impl Node {
    /// Writes ports, configuration and control script into the folder. A folder that has them keeps its ports.
    pub(crate) fn prepare(folder: &Path) -> Outcome<Self> {
        let Some(programs) = RABBITMQ.found() else { return told(need::how_to_get(&[&RABBITMQ])) };
        let folder = std::path::absolute(folder).during(|| format!("naming {}", folder.display()))?;
        let ports = files::write(&folder, &programs)?;
        Ok(Self { folder, ports })
    }

    /// Where clients connect. The percent-encoded slash is RabbitMQ's default virtual host.
    pub(crate) fn url(&self) -> String {
        self.ports.url()
    }

    /// The node's folder, absolute.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A call of the node's control script.
    pub(crate) fn control(&self, verb: &str) -> Command {
        let mut command = Command::new(self.folder.join("control"));
        command.arg(verb).stdin(Stdio::null());
        command
    }

    /// Starts the node and waits until it speaks AMQP. `spawn` starts the program: under a lab's keeper or without one.
    pub(crate) fn start(&self, spawn: impl FnOnce(&mut Command) -> Outcome<Child>) -> Outcome {
        let mut progress = Progress::begin("RabbitMQ is starting");
        // The script's own messages are shown only through the failure below.
        let mut script = spawn(self.control("start").stdout(Stdio::null()))?;
        let status = progress.wait_for(&mut script)?;
        if status.success() && self.greets() {
            progress.end(&format!("RabbitMQ is up on {}", self.url()));
            return Ok(());
        }
        progress.end("RabbitMQ did not start");
        told(format!("the private RabbitMQ did not start ({status}). Its last words:\n{}", self.last_words()))
    }

    /// The script waits for the node; this looks at what clients will see.
    fn greets(&self) -> bool {
        (0..20).any(|_| {
            greeting::speaks_amqp(self.ports.amqp) || {
                pause(TICK);
                false
            }
        })
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(self.folder.join("log/console-broker.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}
