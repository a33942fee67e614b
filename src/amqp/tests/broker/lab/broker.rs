//! Brokers: the shared one, and private ones to be disturbed.

use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use amqp::Config;
use tokio::process::Command;

use super::Network;

/// A RabbitMQ that tests may use.
pub(crate) struct Broker {
    uri: String,
    node: Option<Node>,
}

/// A private node, stopped and removed in the end.
struct Node {
    folder: tempfile::TempDir,
}

impl Broker {
    /// The broker that all tests share. Nobody disturbs it.
    pub(crate) fn shared() -> Self {
        let uri = std::env::var("INTEGRATOR_TEST_AMQP")
            .expect("INTEGRATOR_TEST_AMQP is not set: run the tests with `cargo xtask test`");
        Self { uri, node: None }
    }

    /// A broker of one's own, not running yet.
    pub(crate) async fn private() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        let xtask = program.parent().and_then(|deps| deps.parent()).unwrap().join("xtask");
        let output = Command::new(&xtask).args(["rabbitmq", "prepare"]).arg(folder.path()).output().await;
        let output = output.unwrap_or_else(|error| {
            panic!("{}: {error}. Run the tests with `cargo xtask test`", xtask.display())
        });
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let uri = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        Self { uri, node: Some(Node { folder }) }
    }

    /// A broker of one's own that runs.
    pub(crate) async fn private_running() -> Self {
        let broker = Self::private().await;
        broker.control(&["start"]).await;
        broker
    }

    /// Calls the private node's control script, and returns what it prints.
    pub(crate) async fn control(&self, arguments: &[&str]) -> String {
        let node = self.node.as_ref().expect("only private brokers are disturbed");
        let output = node.command(arguments).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "control {arguments:?}: {text} {errors}");
        text
    }

    /// Where clients connect.
    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    /// A configuration with names that no other test has, and short pauses.
    pub(crate) fn config(&self) -> Config {
        static TESTS: AtomicU32 = AtomicU32::new(0);
        let number = TESTS.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("t{}-{number}", std::process::id());
        Config {
            connection_name: format!("service {prefix}"),
            prefix,
            verify_every: Duration::from_secs(1),
            publish_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(5),
            ..Config::new(self.uri.as_str().into())
        }
    }
}

impl Broker {
    /// The same, with the way through a network that can fail; its silence is noticed soon.
    pub(crate) fn config_through(&self, network: &Network) -> Config {
        let uri = format!("{}?heartbeat=2", network.through(&self.uri));
        Config { uri: uri.into(), ..self.config() }
    }
}

impl Node {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.folder.path().join("control"));
        command.args(arguments).stdin(Stdio::null());
        command
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let mut stop = std::process::Command::new(self.folder.path().join("control"));
        // A node that outlives its test is a pity, and no reason to fail it.
        let _ = stop.arg("stop").stdin(Stdio::null()).stdout(Stdio::null()).status();
    }
}
