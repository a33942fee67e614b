//! Makes what the broker must have, or looks for it, and says in words where that fails.

use std::fmt;

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, ExchangeKind};
use tokio::time::{Duration, timeout};

use super::link::{Link, answered, is_refusal};
use super::topology::Object;

/// Asks the broker on throw-away channels: it closes a channel with each refusal.
pub(super) struct Clerk<'a> {
    link: &'a Link,
    channel: Option<Channel>,
    limit: Duration,
}

impl<'a> Clerk<'a> {
    /// `limit` is for each answer of the broker.
    pub(super) fn new(link: &'a Link, limit: Duration) -> Self {
        Self { link, channel: None, limit }
    }

    /// Makes the object if it is missing. Returns what is wrong with it; an error means that the connection is of no use.
    pub(super) async fn make(&mut self, object: &Object) -> lapin::Result<Option<String>> {
        let Some(refusal) = self.attempt(object, Looking::No).await? else { return Ok(None) };
        let is_there = match object {
            Object::Binding { .. } => false,
            _ => self.attempt(object, Looking::Only).await?.is_none(),
        };
        Ok(Some(if is_there {
            format!("is used as it is, but differs from what is needed: {refusal}. {}", cure(object))
        } else {
            format!("is missing and could not be made: {refusal}. Make it, or let this user configure it")
        }))
    }

    /// Looks whether the object is there, as [`make`](Self::make) does. A binding cannot be looked for.
    pub(super) async fn look(&mut self, object: &Object) -> lapin::Result<Option<String>> {
        if matches!(object, Object::Binding { .. }) {
            return Ok(None);
        }
        let refusal = self.attempt(object, Looking::Only).await?;
        Ok(refusal.map(|refusal| format!("is not there: {refusal}. Make it, or set declare = true")))
    }

    /// Returns the broker's refusal, if it refused.
    async fn attempt(&mut self, object: &Object, looking: Looking) -> lapin::Result<Option<String>> {
        let channel = match self.channel.take() {
            Some(channel) => channel,
            None => answered(self.limit, self.link.channel()).await?,
        };
        match timeout(self.limit, call(&channel, object, looking)).await {
            Ok(Ok(())) => {
                self.channel = Some(channel);
                Ok(None)
            }
            Ok(Err(error)) if is_refusal(&error) => Ok(Some(error.to_string())),
            Ok(Err(error)) => Err(error),
            // A queue that has lost its majority does not answer; other objects may.
            Err(_) => Ok(Some(format!("RabbitMQ did not answer within {} ms", self.limit.as_millis()))),
        }
    }

    pub(super) async fn close(self) {
        if let Some(channel) = self.channel {
            // It is done with; should this fail, the connection tells on its next use.
            let _ = answered(self.limit, channel.close(200, "done".into())).await;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Looking {
    Only,
    No,
}

async fn call(channel: &Channel, object: &Object, looking: Looking) -> lapin::Result<()> {
    let passive = looking == Looking::Only;
    match object {
        Object::Exchange { name, kind, arguments } => {
            let options = ExchangeDeclareOptions { passive, durable: true, ..Default::default() };
            channel.exchange_declare(name.clone(), kind.clone(), options, arguments.clone()).await
        }
        Object::Queue { name, arguments } => {
            let options = QueueDeclareOptions { passive, durable: true, ..Default::default() };
            channel.queue_declare(name.clone(), options, arguments.clone()).await.map(drop)
        }
        Object::Binding { queue, exchange, key } => {
            let names: [ShortString; 3] = [queue, exchange, key].map(Clone::clone);
            let [queue, exchange, key] = names;
            channel.queue_bind(queue, exchange, key, QueueBindOptions::default(), FieldTable::default()).await
        }
    }
}

fn cure(object: &Object) -> &'static str {
    match object {
        Object::Queue { .. } => {
            "Set the setting to what the queue has, or delete the queue when it is empty: it is made anew at once"
        }
        _ => "Delete it while no register sends: it is made anew at once",
    }
}

impl fmt::Display for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange { name, kind, .. } => write!(formatter, "{} exchange {name}", word(kind)),
            Self::Queue { name, .. } => write!(formatter, "queue {name}"),
            Self::Binding { queue, exchange, key } => {
                write!(
                    formatter,
                    "binding of queue {queue} to exchange {exchange} with key {key:?}",
                    key = key.as_str()
                )
            }
        }
    }
}

fn word(kind: &ExchangeKind) -> &str {
    match kind {
        ExchangeKind::Topic => "topic",
        ExchangeKind::Fanout => "fanout",
        _ => "other",
    }
}
