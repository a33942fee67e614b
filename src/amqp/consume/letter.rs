//! A received message, as plain data: what the engine gets of it, and what is published of it again.

use engine::doors::Incoming;
use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use payment::Timestamp;
use tokio::time::{Duration, Instant};

use super::death;
use super::headers::{self, DEATHS, text};
use super::role::Role;
use crate::key::CommandKey;
use crate::message::{Message, PERSISTENT};
use crate::names::Names;

/// What is kept of a body: a byte more than the engine takes (contract.md: 64 KiB), so that it still sees that there is too
/// much. The broker lets 16 to 128 MiB through.
const KEPT: usize = 64 * 1024 + 1;
/// What is kept of a reason. Headers must fit into a frame.
const LONGEST_REASON: usize = 1000;

/// A message in hand.
#[derive(Debug)]
pub(crate) struct Letter {
    exchange: ShortString,
    routing_key: ShortString,
    properties: BasicProperties,
    body: Vec<u8>,
    /// The body's length before it was cut.
    length: usize,
    since: Instant,
}

impl Letter {
    /// Takes over what matters of a delivery, and lets go of what is too long.
    pub(crate) fn new(delivery: Delivery) -> Self {
        let Delivery { exchange, routing_key, properties, mut data, .. } = delivery;
        let length = data.len();
        data.truncate(KEPT);
        data.shrink_to_fit();
        Self { exchange, routing_key, properties, body: data, length, since: Instant::now() }
    }

    /// For how long it has been in hand.
    pub(crate) fn held(&self) -> Duration {
        self.since.elapsed()
    }

    /// What the engine gets, or why nobody can answer it.
    pub(crate) fn read(&self, role: Role) -> Result<Incoming, String> {
        if role == Role::Expired {
            match death::reason(&self.properties) {
                Some(reason) if reason != death::EXPIRED => return Err(reason),
                _ => {}
            }
        }
        let Some(key) = CommandKey::read(self.routing_key.as_str()) else {
            return Err("the routing key is not v1.<store>.<register>.<verb>".into());
        };
        let text = |property: &Option<ShortString>| property.as_ref().map(ToString::to_string);
        Ok(Incoming {
            version: key.version.into(),
            store: key.store.into(),
            register: key.register.into(),
            verb: key.verb.into(),
            body: self.body.clone(),
            content_type: text(self.properties.content_type()),
            message_id: text(self.properties.message_id()),
            reply_to: text(self.properties.reply_to()),
            is_stale: role.makes_stale(),
        })
    }

    /// The message for the dead letters.
    pub(crate) fn dead(&self, names: &Names, role: Role, reason: &str, at: Timestamp) -> Message {
        let mut headers = headers::kept(&self.properties);
        let mut put = |name: &str, value: AMQPValue| {
            headers.insert(name.into(), value);
        };
        put("x-reason", text(cut(reason, LONGEST_REASON)));
        put("x-exchange", text(self.exchange.as_str()));
        put("x-queue", text(role.queue(names).as_str()));
        put("x-dead-at", text(&at.to_string()));
        if self.length > self.body.len() {
            put("x-body-bytes", AMQPValue::LongLongInt(i64::try_from(self.length).unwrap_or(i64::MAX)));
        }
        self.again(names.dead.clone(), headers)
    }

    /// A fresh copy, which starts its life with the broker anew.
    pub(crate) fn renewed(&self, names: &Names, role: Role) -> Message {
        // Where it has been is for the broker to write.
        let headers = headers::without(DEATHS, &headers::kept(&self.properties));
        self.again(role.renewal(names).clone(), headers)
    }

    fn again(&self, exchange: ShortString, headers: FieldTable) -> Message {
        let mut properties = BasicProperties::default().with_headers(headers).with_delivery_mode(PERSISTENT);
        macro_rules! keep {
            ($($get:ident $with:ident)*) => {$(
                if let Some(value) = self.properties.$get().clone() {
                    properties = properties.$with(value);
                }
            )*};
        }
        keep! {
            content_type with_content_type
            content_encoding with_content_encoding
            correlation_id with_correlation_id
            message_id with_message_id
            reply_to with_reply_to
            timestamp with_timestamp
            kind with_type
            app_id with_app_id
        }
        let (key, body) = (self.routing_key.clone(), self.body.clone());
        Message { exchange, key, is_mandatory: true, properties, body }
    }
}

/// The longest beginning that is not longer than `longest` bytes.
fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

#[cfg(test)]
mod tests;
