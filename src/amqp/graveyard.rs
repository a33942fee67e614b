//! The dead letters, for a person who looks at them and may send them once more.

mod letter;

use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicGetOptions, BasicNackOptions, BasicPublishOptions, ConfirmSelectOptions,
};
use tokio::time::Duration;

pub use letter::DeadLetter;
use letter::replay_of;

use crate::address::Address;
use crate::config::{Config, ConfigError};
use crate::message::Message;
use crate::names::Names;
use crate::wire::{Link, answered};

/// How long the broker may take for each answer.
const LIMIT: Duration = Duration::from_secs(10);

/// A look at the dead letters. They stay where they are until one is replayed; while somebody looks, nobody else sees those
/// that are looked at.
pub struct Graveyard {
    link: Link,
    channel: Channel,
    names: Names,
}

/// Why the dead letters could not be looked at, or one not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum GraveyardError {
    /// The configuration does not hold.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The broker can't be reached.
    #[error("RabbitMQ can't be reached: {0}")]
    Unreachable(String),
    /// The broker refused, or the connection broke. The letters are where they were.
    #[error(
        "RabbitMQ did not do it: {0}. The dead letters stay; was the service ever started with this prefix?"
    )]
    Refused(#[from] lapin::Error),
    /// No queue took the replayed letter: it stays among the dead.
    #[error("no queue took the dead letter {0}: start the service first, it makes the queues")]
    NotTaken(String),
    /// The letter can't be sent again.
    #[error("the dead letter {id} can't be replayed: {reason}")]
    NotReplayable {
        /// Which.
        id: String,
        /// Why.
        reason: String,
    },
}

impl Graveyard {
    /// Connects. Nothing is taken yet.
    pub async fn open(config: &Config) -> Result<Self, GraveyardError> {
        config.validate()?;
        let address = Address::parse(&config.uri)?;
        let link = Link::open(address.uri(), "integrator letters", LIMIT)
            .await
            .map_err(GraveyardError::Unreachable)?;
        let channel = answered(LIMIT, link.channel()).await?;
        answered(LIMIT, channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(Self { link, channel, names: Names::new(&config.prefix) })
    }

    /// The oldest dead letters, at most `limit`. They are put back.
    pub async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, GraveyardError> {
        let taken = self.take(limit).await?;
        let letters = taken.iter().map(DeadLetter::of).collect();
        self.put_back(taken.iter().map(|delivery| delivery.delivery_tag)).await?;
        Ok(letters)
    }

    /// Sends dead letters to the service once more, the oldest first: of the oldest `limit` those that are `wanted`. A pay
    /// is stale by now: it is answered so, and no bank is asked. Returns those that were taken over; they are gone from here.
    ///
    /// Ends at the first that can't be replayed: it stays, and so do those behind it.
    pub async fn replay(
        &self,
        limit: usize,
        wanted: impl Fn(&DeadLetter) -> bool,
    ) -> Result<Vec<DeadLetter>, GraveyardError> {
        let taken = self.take(limit).await?;
        let (mut replayed, mut kept, mut failure) = (Vec::new(), Vec::new(), None);
        for delivery in taken {
            let (tag, letter) = (delivery.delivery_tag, DeadLetter::of(&delivery));
            if failure.is_some() || !wanted(&letter) {
                kept.push(tag);
                continue;
            }
            match self.send(&letter, delivery).await {
                Ok(()) => replayed.push(letter),
                Err(error) => {
                    failure = Some(error);
                    kept.push(tag);
                }
            }
        }
        self.put_back(kept.into_iter()).await?;
        failure.map_or(Ok(replayed), Err)
    }

    /// Says goodbye.
    pub async fn close(self) {
        self.link.close().await;
    }

    async fn take(&self, limit: usize) -> Result<Vec<Delivery>, GraveyardError> {
        let mut taken = Vec::new();
        while taken.len() < limit {
            let next = self.channel.basic_get(self.names.dead.clone(), BasicGetOptions::default());
            match answered(LIMIT, next).await? {
                Some(message) => taken.push(message.delivery),
                None => break,
            }
        }
        Ok(taken)
    }

    async fn put_back(&self, tags: impl Iterator<Item = u64>) -> Result<(), GraveyardError> {
        for tag in tags {
            let options = BasicNackOptions { multiple: false, requeue: true };
            answered(LIMIT, self.channel.basic_nack(tag, options)).await?;
        }
        Ok(())
    }

    /// One at a time: what the broker says of it is then said of no other.
    async fn send(&self, letter: &DeadLetter, delivery: Delivery) -> Result<(), GraveyardError> {
        let tag = delivery.delivery_tag;
        let Message { exchange, key, is_mandatory, properties, body } =
            replay_of(letter, delivery, &self.names)?;
        let options = BasicPublishOptions { mandatory: is_mandatory, ..BasicPublishOptions::default() };
        let publishing =
            async { self.channel.basic_publish(exchange, key, options, &body, properties).await?.await };
        let word = answered(LIMIT, publishing).await?;
        if !word.is_ack() || word.take_message().is_some() {
            return Err(GraveyardError::NotTaken(letter.id.clone()));
        }
        answered(LIMIT, self.channel.basic_ack(tag, BasicAckOptions::default())).await?;
        Ok(())
    }
}
