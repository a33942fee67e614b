//! A till's program, as the contract tells its author to write it.

use std::collections::BTreeMap;

use amqp::Config;
use lapin::message::BasicGetMessage;
use lapin::options::{
    BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};

use super::{Broker, until, within};

/// A register of store 17 with a connection of its own.
pub(crate) struct Till {
    connection: Connection,
    channel: Channel,
    prefix: String,
    register: String,
}

impl Till {
    /// Connects. The till has no queue yet.
    pub(crate) async fn connect(broker: &Broker, config: &Config, register: &str) -> Self {
        let connecting = Connection::connect(broker.uri(), ConnectionProperties::default());
        let connection = within("a till connects", connecting).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self { connection, channel, prefix: config.prefix.clone(), register: register.into() }
    }

    /// Connects, and declares and binds the till's queue. The service must have been ready: its exchange is there.
    pub(crate) async fn with_queue(broker: &Broker, config: &Config, register: &str) -> Self {
        let till = Self::connect(broker, config, register).await;
        let (queue, exchange) = (till.queue(), till.name("event"));
        let none = FieldTable::default;
        till.channel
            .queue_declare(queue.as_str().into(), QueueDeclareOptions::durable(), none())
            .await
            .unwrap();
        let key = format!("v1.17.{register}.#");
        let (queue, key) = (queue.into(), key.into());
        till.channel
            .queue_bind(queue, exchange.into(), key, QueueBindOptions::default(), none())
            .await
            .unwrap();
        till
    }

    /// Its queue.
    pub(crate) fn queue(&self) -> String {
        self.name(&format!("till.17.{}", self.register))
    }

    /// A name with the test's prefix.
    pub(crate) fn name(&self, rest: &str) -> String {
        format!("{}.{rest}", self.prefix)
    }

    /// Sends a command, and waits until the broker has it.
    pub(crate) async fn send(&self, verb: &str, body: &str) {
        let key = format!("v1.17.{}.{verb}", self.register);
        self.send_as(&key, BasicProperties::default(), body.as_bytes()).await;
    }

    /// Sends anything to the command exchange.
    pub(crate) async fn send_as(&self, key: &str, properties: BasicProperties, body: &[u8]) {
        let options = BasicPublishOptions { mandatory: true, ..Default::default() };
        let (exchange, properties) = (self.name("command").into(), properties.with_delivery_mode(2));
        let confirming = self.channel.basic_publish(exchange, key.into(), options, body, properties);
        let confirmation = within("a command is confirmed", async { confirming.await?.await }).await;
        assert_eq!(confirmation.unwrap(), Confirmation::Ack(None), "a command is routed");
    }

    /// Takes a message from a queue, when one comes.
    pub(crate) async fn take(&self, queue: &str) -> BasicGetMessage {
        until(&format!("a message is in {queue}"), async || self.look(queue).await).await
    }

    /// Takes a message from a queue, if there is one.
    pub(crate) async fn look(&self, queue: &str) -> Option<BasicGetMessage> {
        let options = BasicGetOptions { no_ack: true };
        self.channel.basic_get(queue.into(), options).await.unwrap()
    }

    /// Takes all events that are in the till's queue, and counts them by message id.
    pub(crate) async fn events(&self) -> BTreeMap<String, u32> {
        let mut events = BTreeMap::new();
        while let Some(message) = self.look(&self.queue()).await {
            let id = message.delivery.properties.message_id().as_ref().expect("events have an id");
            *events.entry(id.to_string()).or_default() += 1;
        }
        events
    }

    /// How many messages are ready in a queue, and how many consumers it has.
    pub(crate) async fn count(&self, queue: &str) -> (u32, u32) {
        let channel = self.connection.create_channel().await.unwrap();
        let options = QueueDeclareOptions { passive: true, ..Default::default() };
        let declared = channel.queue_declare(queue.into(), options, FieldTable::default()).await.unwrap();
        (declared.message_count(), declared.consumer_count())
    }

    /// A channel for whatever else a test does.
    pub(crate) async fn channel(&self) -> Channel {
        self.connection.create_channel().await.unwrap()
    }
}
