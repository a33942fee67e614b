//! One channel in confirm mode with many messages in flight.
//!
//! One task owns the channel: the library numbers a publishing in one step and queues its frames in the next, so two tasks
//! that publish at once could swap their confirmations.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use engine::ports::Delivery;
use lapin::message::BasicReturnMessage;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::desk::{Desk, Fate, MessageKey, Word};
use super::post::Parcel;
use crate::message::Message;
use crate::wire::{self, Link};

/// A channel and what is out on it.
pub(crate) struct Lane {
    channel: Channel,
    desk: Desk<Flight>,
    room: usize,
    /// How long the broker's word may take.
    patience: Duration,
}

/// Why a lane ended.
pub(crate) enum End {
    /// It was stopped, and all that was handed in has its fate.
    Stopped,
    /// The broker's word on something is overdue. The lane takes no more; what is out may still be heard.
    Overdue(Lane),
    /// The channel is closed. Who waited has been told.
    Closed(lapin::Error),
}

/// A message that is out.
struct Flight {
    confirmation: Confirming,
    sender: Option<oneshot::Sender<Delivery>>,
    since: Instant,
}

type Confirming = Pin<Box<dyn Future<Output = lapin::Result<Confirmation>> + Send>>;

impl Lane {
    /// Opens a channel for at most `room` messages in flight.
    pub(crate) async fn open(link: &Link, room: usize, patience: Duration) -> lapin::Result<Self> {
        let channel = link.channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { channel, desk: Desk::new(), room, patience })
    }

    /// Sends what is handed in, until stopped or broken. While the broker blocks the connection nothing is begun: it would
    /// arrive long after its sender has given up, and again.
    pub(crate) async fn run(
        mut self,
        parcels: &mut mpsc::Receiver<Parcel>,
        mut blocked: watch::Receiver<Option<String>>,
        stop: &CancellationToken,
    ) -> End {
        let mut batch = Vec::new();
        loop {
            let is_blocked = blocked.borrow_and_update().is_some();
            let room = self.room.saturating_sub(self.desk.len());
            let overdue = self.desk.oldest().map(|flight| flight.since + self.patience);
            tokio::select! {
                biased;
                heard = self.hear(), if self.desk.len() > 0 => if let Err(error) = heard {
                    return End::Closed(error);
                },
                () = sleep_until(overdue.unwrap_or_else(Instant::now)), if overdue.is_some() && !is_blocked => {
                    return End::Overdue(self);
                }
                () = stop.cancelled(), if !parcels.is_closed() => parcels.close(),
                count = parcels.recv_many(&mut batch, room), if room > 0 && !is_blocked => {
                    if count == 0 && self.desk.len() == 0 {
                        return End::Stopped;
                    }
                    if count == 0 {
                        return self.finish().await;
                    }
                    batch.drain(..).for_each(|parcel| self.launch(parcel));
                }
                _ = blocked.changed() => {}
            }
        }
    }

    /// Waits for what is out, each for no longer than its patience.
    pub(crate) async fn finish(mut self) -> End {
        while let Some(oldest) = self.desk.oldest() {
            let overdue = oldest.since + self.patience * 2;
            tokio::select! {
                biased;
                heard = self.hear() => if let Err(error) = heard { return End::Closed(error) },
                () = sleep_until(overdue) => break,
            }
        }
        // Whoever still waits is told by the end of the flight.
        let _ = wire::answered(self.patience, self.channel.close(200, "done".into())).await;
        End::Stopped
    }

    fn launch(&mut self, parcel: Parcel) {
        if parcel.is_withdrawn() {
            return;
        }
        let Parcel { message, sender } = parcel;
        let key = key_of(&message.key, &message.properties);
        let confirmation = Box::pin(publish(self.channel.clone(), message));
        self.desk.add(key, Flight { confirmation, sender, since: Instant::now() });
    }

    /// Ready when somebody was told, or the channel is closed. The first poll of a flight sends it, so this is also what
    /// sends, in the order of launching.
    async fn hear(&mut self) -> lapin::Result<()> {
        poll_fn(|context| self.poll_hear(context)).await
    }

    fn poll_hear(&mut self, context: &mut Context<'_>) -> Poll<lapin::Result<()>> {
        self.desk.hear(|flight| flight.listen(context))?;
        let settled = self.desk.settle();
        if settled.is_empty() {
            return Poll::Pending;
        }
        for (flight, fate) in settled {
            flight.tell(fate);
        }
        Poll::Ready(Ok(()))
    }
}

impl Flight {
    fn listen(&mut self, context: &mut Context<'_>) -> Option<lapin::Result<Word>> {
        let Poll::Ready(confirmation) = self.confirmation.as_mut().poll(context) else { return None };
        Some(confirmation.map(|confirmation| Word {
            is_positive: confirmation.is_ack(),
            returned: confirmation.take_message().map(|message| key_of_returned(&message)),
        }))
    }

    /// The sender may have given up.
    fn tell(self, fate: Fate) {
        let delivery = match fate {
            Fate::Taken => Delivery::Confirmed,
            Fate::Returned => Delivery::Unroutable,
            Fate::Refused => Delivery::Failed("RabbitMQ refused it".into()),
        };
        if let Some(sender) = self.sender {
            let _ = sender.send(delivery);
        }
    }
}

async fn publish(channel: Channel, message: Message) -> lapin::Result<Confirmation> {
    let Message { exchange, key, is_mandatory, properties, body } = message;
    let options = BasicPublishOptions { mandatory: is_mandatory, ..Default::default() };
    channel.basic_publish(exchange, key, options, &body, properties).await?.await
}

fn key_of_returned(message: &BasicReturnMessage) -> MessageKey {
    key_of(&message.delivery.routing_key, &message.delivery.properties)
}

fn key_of(routing_key: &ShortString, properties: &BasicProperties) -> MessageKey {
    MessageKey {
        routing_key: routing_key.to_string(),
        message_id: properties.message_id().as_ref().map(ToString::to_string),
    }
}
