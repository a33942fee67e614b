//! Where the broker is, and which register this is.

use std::time::Duration;

use lapin::uri::AMQPUri;
use payment::{InvalidName, RegisterId, StoreId};
use secrecy::{ExposeSecret, SecretString};

/// A lost broker is noticed after twice this, in seconds, unless the address says otherwise.
const HEARTBEAT_S: u16 = 10;

/// How a register connects. Made by [`Options::new`].
#[derive(Debug, Clone)]
pub struct Options {
    /// `amqp://user:password@host:port/vhost` or `amqps://…`.
    pub uri: SecretString,
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
    /// What the names of exchanges and queues begin with: as the service is set.
    pub prefix: String,
    /// How many events are in hand at once.
    pub prefetch: u16,
    /// How long [`connect`](super::AmqpRegister::connect) tries before it gives up.
    pub connect_within: Duration,
    /// How long the broker may take to confirm a command before the connection counts as lost.
    pub publish_timeout: Duration,
    /// After so much silence [`ask`](super::AmqpRegister::ask) sends again (contract.md §3: 5 s).
    pub answer_patience: Duration,
}

/// Why a register can't connect.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// The address can't be read. It is not repeated: it holds a password.
    #[error("the broker's address can't be read: write amqp://user:password@host:port/%2f")]
    Address,
    /// The service is there and does not want to talk: the key is wrong, or the register is not set up.
    #[error("the service refuses: {0}")]
    Refused(String),
    /// A name can't exist.
    #[error("{0}")]
    Name(#[from] InvalidName),
    /// The broker was not reached, or had not what is needed.
    #[error("no connection within {within_s} s: {reason}")]
    NotConnected {
        /// How long it was tried, in seconds.
        within_s: u64,
        /// What the last try met.
        reason: String,
    },
}

impl Options {
    /// The usual ways of a register.
    pub fn new(uri: SecretString, store: &str, register: &str) -> Result<Self, TillError> {
        Ok(Self {
            uri,
            store: StoreId::parse(store)?,
            register: RegisterId::parse(register)?,
            prefix: "checkout".to_owned(),
            prefetch: 16,
            connect_within: Duration::from_secs(15),
            publish_timeout: Duration::from_secs(10),
            answer_patience: Duration::from_secs(5),
        })
    }

    /// The register's own queue.
    pub fn queue(&self) -> String {
        format!("{}.till.{}.{}", self.prefix, self.store, self.register)
    }

    /// Where commands go.
    pub fn command_exchange(&self) -> String {
        format!("{}.command", self.prefix)
    }

    /// Where events come from.
    pub fn event_exchange(&self) -> String {
        format!("{}.event", self.prefix)
    }

    /// What the register's queue is bound with: all events of this register.
    pub fn binding(&self) -> String {
        format!("v1.{}.{}.#", self.store, self.register)
    }

    /// The routing key of a command.
    pub fn command_key(&self, verb: &str) -> String {
        format!("v1.{}.{}.{verb}", self.store, self.register)
    }

    /// The address for the client library, with the password.
    pub(super) fn address(&self) -> Result<AMQPUri, TillError> {
        let mut uri: AMQPUri = self.uri.expose_secret().parse().map_err(|_| TillError::Address)?;
        if uri.vhost.is_empty() {
            return Err(TillError::Address); // a slash at the end means a virtual host without a name
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        Ok(uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(uri: &str) -> Options {
        Options::new(uri.into(), "17", "3").unwrap()
    }

    #[test]
    fn names_are_those_of_the_contract() {
        let options = options("amqp://broker/%2f");
        assert_eq!(options.queue(), "checkout.till.17.3");
        assert_eq!(options.command_exchange(), "checkout.command");
        assert_eq!(options.event_exchange(), "checkout.event");
        assert_eq!(options.binding(), "v1.17.3.#");
        assert_eq!(options.command_key("pay"), "v1.17.3.pay");
    }

    #[test]
    fn addresses_that_mean_something_else_are_refused_without_being_repeated() {
        for text in ["", "broker", "http://u:secret@h", "amqp://u:secret@h/"] {
            let error = options(text).address().unwrap_err();
            assert!(matches!(error, TillError::Address) && !error.to_string().contains("secret"), "{text}");
        }
        assert_eq!(options("amqp://u:secret@h").address().unwrap().query.heartbeat, Some(HEARTBEAT_S));
    }

    #[test]
    fn names_that_cannot_exist_are_refused() {
        for (store, register) in [("17.1", "3"), ("", "3"), ("17", "*")] {
            assert!(matches!(Options::new("amqp://h/%2f".into(), store, register), Err(TillError::Name(_))));
        }
    }
}
