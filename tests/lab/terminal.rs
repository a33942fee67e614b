//! `integrator till`: a till in a terminal, as a process.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::plan::STORE;
use super::process::sibling;
use super::wait::within;

/// A terminal of one register. Each call is a process of its own; what it remembers is in a file.
#[derive(Debug, Clone)]
pub(crate) struct Terminal {
    /// Such as `--amqp …`.
    pub(crate) way: Vec<String>,
    /// The register.
    pub(crate) register: String,
    /// Where it remembers its last operation.
    pub(crate) memory: PathBuf,
}

/// A call that goes on.
#[derive(Debug)]
pub(crate) struct Call {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// A call that is over.
#[derive(Debug)]
pub(crate) struct Over {
    /// The exit status.
    pub(crate) status: i32,
    /// What it printed.
    pub(crate) output: String,
}

impl Terminal {
    /// Begins a call.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Call {
        let mut command = Command::new(sibling("integrator"));
        command.arg("till").args(arguments).args(&self.way);
        command.args(["--store", STORE, "--register", &self.register, "--memory"]).arg(&self.memory);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut child = command.spawn().expect("the binary of the package can be started");
        let stdout = child.stdout.take().expect("it is piped");
        Call { child, lines: BufReader::new(stdout).lines() }
    }

    /// A call from beginning to end.
    pub(crate) async fn call(&self, arguments: &[&str]) -> Over {
        self.begin(arguments).end().await
    }
}

impl Call {
    /// The next line as JSON whose `event` is this; others are passed over.
    pub(crate) async fn until(&mut self, event: &str) -> Value {
        let reading = async {
            loop {
                let line = self.lines.next_line().await.expect("it prints text");
                let line = line.unwrap_or_else(|| panic!("it ended before {event}"));
                let value: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
                if value["event"] == event {
                    return value;
                }
            }
        };
        within(event, reading).await
    }

    /// Tells it something by a signal, such as `INT`.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let told = Command::new("kill").args([&format!("-{name}"), &id]).status().await;
        assert!(told.expect("there is a kill").success(), "it could not be told");
    }

    /// Its end.
    pub(crate) async fn end(mut self) -> Over {
        let mut output = String::new();
        let ending = async {
            let mut rest = self.lines.into_inner();
            rest.read_to_string(&mut output).await.expect("it prints text");
            self.child.wait().await.expect("it is our child")
        };
        let status = within("the till's command ends", ending).await;
        Over { status: status.code().unwrap_or(-1), output }
    }
}

impl Over {
    /// The last line, which tells the outcome.
    pub(crate) fn outcome(&self) -> Value {
        let last = self.output.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|_| panic!("not JSON: {last:?}"))
    }
}
