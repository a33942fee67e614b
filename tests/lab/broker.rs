//! Brokers: the one that all tests share, and private ones to be disturbed.

use std::path::PathBuf;
use std::process::Stdio;

use lapin::options::{ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use tokio::process::Command;

use super::ports::free_port;
use super::process::sibling;
use super::wait::within;

/// A RabbitMQ.
#[derive(Debug)]
pub(crate) struct Broker {
    uri: String,
    node: Option<Node>,
}

/// A node that may be disturbed.
#[derive(Debug)]
struct Node {
    folder: PathBuf,
    /// Removed, and the node stopped before, when it was made for one test.
    _owned: Option<OwnNode>,
}

#[derive(Debug)]
struct OwnNode(tempfile::TempDir);

impl Drop for OwnNode {
    fn drop(&mut self) {
        let mut stop = std::process::Command::new(self.0.path().join("control"));
        // A node that outlives its test is a pity, and no reason to fail it.
        let _ = stop.arg("stop").stdin(Stdio::null()).stdout(Stdio::null()).status();
    }
}

impl Broker {
    /// The broker that all tests share. Nobody stops it.
    pub(crate) fn shared() -> Self {
        let uri = std::env::var("INTEGRATOR_TEST_AMQP")
            .expect("INTEGRATOR_TEST_AMQP is not set: run the tests with `cargo xtask test`");
        let folder = std::env::var_os("INTEGRATOR_TEST_RABBITMQ_DIR").map(PathBuf::from);
        Self { uri, node: folder.map(|folder| Node { folder, _owned: None }) }
    }

    /// A broker that runs at this address and is only used.
    pub(crate) fn at(uri: &str) -> Self {
        Self { uri: uri.to_owned(), node: None }
    }

    /// A broker of one's own that runs.
    pub(crate) async fn private() -> Self {
        let broker = Self::prepared().await;
        broker.control(&["start"]).await;
        broker
    }

    /// The same with its management interface, and the address of that.
    pub(crate) async fn private_managed() -> (Self, String) {
        let broker = Self::prepared().await;
        let port = free_port();
        let folder = &broker.node.as_ref().expect("it is of this test").folder;
        let more = format!("management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {port}\n");
        let configuration = std::fs::read_to_string(folder.join("rabbitmq.conf")).expect("it is prepared");
        std::fs::write(folder.join("rabbitmq.conf"), configuration + &more).expect("the folder is ours");
        std::fs::write(folder.join("enabled_plugins"), "[rabbitmq_management].\n")
            .expect("the folder is ours");
        broker.control(&["start"]).await;
        (broker, format!("http://guest:guest@127.0.0.1:{port}"))
    }

    /// A broker of one's own that does not run yet.
    async fn prepared() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the node");
        let prepare =
            Command::new(sibling("xtask")).args(["rabbitmq", "prepare"]).arg(folder.path()).output().await;
        let output = prepare.expect("xtask can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let uri = String::from_utf8(output.stdout).expect("an address").trim().to_owned();
        let node = Node { folder: folder.path().to_owned(), _owned: Some(OwnNode(folder)) };
        Self { uri, node: Some(node) }
    }

    /// Where clients connect.
    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    /// Whether the control script is at hand.
    pub(crate) fn can_be_controlled(&self) -> bool {
        self.node.is_some()
    }

    /// Calls the node's control script (`start`, `stop`, `ctl …`).
    pub(crate) async fn control(&self, arguments: &[&str]) {
        let node = self.node.as_ref().expect("the broker is not one of the tests");
        let mut command = Command::new(node.folder.join("control"));
        command.args(arguments).stdin(Stdio::null());
        let output = within("the broker's control script ends", command.output()).await;
        let output = output.expect("the control script can be started");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "control {arguments:?}: {errors}");
    }

    /// The same broker as another user. Keeps whoever made the node its owner.
    pub(crate) fn into_user(self, user: &str, password: &str) -> Self {
        Self { uri: self.uri_of(user, password), ..self }
    }

    /// Where another user connects.
    pub(crate) fn uri_of(&self, user: &str, password: &str) -> String {
        let (_, place) = self.uri.split_once('@').expect("the address has a user");
        format!("amqp://{user}:{password}@{place}")
    }

    /// What stands for `rabbitmqctl` in a shell.
    pub(crate) fn control_line(&self) -> String {
        let node = self.node.as_ref().expect("the broker is not one of the tests");
        format!("{} ctl", node.folder.join("control").display())
    }

    /// A plain connection, for what tills do not do.
    pub(crate) async fn connect(&self) -> Connection {
        let connecting = Connection::connect(&self.uri, ConnectionProperties::default());
        within("the broker is reached", connecting).await.expect("the broker is there")
    }

    /// How many messages are ready in a queue.
    pub(crate) async fn waiting(&self, queue: &str) -> u32 {
        let connection = self.connect().await;
        let channel = connection.create_channel().await.expect("a channel");
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let declared = channel.queue_declare(queue.into(), options, FieldTable::default()).await;
        let count = declared.expect("the queue is there").message_count();
        let _ = connection.close(200, "counted".into()).await;
        count
    }

    /// Removes what a service and its registers declared under a prefix.
    pub(crate) async fn tidy(&self, prefix: &str, registers: &[String]) {
        let connection = self.connect().await;
        let channel = connection.create_channel().await.expect("a channel");
        let own = ["q.pay", "q.control", "q.refund", "unrouted", "expired", "dead"].map(str::to_owned);
        for name in own.iter().chain(registers) {
            let queue = format!("{prefix}.{name}");
            let _ = channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await;
        }
        for name in ["command", "event", "unrouted", "expired", "dead"] {
            let exchange = format!("{prefix}.{name}");
            let _ = channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default()).await;
        }
        let _ = connection.close(200, "tidied".into()).await;
    }
}
