//! Sending: one message at a time, each until its fate is known.

use std::sync::Arc;

use engine::ports::Clock;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::{Channel, Confirmation, Connection, ErrorKind};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::command::{Letter, Message, SendError, Sent};
use super::options::Options;

/// What waits to go out, over all connections.
pub(super) struct Post {
    letters: mpsc::Receiver<Letter>,
    /// The one whose fate is not known yet.
    current: Option<Letter>,
    options: Arc<Options>,
    clock: Arc<dyn Clock>,
}

/// What became of one try.
enum Try {
    Confirmed(Sent),
    /// Told to the sender, never tried again.
    Final(SendError),
    /// Not known: tried again on a new connection.
    Lost(String),
}

impl Post {
    pub(super) fn new(letters: mpsc::Receiver<Letter>, options: Arc<Options>, clock: Arc<dyn Clock>) -> Self {
        Self { letters, current: None, options, clock }
    }

    /// A channel in confirm mode.
    ///
    /// The library hands a returned message to any confirmation that is outstanding; with one at a time that is the right
    /// one.
    pub(super) async fn open(connection: &Connection) -> lapin::Result<Channel> {
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(channel)
    }

    /// Sends what is handed in until the channel is of no use any more; says why.
    pub(super) async fn send_all(&mut self, channel: &Channel) -> String {
        loop {
            let letter = match self.current.take() {
                Some(letter) => letter,
                None => match self.letters.recv().await {
                    Some(letter) => letter,
                    None => return "the register is closed".to_owned(),
                },
            };
            if letter.fate.is_closed() {
                continue; // its sender has stopped waiting
            }
            let message = match letter.content.message(&self.options) {
                Ok(message) => message,
                Err(error) => {
                    tell(letter, Err(error));
                    continue;
                }
            };
            // Kept here meanwhile, so that a connection that ends in the middle loses nothing.
            self.current = Some(letter);
            let outcome = self.try_once(channel, message).await;
            let Some(letter) = self.current.take() else { continue };
            match outcome {
                Try::Confirmed(sent) => tell(letter, Ok(sent)),
                Try::Final(error) => tell(letter, Err(error)),
                Try::Lost(reason) if letter.content.is_repeated() => {
                    self.current = Some(letter);
                    return reason;
                }
                Try::Lost(reason) => {
                    tell(letter, Err(SendError::Refused(reason.clone())));
                    return reason;
                }
            }
        }
    }

    async fn try_once(&self, channel: &Channel, message: Message) -> Try {
        let message_id = message.message_id();
        let key = message.routing_key.to_string();
        let sent_at = self.clock.now();
        let published = timeout(self.options.publish_timeout, publish(channel, &self.options, message)).await;
        match published {
            Ok(Ok(Confirmation::Ack(None))) => {
                Try::Confirmed(Sent { message_id, sent_at, confirmed_at: self.clock.now() })
            }
            Ok(Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)))) => {
                Try::Final(SendError::Unroutable(key))
            }
            Ok(Ok(_)) => Try::Lost("the broker failed on a command".to_owned()),
            Ok(Err(error)) if is_refusal(&error) => Try::Final(SendError::Refused(error.to_string())),
            Ok(Err(error)) => Try::Lost(error.to_string()),
            Err(_) => Try::Lost(format!("no confirmation within {:?}", self.options.publish_timeout)),
        }
    }
}

/// Whether the broker would say so again. An exchange that is not there may come: the service makes it.
fn is_refusal(error: &lapin::Error) -> bool {
    let ErrorKind::ProtocolError(error) = error.kind() else { return false };
    matches!(
        error.kind(),
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED | AMQPSoftError::PRECONDITIONFAILED)
    )
}

async fn publish(channel: &Channel, options: &Options, message: Message) -> lapin::Result<Confirmation> {
    let Message { routing_key, properties, body } = message;
    let flags = BasicPublishOptions { mandatory: true, ..Default::default() };
    let exchange = options.command_exchange().into();
    channel.basic_publish(exchange, routing_key, flags, &body, properties).await?.await
}

/// The sender may have stopped waiting.
fn tell(letter: Letter, fate: Result<Sent, SendError>) {
    let _ = letter.fate.send(fate);
}
