//! One way to talk over either transport: commands out, what is heard in.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::mpsc;

use super::command::SendError;

/// What carries a register's commands to the service.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Hands a command over, again and again until the other side has it. Returns the id by which answers name it
    /// (`in_reply_to`). Whoever stops waiting has given it up: it may or may not have been sent.
    async fn send(&self, verb: &str, body: &Value) -> Result<String, SendError>;

    /// Whether the other side can be reached now.
    fn is_connected(&self) -> bool;

    /// Lets go, so that nothing that was taken over gets lost.
    async fn close(&self);
}

/// What a register hears.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// An event of the contract, as it came.
    Event(Arc<Value>),
    /// A command is on the other side; answers name this id.
    Sent(String),
    /// A command can't be sent, and trying again would not help.
    NotSent(SendError),
}

/// A register's talk with the service.
#[derive(Debug)]
pub struct Talk {
    transport: Arc<dyn Transport>,
    ear: mpsc::UnboundedSender<Heard>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl Talk {
    /// A talk over a transport whose events come through the second half of `ear`.
    pub(super) fn over(
        transport: Arc<dyn Transport>,
        (ear, heard): (mpsc::UnboundedSender<Heard>, mpsc::UnboundedReceiver<Heard>),
    ) -> Self {
        Self { transport, ear, heard }
    }

    /// Sends a command in the background; what becomes of it is heard.
    pub fn say(&self, verb: &str, body: Value) {
        let (transport, ear, verb) = (Arc::clone(&self.transport), self.ear.clone(), verb.to_owned());
        tokio::spawn(async move {
            let heard = match transport.send(&verb, &body).await {
                Ok(id) => Heard::Sent(id),
                Err(error) => Heard::NotSent(error),
            };
            // Nobody listens any more: then nobody wants to know.
            let _ = ear.send(heard);
        });
    }

    /// What is heard next. Waits for ever; stopping to wait loses nothing.
    pub async fn hear(&mut self) -> Heard {
        match self.heard.recv().await {
            Some(heard) => heard,
            None => std::future::pending().await,
        }
    }

    /// Whether the other side can be reached now.
    pub fn is_connected(&self) -> bool {
        self.transport.is_connected()
    }

    /// Ends the talk.
    pub async fn close(self) {
        self.transport.close().await;
    }
}
