//! `integrator demo` as a process: service, bank and pages, as a newcomer has them.

use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::bank::Bank;
use super::broker::Broker;
use super::ports::free_port;
use super::process::sibling;
use super::wait::within;

/// A running demo. Ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Demo {
    /// What it announced.
    pub(crate) announced: Value,
    /// What its names at the broker begin with.
    pub(crate) prefix: String,
    /// A folder for whatever a test writes.
    pub(crate) folder: TempDir,
    /// Its bank.
    pub(crate) bank: Bank,
    _process: Child,
}

impl Demo {
    /// Starts it on the broker that all tests share, under names of its own.
    pub(crate) async fn start() -> Self {
        let broker = Broker::shared();
        let folder = tempfile::Builder::new().prefix("integrator-demo-").tempdir().expect("a folder");
        let (http, sandbox) = (free_port().to_string(), free_port().to_string());
        let prefix = format!("demo{http}x{sandbox}");
        let mut command = Command::new(sibling("integrator"));
        command.args(["demo", "--json", "--amqp", broker.uri(), "--prefix", &prefix]);
        command
            .args(["--http-port", &http, "--sandbox-port", &sandbox, "--data"])
            .arg(folder.path().join("data"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut process = command.spawn().expect("the binary of the package can be started");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let line = within("the demo is up", lines.next_line()).await.expect("it prints text");
        let announced: Value = serde_json::from_str(&line.expect("it announces itself")).expect("it is JSON");
        let address = announced["sandbox"].as_str().and_then(|url| url.strip_prefix("http://"));
        let bank =
            Bank::at(address.and_then(|address| address.parse().ok()).expect("the bank has an address"));
        Self { announced, prefix, folder, bank, _process: process }
    }

    /// Something that it announced.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.announced[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.announced))
    }
}
