//! What goes out.

use lapin::BasicProperties;
use lapin::types::ShortString;
use payment::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::options::Options;

/// Survives a restart of the broker.
const PERSISTENT: u8 = 2;

/// A command that the broker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message id of the try that was confirmed.
    pub message_id: Option<String>,
    /// When that try went out.
    pub sent_at: Timestamp,
    /// When the broker confirmed it.
    pub confirmed_at: Timestamp,
}

/// Why a command did not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No queue takes it, and none takes what is unrouted.
    #[error("the broker returned it: no queue takes {0}")]
    Unroutable(String),
    /// The broker refuses it and would again.
    #[error("the broker refused it: {0}")]
    Refused(String),
    /// A name or property is longer than AMQP allows.
    #[error("AMQP has no room for {0}")]
    TooLong(&'static str),
    /// The register was closed.
    #[error("the register is closed")]
    Closed,
}

/// A message to `checkout.command` with anything in it: what a broken or hostile till might send. Sent at most once.
#[derive(Debug, Clone)]
pub struct RawMessage {
    /// The routing key, such as `v1.17.3.pay`.
    pub routing_key: String,
    /// The properties, all of them.
    pub properties: BasicProperties,
    /// The body.
    pub body: Vec<u8>,
}

/// Something on its way out, with the one who waits for its fate.
pub(super) struct Letter {
    pub(super) content: Content,
    pub(super) fate: oneshot::Sender<Result<Sent, SendError>>,
}

/// What is sent: a command, again and again until it is confirmed, or raw bytes once.
pub(super) enum Content {
    Command { verb: String, operation: Option<String>, body: Vec<u8> },
    Raw(Box<RawMessage>),
}

/// One try.
pub(super) struct Message {
    pub(super) routing_key: ShortString,
    pub(super) properties: BasicProperties,
    pub(super) body: Vec<u8>,
}

impl Content {
    /// A command with the operation of its body, if it has one.
    pub(super) fn command(verb: &str, body: &Value) -> Self {
        let operation = body.get("operation").and_then(Value::as_str).map(str::to_owned);
        Self::Command { verb: verb.to_owned(), operation, body: body.to_string().into_bytes() }
    }

    /// Whether it is sent again when its fate is not known.
    pub(super) fn is_repeated(&self) -> bool {
        matches!(self, Self::Command { .. })
    }

    /// The next try, with a message id of its own.
    pub(super) fn message(&self, options: &Options) -> Result<Message, SendError> {
        match self {
            Self::Command { verb, operation, body } => Ok(Message {
                routing_key: short(&options.command_key(verb), "the verb")?,
                properties: properties(operation.as_deref()),
                body: body.clone(),
            }),
            Self::Raw(raw) => Ok(Message {
                routing_key: short(&raw.routing_key, "the routing key")?,
                properties: raw.properties.clone(),
                body: raw.body.clone(),
            }),
        }
    }
}

impl Message {
    pub(super) fn message_id(&self) -> Option<String> {
        self.properties.message_id().as_ref().map(ToString::to_string)
    }
}

/// The properties of contract.md §1. An operation longer than AMQP allows is left to the body.
fn properties(operation: Option<&str>) -> BasicProperties {
    let message_id = Uuid::now_v7().simple().to_string();
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_message_id(message_id.into())
        .with_delivery_mode(PERSISTENT);
    match operation.and_then(|operation| ShortString::try_new(operation).ok()) {
        Some(operation) => properties.with_correlation_id(operation),
        None => properties,
    }
}

fn short(text: &str, what: &'static str) -> Result<ShortString, SendError> {
    ShortString::try_new(text).map_err(|_| SendError::TooLong(what))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn options() -> Options {
        Options::new("amqp://broker/%2f".into(), "17", "3").unwrap()
    }

    #[test]
    fn a_command_goes_out_as_the_contract_says_with_another_id_each_time() {
        let content = Content::command("pay", &json!({"operation": "17-3-1", "amount": 5}));
        let (first, second) = (content.message(&options()).unwrap(), content.message(&options()).unwrap());
        assert_eq!(first.routing_key.as_str(), "v1.17.3.pay");
        assert_eq!(first.properties.content_type().as_ref().unwrap().as_str(), "application/json");
        assert_eq!(first.properties.correlation_id().as_ref().unwrap().as_str(), "17-3-1");
        assert_eq!(first.properties.delivery_mode(), &Some(PERSISTENT));
        assert_eq!(first.body, second.body);
        assert_ne!(first.message_id(), second.message_id());
        assert!(content.is_repeated());
    }

    #[test]
    fn a_command_without_an_operation_has_no_correlation() {
        let message = Content::command("get", &json!({})).message(&options()).unwrap();
        assert_eq!(message.properties.correlation_id(), &None);
        let long = json!({"operation": "😀".repeat(64)});
        let message = Content::command("get", &long).message(&options()).unwrap();
        assert_eq!(message.properties.correlation_id(), &None);
    }

    #[test]
    fn raw_bytes_go_out_as_they_are_and_once() {
        let properties = BasicProperties::default().with_content_type("text/plain".into());
        let raw = RawMessage { routing_key: "v9.x".into(), properties: properties.clone(), body: vec![0xFF] };
        let content = Content::Raw(Box::new(raw));
        let message = content.message(&options()).unwrap();
        assert_eq!(message.routing_key.as_str(), "v9.x");
        assert_eq!((message.properties, message.body), (properties, vec![0xFF]));
        assert!(!content.is_repeated());
        let long =
            RawMessage { routing_key: "x".repeat(256), properties: BasicProperties::default(), body: vec![] };
        assert!(matches!(Content::Raw(Box::new(long)).message(&options()), Err(SendError::TooLong(_))));
    }
}
