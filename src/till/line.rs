//! The connection: brought up again and again, for ever.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::Clock;
use futures_util::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicQosOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties, Consumer};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::event::Event;
use super::inbox::Inbox;
use super::options::Options;
use super::post::Post;
use super::seen::Seen;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long a connection with all that is needed on it may take to come up.
const OPEN_WITHIN: Duration = Duration::from_secs(10);
const GOODBYE: Duration = Duration::from_secs(2);

/// How the connection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LinkState {
    Up,
    Down(String),
}

/// The task that holds the connection.
pub(super) struct Line {
    pub(super) options: Arc<Options>,
    pub(super) address: AMQPUri,
    pub(super) inbox: Arc<Inbox>,
    pub(super) post: Post,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) state: watch::Sender<LinkState>,
    pub(super) stop: CancellationToken,
    pub(super) seen: Seen,
}

/// A connection with all that a register needs.
struct Link {
    connection: Connection,
    consumer: Consumer,
    commands: Channel,
}

impl Line {
    /// Runs until stopped.
    pub(super) async fn run(mut self) {
        let stop = self.stop.clone();
        let mut pause = FIRST_PAUSE;
        while !stop.is_cancelled() {
            let reason = match stop.run_until_cancelled(self.open()).await {
                None => return,
                Some(Err(reason)) => reason,
                Some(Ok(link)) => {
                    pause = FIRST_PAUSE;
                    self.state.send_replace(LinkState::Up);
                    match self.live(link).await {
                        Some(reason) => reason,
                        None => return,
                    }
                }
            };
            tracing::debug!(queue = self.options.queue(), reason, "the register has no connection");
            self.state.send_replace(LinkState::Down(reason));
            stop.run_until_cancelled(sleep(jittered(pause))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn open(&self) -> Result<Link, String> {
        match timeout(OPEN_WITHIN, Link::open(&self.options, self.address.clone())).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {OPEN_WITHIN:?}")),
        }
    }

    /// Takes events and sends commands until the connection is lost; says why. `None` when stopped.
    async fn live(&mut self, link: Link) -> Option<String> {
        let Self { post, inbox, clock, seen, stop, .. } = self;
        let Link { connection, consumer, commands } = link;
        let reason = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            reason = take(consumer, inbox, seen, clock.as_ref()) => Some(reason),
            reason = post.send_all(&commands) => Some(reason),
        };
        // A connection that was lost says no goodbye; neither matters here.
        let _ = timeout(GOODBYE, connection.close(200, "done".into())).await;
        reason
    }
}

impl Link {
    /// Connects, makes the register's queue, binds it, consumes it, and only then opens the way of commands.
    async fn open(options: &Options, address: AMQPUri) -> lapin::Result<Self> {
        let name = format!("till {}.{}", options.store, options.register);
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let connection = Connection::connect_uri(address, properties).await?;
        let channel = connection.create_channel().await?;
        let queue = options.queue();
        declare(&channel, options).await?;
        channel.basic_qos(options.prefetch, BasicQosOptions { global: false }).await?;
        let (flags, none) = (BasicConsumeOptions::default(), FieldTable::default());
        let consumer = channel.basic_consume(queue.into(), "".into(), flags, none).await?;
        let commands = Post::open(&connection).await?;
        Ok(Self { connection, consumer, commands })
    }
}

/// Makes the register's queue and binds it (contract.md §1).
async fn declare(channel: &Channel, options: &Options) -> lapin::Result<()> {
    let queue = options.queue();
    let durable = QueueDeclareOptions { durable: true, ..Default::default() };
    channel.queue_declare(queue.clone().into(), durable, FieldTable::default()).await?;
    let (event, binding) = (options.event_exchange(), options.binding());
    let (flags, none) = (QueueBindOptions::default(), FieldTable::default());
    channel.queue_bind(queue.into(), event.into(), binding.into(), flags, none).await
}

/// Makes and binds a register's queue without consuming it, and lets the connection go.
pub(super) async fn declare_only(options: &Options, address: AMQPUri) -> lapin::Result<()> {
    let connection = Connection::connect_uri(address, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    declare(&channel, options).await?;
    connection.close(200, "done".into()).await
}

/// Takes events until the consumer ends; says why. Each is acknowledged after the inbox has it.
async fn take(mut consumer: Consumer, inbox: &Inbox, seen: &mut Seen, clock: &dyn Clock) -> String {
    while let Some(delivery) = consumer.next().await {
        let delivery = match delivery {
            Ok(delivery) => delivery,
            Err(error) => return error.to_string(),
        };
        let event = Event::read(&delivery, clock.now());
        if event.message_id().is_none_or(|id| seen.note(id)) {
            inbox.put(event);
        } else {
            inbox.drop_one();
        }
        // A lost acknowledgement means a redelivery, which is dropped.
        let _ = delivery.acker.ack(BasicAckOptions::default()).await;
    }
    "the broker cancelled the consumer".to_owned()
}

/// The upper half of a pause, so that many registers do not come back in step.
fn jittered(pause: Duration) -> Duration {
    let half = pause / 2;
    let half_ms = u64::try_from(half.as_millis()).unwrap_or(1).max(1);
    let random = u64::try_from(Uuid::now_v7().as_u128() & u128::from(u32::MAX)).unwrap_or(0);
    half + Duration::from_millis(random % half_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_vary_within_their_upper_half() {
        for whole in [FIRST_PAUSE, LONGEST_PAUSE] {
            let pause = jittered(whole);
            assert!(pause >= whole / 2 && pause <= whole, "{pause:?} of {whole:?}");
        }
    }
}
