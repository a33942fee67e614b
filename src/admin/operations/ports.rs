//! What the pages of operations ask of the process that they are in.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use engine::BankCondition;
use tokio_util::sync::CancellationToken;

/// What the pages of operations work with.
#[derive(Clone)]
pub struct Operations {
    /// The dead letters; `None`: the service runs without a broker.
    pub letters: Option<Arc<dyn Letters>>,
    /// How the parts of this process are.
    pub watch: Arc<dyn Watch>,
    /// The end of the service: what pages still listen to ends with it.
    pub stop: CancellationToken,
}

/// The messages that nobody could read or answer.
#[async_trait]
pub trait Letters: Send + Sync + 'static {
    /// The oldest ones, at most `limit`. They stay where they are. The error says what to do.
    async fn list(&self, limit: usize) -> Result<Vec<Letter>, String>;

    /// Sends those of the oldest `limit` that are wanted to the service once more; returns how many. The error tells why it
    /// ended early; those that were sent before stay sent.
    async fn replay(&self, limit: usize, wanted: Wanted) -> Result<usize, String>;
}

/// Which dead letters are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// These, by their ids.
    These(BTreeSet<String>),
}

/// A message that nobody could read or answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Names it: the same at each look.
    pub id: String,
    /// Its routing key, such as `v1.17.3.pay`.
    pub routing_key: String,
    /// Why it is here, in a sentence.
    pub reason: String,
    /// Since when, RFC 3339; `None`: the broker put it here.
    pub dead_at: Option<String>,
    /// It was too long, and only its beginning was kept: it can't be sent again.
    pub is_cut: bool,
    /// What was sent.
    pub body: Vec<u8>,
}

/// How the parts of this process are.
pub trait Watch: Send + Sync + 'static {
    /// The broker; `None`: the service runs without one.
    fn broker(&self) -> Option<BrokerCondition>;

    /// How the authorization servers are called.
    fn banks(&self) -> Vec<BankCondition>;

    /// The version of the program.
    fn version(&self) -> String;
}

/// How the connections to the broker are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrokerCondition {
    /// Commands are taken and events can go out.
    pub is_ready: bool,
    /// The broker takes no messages: it is short of memory or disk. In its words.
    pub blocked: Option<String>,
    /// Why a connection or channel is down, without the password.
    pub last_error: Option<String>,
    /// Where its exchanges, queues or bindings differ from what is needed, and what to do.
    pub findings: Vec<String>,
    /// Commands that came since the start.
    pub received: u64,
    /// Events that the broker confirmed since the start.
    pub confirmed: u64,
    /// Messages that were put among the dead letters since the start.
    pub dead_lettered: u64,
}
