//! A dead letter as a person sees it, and as it is sent once more.

use std::fmt::Write;

use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::AMQPValue;
use sha2::{Digest, Sha256};

use super::GraveyardError;
use crate::consume::{Letter, Role, death_reason};
use crate::key::CommandKey;
use crate::message::Message;
use crate::names::Names;

/// A message that nobody could read or answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Names it: the same letter has the same id at each look.
    pub id: String,
    /// Its routing key, such as `v1.17.3.pay`.
    pub routing_key: String,
    /// The sender's id of the message.
    pub message_id: Option<String>,
    /// Why it is here, in a sentence.
    pub reason: String,
    /// Since when: RFC 3339; `None` where the broker put it here.
    pub dead_at: Option<String>,
    /// The queue that it came from.
    pub queue: Option<String>,
    /// How long its body was, in bytes, where it had to be cut.
    pub cut_from_bytes: Option<i64>,
    /// What was sent.
    pub body: Vec<u8>,
}

impl DeadLetter {
    pub(super) fn of(delivery: &Delivery) -> Self {
        let properties = &delivery.properties;
        let message_id = properties.message_id().as_ref().map(ToString::to_string);
        let dead_at = text_of(properties, "x-dead-at");
        let routing_key = delivery.routing_key.to_string();
        let reason = text_of(properties, "x-reason")
            .or_else(|| death_reason(properties).map(|reason| of_the_broker(&reason)))
            .unwrap_or_else(|| "nobody wrote down why".to_owned());
        Self {
            id: id_of(&[
                routing_key.as_bytes(),
                message_id.as_deref().unwrap_or_default().as_bytes(),
                dead_at.as_deref().unwrap_or_default().as_bytes(),
                &delivery.data,
            ]),
            routing_key,
            message_id,
            reason,
            dead_at,
            queue: text_of(properties, "x-queue"),
            cut_from_bytes: number_of(properties, "x-body-bytes"),
            body: delivery.data.clone(),
        }
    }
}

fn of_the_broker(reason: &str) -> String {
    match reason {
        "delivery_limit" => {
            "it was delivered too often: each time the connection broke before it was answered, so it may be \
                             what breaks connections"
                .to_owned()
        }
        other => format!("the broker moved it here: {other}"),
    }
}

/// The letter as it is sent once more. A pay goes where pays go that were held for too long: it must not start now.
pub(super) fn replay_of(
    letter: &DeadLetter,
    delivery: Delivery,
    names: &Names,
) -> Result<Message, GraveyardError> {
    let refuse =
        |reason: &str| GraveyardError::NotReplayable { id: letter.id.clone(), reason: reason.to_owned() };
    if letter.cut_from_bytes.is_some() {
        return Err(refuse("it was too long, and only its beginning was kept"));
    }
    let key = CommandKey::read(&letter.routing_key)
        .ok_or_else(|| refuse("its routing key is not v1.<store>.<register>.<verb>"))?;
    let role = if key.verb == "pay" { Role::Pay } else { Role::Control };
    Ok(Letter::new(delivery).renewed(names, role))
}

fn header<'a>(properties: &'a BasicProperties, name: &str) -> Option<&'a AMQPValue> {
    properties.headers().as_ref()?.inner().get(name)
}

fn text_of(properties: &BasicProperties, name: &str) -> Option<String> {
    match header(properties, name)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        _ => None,
    }
}

fn number_of(properties: &BasicProperties, name: &str) -> Option<i64> {
    match header(properties, name)? {
        AMQPValue::LongLongInt(number) => Some(*number),
        _ => None,
    }
}

/// Twelve hex digits of a hash over what does not change while a letter lies here.
fn id_of(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(6).fold(String::with_capacity(12), |mut id, byte| {
        write!(id, "{byte:02x}").expect("text takes everything");
        id
    })
}
