//! The registers' end of the broker: all registers of the shop on two connections.

use futures_util::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::lab::STORE;

/// Channels that checkouts go out on, in turn.
const CHANNELS: usize = 4;
/// Registers that checkouts come from, in turn.
pub(crate) const REGISTERS: usize = 200;

/// Sends checkouts and hears events. The connections close when it is dropped.
pub(crate) struct Tills {
    _sending: Connection,
    _hearing: Connection,
    lines: Vec<mpsc::UnboundedSender<Checkout>>,
    _publishers: JoinSet<()>,
    pub(crate) events: Consumer,
}

impl Tills {
    /// Connects; what is under this prefix must be declared already.
    pub(crate) async fn connect(amqp: &str, prefix: &str) -> Self {
        let (sending, hearing) = (connect(amqp).await, connect(amqp).await);
        let events = hear(&hearing, prefix).await;
        let (mut lines, mut publishers) = (Vec::new(), JoinSet::new());
        for _ in 0..CHANNELS {
            let channel = sending.create_channel().await.expect("a channel");
            channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
            let (line, checkouts) = mpsc::unbounded_channel();
            publishers.spawn(publish_all(channel, format!("{prefix}.command"), checkouts));
            lines.push(line);
        }
        Self { _sending: sending, _hearing: hearing, lines, _publishers: publishers, events }
    }

    /// Sends a checkout whose operation is this number.
    pub(crate) fn pay(&self, number: usize) {
        self.send(
            number,
            Checkout { operation: number.to_string(), register: register(number), payment_type: None },
        );
    }

    /// Sends a checkout that is not measured, to be paid by this payment type.
    pub(crate) fn pay_elsewhere(&self, number: usize, payment_type: &'static str) {
        let operation = format!("elsewhere-{number}");
        self.send(
            number,
            Checkout { operation, register: register(number), payment_type: Some(payment_type) },
        );
    }

    fn send(&self, number: usize, checkout: Checkout) {
        // A publisher that is gone shows as checkouts that miss.
        let _ = self.lines[number % CHANNELS].send(checkout);
    }
}

/// What is to be sent.
struct Checkout {
    operation: String,
    register: usize,
    payment_type: Option<&'static str>,
}

impl Checkout {
    fn body(&self) -> String {
        let mut body =
            json!({ "operation": self.operation, "amount": { "value": 19_800, "currency": "RUB" } });
        if let Some(payment_type) = self.payment_type {
            body["payment_type"] = json!(payment_type);
        }
        body.to_string()
    }
}

fn register(number: usize) -> usize {
    number % REGISTERS + 1
}

async fn connect(amqp: &str) -> Connection {
    Connection::connect(amqp, ConnectionProperties::default()).await.expect("the broker is there")
}

/// One queue takes the events of all registers: as many messages as with a queue each.
async fn hear(connection: &Connection, prefix: &str) -> Consumer {
    let channel = connection.create_channel().await.expect("a channel");
    let queue = format!("{prefix}.till.all");
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(queue.as_str().into(), durable, FieldTable::default()).await.expect("a queue");
    channel
        .queue_bind(
            queue.as_str().into(),
            format!("{prefix}.event").into(),
            format!("v1.{STORE}.#").into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        )
        .await
        .expect("the exchange of events is there");
    let unacknowledged = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
    let consumer = channel.basic_consume(queue.into(), "".into(), unacknowledged, FieldTable::default());
    consumer.await.expect("the queue can be consumed")
}

/// Publishes with confirms, many at once, as a busy shop does.
async fn publish_all(channel: Channel, exchange: String, mut checkouts: mpsc::UnboundedReceiver<Checkout>) {
    let mut confirms = JoinSet::new();
    while let Some(checkout) = checkouts.recv().await {
        let Checkout { operation, register, .. } = &checkout;
        let properties = BasicProperties::default()
            .with_content_type("application/json".into())
            .with_delivery_mode(2)
            .with_message_id(format!("m-{operation}").into())
            .with_correlation_id(operation.as_str().into());
        let sent = channel
            .basic_publish(
                exchange.as_str().into(),
                format!("v1.{STORE}.{register}.pay").into(),
                BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() },
                checkout.body().as_bytes(),
                properties,
            )
            .await;
        let Ok(confirm) = sent else { return };
        confirms.spawn(async move { drop(confirm.await) });
        while confirms.try_join_next().is_some() {}
    }
}

/// The next event: when there is none any more, the broker is gone.
pub(crate) async fn next(events: &mut Consumer) -> Heard {
    let delivery = events.next().await.expect("the broker stays").expect("the broker delivers");
    let number = delivery.properties.correlation_id().as_ref().and_then(|text| text.as_str().parse().ok());
    let name = delivery.routing_key.as_str().splitn(4, '.').nth(3).unwrap_or_default().to_owned();
    Heard { number, name, body: delivery.data }
}

/// An event of some payment.
pub(crate) struct Heard {
    /// The checkout's number.
    pub(crate) number: Option<usize>,
    /// Such as `payment.paid`.
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
}
