//! The floor: consumes, calls and publishes as many messages as the service, and keeps nothing.
//!
//! It shares no code with the service but the libraries, so that waste in the service's own adapters shows as well.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
    ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer, ExchangeKind};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::lab::{MERCHANT, MERCHANT_KEY, MODULE, client};
use crate::plan::Path;
use crate::print;

/// As many as the service takes at once.
const PREFETCH: u16 = 128;
/// As the default poll plan asks first.
const FIRST_POLL: Duration = Duration::from_secs(1);

/// Runs until it is killed.
pub(crate) async fn run(amqp: &str, prefix: &str, bank: SocketAddr, path: Path) {
    // Separate connections for consuming and publishing, as the service has them.
    let (consuming, publishing) = (connect(amqp).await, connect(amqp).await);
    let publisher = publishing.create_channel().await.expect("a channel");
    publisher.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
    let checkouts = declare(&consuming, prefix).await;
    let floor = Arc::new(Floor {
        publisher: Mutex::new(publisher),
        events: format!("{prefix}.event"),
        bank: format!("http://{bank}/{MODULE}"),
        client: client(),
        path,
    });
    print("ready");
    take_all(checkouts, &floor).await;
}

struct Floor {
    /// Publishing of one channel is taken in turns, waiting for confirms is not.
    publisher: Mutex<Channel>,
    events: String,
    bank: String,
    client: reqwest::Client,
    path: Path,
}

async fn connect(amqp: &str) -> Connection {
    Connection::connect(amqp, ConnectionProperties::default()).await.expect("the broker is there")
}

/// The objects that a checkout and its events pass, of the same kinds as the service's.
async fn declare(connection: &Connection, prefix: &str) -> Consumer {
    let channel = connection.create_channel().await.expect("a channel");
    let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    for name in ["command", "event"] {
        let exchange = format!("{prefix}.{name}");
        let declared =
            channel.exchange_declare(exchange.into(), ExchangeKind::Topic, durable, FieldTable::default());
        declared.await.expect("an exchange");
    }
    let queue = format!("{prefix}.q.pay");
    let mut quorum = FieldTable::default();
    quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(queue.as_str().into(), options, quorum).await.expect("a queue");
    channel
        .queue_bind(
            queue.as_str().into(),
            format!("{prefix}.command").into(),
            "v1.*.*.pay".into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        )
        .await
        .expect("a binding");
    channel.basic_qos(PREFETCH, BasicQosOptions::default()).await.expect("a prefetch");
    let consumer =
        channel.basic_consume(queue.into(), "".into(), BasicConsumeOptions::default(), FieldTable::default());
    consumer.await.expect("a consumer")
}

async fn take_all(mut checkouts: Consumer, floor: &Arc<Floor>) {
    while let Some(Ok(delivery)) = checkouts.next().await {
        let floor = Arc::clone(floor);
        tokio::spawn(async move { floor.serve(delivery).await });
    }
}

impl Floor {
    /// One checkout, from its message to its last event.
    async fn serve(&self, delivery: Delivery) {
        let body: Value = serde_json::from_slice(&delivery.data).expect("the benchmark's own checkout");
        let sender = delivery.routing_key.as_str().trim_end_matches(".pay").to_owned();
        let number = body["operation"].as_str().expect("an operation").to_owned();
        let event = |name: &str, more: Value| Event {
            key: format!("{sender}.{name}"),
            number: number.clone(),
            body: whole(name, &number, &body["amount"], &more),
        };
        self.publish(event("payment.accepted", Value::Null)).await;
        delivery.acker.ack(BasicAckOptions::default()).await.expect("the broker is there");
        let code = self.create(&number, &body["amount"]["value"]).await;
        let qr =
            json!({ "payload": code["payload"], "kind": "dynamic", "expires_at": code["qrExpirationDate"] });
        self.publish(event("payment.qr_ready", qr)).await;
        if self.path == Path::Paid {
            let paid = self.wait_until_paid(code["qrId"].as_str().expect("a code has an id")).await;
            self.publish(event("payment.paid", paid)).await;
        }
    }

    async fn create(&self, number: &str, minor: &Value) -> Value {
        let minor = minor.as_u64().expect("minor units");
        let body = json!({
            "qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": format!("floor-{number}"), "currency": "RUB",
            "amount": format!("{}.{:02}", minor / 100, minor % 100).parse::<f64>().expect("a decimal"),
            "qrExpirationDate": "+5m",
        });
        self.call(self.client.post(format!("{}/api/sbp/v2/qrs", self.bank)).json(&body)).await
    }

    async fn wait_until_paid(&self, code: &str) -> Value {
        loop {
            sleep(FIRST_POLL).await;
            let url = format!("{}/api/sbp/v1/qr/{code}/payment-info", self.bank);
            let status = self.call(self.client.get(url)).await;
            if status["paymentStatus"] == "SUCCESS" {
                return json!({ "bank_transaction": status["transactionId"], "paid_at": status["transactionDate"] });
            }
        }
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(MERCHANT_KEY).send().await.expect("the bank answers");
        answer.json().await.expect("the bank answers with JSON")
    }

    async fn publish(&self, event: Event) {
        let properties = BasicProperties::default()
            .with_content_type("application/json".into())
            .with_delivery_mode(2)
            .with_correlation_id(event.number.into());
        let mandatory = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let channel = self.publisher.lock().await;
        let sent = channel.basic_publish(
            self.events.as_str().into(),
            event.key.into(),
            mandatory,
            &event.body,
            properties,
        );
        let confirm = sent.await.expect("the broker is there");
        drop(channel);
        confirm.await.expect("the broker confirms");
    }
}

struct Event {
    key: String,
    number: String,
    body: Vec<u8>,
}

/// An event as long as the service's.
fn whole(name: &str, number: &str, amount: &Value, more: &Value) -> Vec<u8> {
    let body = json!({
        "event": name, "sequence": 1, "operation": number, "payment": "0192f0c1e0007000800000000000a000", "store": "17",
        "register": "1", "status": "awaiting_payment", "amount": amount, "test": true,
        "refunded_total": { "value": 0, "currency": "RUB" }, "occurred_at": "2026-11-21T10:15:00.000000Z", "qr": more,
    });
    body.to_string().into_bytes()
}
