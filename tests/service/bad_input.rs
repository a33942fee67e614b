//! What broken, wrong and hostile tills send: each is answered with the code and the field to mend, or kept for people with
//! the reason where nobody can be answered. The service is unharmed.

use lapin::message::BasicGetMessage;
use lapin::options::BasicGetOptions;
use lapin::types::{AMQPValue, ShortString};
use payment::StoreId;
use serde_json::{Value, json};
use universal_integrator::till::{AmqpRegister, BasicProperties, Event, Options, RawMessage};

use crate::lab::{LIMIT, World, until};
use crate::till::{ask, begin, expect, pay, roubles};

/// A message and what comes of it.
struct Row {
    says: &'static str,
    /// The routing key behind `v1.17.2.`, or a whole one.
    key: &'static str,
    content_type: &'static str,
    reply_to: Option<String>,
    body: Vec<u8>,
    expected: Expected,
}

/// What must come of it.
enum Expected {
    /// `request.rejected` with this code and field.
    Rejected(&'static str, Option<&'static str>),
    /// A dead letter whose reason has these words.
    Buried(&'static str),
}

use Expected::{Buried, Rejected};

fn row(says: &'static str, key: &'static str, body: impl Into<Vec<u8>>, expected: Expected) -> Row {
    Row { says, key, content_type: "application/json", reply_to: None, body: body.into(), expected }
}

/// A pay with one thing wrong.
fn pay_with(operation: &str, field: &str, value: Value) -> Vec<u8> {
    let mut body = pay(operation, 100);
    body[field] = value;
    body.to_string().into_bytes()
}

fn pay_of(operation: &str, value: Value) -> Vec<u8> {
    pay_with(operation, "amount", json!({ "value": value, "currency": "RUB" }))
}

/// Bytes that are no command at all.
fn unreadable() -> Vec<Row> {
    let invalid = || Rejected("invalid", Some("body"));
    let nested = [vec![b'['; 5_000], vec![b']'; 5_000]].concat();
    let mut large = pay("big", 100);
    large["purpose"] = json!("x".repeat(1024 * 1024));
    vec![
        row("not JSON", "pay", "pay 100 roubles", invalid()),
        row("nothing", "pay", "", invalid()),
        row("half of it", "pay", &b"{\"operation\": \"x\", "[..], invalid()),
        row("not UTF-8", "pay", &b"{\"operation\": \"\xFF\"}"[..], invalid()),
        row("a list", "pay", "[]", invalid()),
        row("null", "pay", "null", invalid()),
        row("a number beyond all numbers", "pay", "1e999", invalid()),
        row("nested too deep", "pay", nested, invalid()),
        row("1 MB", "pay", large.to_string(), Rejected("too_large", Some("body"))),
        row("1 MB of noise", "cancel", vec![0; 1024 * 1024], Rejected("too_large", Some("body"))),
        Row {
            content_type: "text/xml",
            ..row(
                "another content type",
                "pay",
                pay("xml", 100).to_string(),
                Rejected("invalid", Some("content_type")),
            )
        },
    ]
}

/// Fields that are missing or of another type.
fn malformed() -> Vec<Row> {
    let invalid = |field| Rejected("invalid", Some(field));
    let amount_without_currency = json!({ "operation": "m", "amount": { "value": 1 } }).to_string();
    vec![
        row("no fields", "pay", "{}", invalid("operation")),
        row("no operation", "pay", json!({ "amount": roubles(1) }).to_string(), invalid("operation")),
        row("no amount", "pay", r#"{"operation":"m"}"#, invalid("amount")),
        row("no currency", "pay", amount_without_currency, invalid("amount.currency")),
        row(
            "an operation that is a number",
            "pay",
            pay_with("m", "operation", json!(7)),
            invalid("operation"),
        ),
        row("an empty operation", "pay", pay_with("m", "operation", json!("")), invalid("operation")),
        row(
            "a long operation",
            "pay",
            pay_with("m", "operation", json!("x".repeat(65))),
            invalid("operation"),
        ),
        row("an amount that is a number", "pay", pay_with("m1", "amount", json!(100)), invalid("amount")),
        row("an amount that is text", "pay", pay_of("m2", json!("100")), invalid("amount.value")),
        row("half a kopeck", "pay", pay_of("m3", json!(0.5)), invalid("amount.value")),
        row("items that are text", "pay", pay_with("m4", "items", json!("milk")), invalid("items")),
        row(
            "a life that is negative",
            "pay",
            pay_with("m5", "expires_in_s", json!(-1)),
            invalid("expires_in_s"),
        ),
        row("a time that is none", "pay", pay_with("m6", "not_after", json!("soon")), invalid("not_after")),
        row("a code that does not exist", "pay", pay_with("m7", "qr", json!("barcode")), invalid("qr")),
        row("outputs that are one", "pay", pay_with("m8", "show_on", json!("kiosk")), invalid("show_on")),
        row("a cancel of nothing", "cancel", "{}", invalid("operation")),
        row("a question without a subject", "check", "{}", invalid("operation")),
        row("a question about a number", "get", r#"{"operation":1}"#, invalid("operation")),
        row("a refund of nothing", "refund", r#"{"operation":"m9"}"#, invalid("payment_operation")),
    ]
}

/// Commands that are well formed and can't be carried out.
fn wrong() -> Vec<Row> {
    let range = || Rejected("amount_out_of_range", Some("amount.value"));
    let currency =
        |code: &str| pay_with(&format!("w-{code}"), "amount", json!({ "value": 1, "currency": code }));
    let unsupported = || Rejected("currency_not_supported", Some("amount.currency"));
    let unknown = |field| Rejected("unknown_operation", Some(field));
    let refund = |body: Value| body.to_string();
    vec![
        row("0", "pay", pay_of("w0", json!(0)), range()),
        row("less than 0", "pay", pay_of("w1", json!(-100)), range()),
        row("more than the contract allows", "pay", pay_of("w2", json!(1_000_000_000_000_001_i64)), range()),
        row("more than the bank takes", "pay", pay_of("w3", json!(100_000_001)), range()),
        row("a currency that does not exist", "pay", currency("XXZ"), unsupported()),
        row("a currency that the bank does not take", "pay", currency("KZT"), unsupported()),
        row(
            "an unknown payment type",
            "pay",
            pay_with("w4", "payment_type", json!("cash")),
            Rejected("unknown_payment_type", Some("payment_type")),
        ),
        row(
            "a code of a kind that is not offered",
            "pay",
            pay_with("w5", "qr", json!("static")),
            Rejected("invalid", Some("qr")),
        ),
        row(
            "an output that is not there",
            "pay",
            pay_with("w6", "show_on", json!(["kiosk"])),
            Rejected("no_output", Some("show_on")),
        ),
        row(
            "a command that is late",
            "pay",
            pay_with("w7", "not_after", json!("2020-01-01T00:00:00Z")),
            Rejected("stale", Some("not_after")),
        ),
        row("a question about what never was", "get", r#"{"operation":"never"}"#, unknown("operation")),
        row(
            "a refund of what never was",
            "refund",
            refund(json!({ "operation": "w8", "payment_operation": "never" })),
            unknown("payment_operation"),
        ),
        row(
            "a refund of no payment's id",
            "refund",
            refund(json!({ "operation": "w9", "payment": "7" })),
            unknown("payment"),
        ),
        row(
            "a refund of another store's payment",
            "refund",
            refund(json!({ "operation": "w10", "payment_operation": "x", "payment_store": "18" })),
            Rejected("forbidden", Some("payment_store")),
        ),
        row(
            "a refund of what is not paid",
            "refund",
            refund(json!({ "operation": "w11", "payment_operation": "open" })),
            Rejected("not_paid", None),
        ),
        row(
            "a refund above the rest",
            "refund",
            refund(json!({ "operation": "w12", "payment_operation": "paid", "amount": roubles(19_801) })),
            Rejected("refund_exceeds_paid", Some("amount.value")),
        ),
        row(
            "another amount under a known operation",
            "pay",
            pay_of("open", json!(101)),
            Rejected("conflict", Some("operation")),
        ),
        row(
            "another receipt under a known operation",
            "pay",
            pay_with("open", "receipt", json!("2")),
            Rejected("conflict", Some("operation")),
        ),
        row(
            "a pay under a refund's operation",
            "pay",
            pay_of("back", json!(100)),
            Rejected("conflict", Some("operation")),
        ),
        row(
            "another essence than a rejected one",
            "pay",
            pay_of("w0", json!(100)),
            Rejected("conflict", Some("operation")),
        ),
        row("a rejected one again", "pay", pay_of("w0", json!(0)), range()),
    ]
}

/// Commands that came the wrong way.
fn misdirected(world: &World) -> Vec<Row> {
    let elsewhere = |queue: &str, operation: &str| Row {
        reply_to: Some(queue.to_owned()),
        ..row(
            "a foreign reply_to",
            "pay",
            pay(operation, 100).to_string(),
            Rejected("forbidden", Some("reply_to")),
        )
    };
    let body = || pay("d", 100).to_string();
    vec![
        row("an unknown verb", "sell", body(), Rejected("unknown_verb", None)),
        row("a verb in capitals", "PAY", body(), Rejected("unknown_verb", None)),
        row("another version", "v2.17.2.pay", body(), Rejected("unknown_verb", None)),
        elsewhere(&world.name("q.pay"), "d1"),
        elsewhere(&world.name("till.18.1"), "d2"),
        elsewhere("amq.rabbitmq.reply-to.g1", "d3"),
        row("an unknown register", "v1.17.99.pay", body(), Buried("register 99 of store 17 is not set up")),
        row("an unknown store", "v1.99.1.pay", body(), Buried("register 1 of store 99 is not set up")),
        row("a cancel for an unknown register", "v1.17.99.cancel", body(), Buried("register 99 of store 17")),
        row("a name that can't be", "v1.17.a!b.pay", body(), Buried("no register can be named")),
        row("a word too many", "v1.17.2.pay.now", body(), Buried("routing key")),
        row("a word only", "pay me", body(), Buried("routing key")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_till_sends_is_answered_or_kept_with_the_reason_and_the_service_is_unharmed() {
    let world = World::start().await;
    let till = world.till("2").await;
    let payload = begin(&till, &pay("paid", 19_800)).await;
    world.bank.pay(&payload).await;
    expect(&till, "paid", "payment.paid").await;
    ask(
        &till,
        "refund",
        &json!({ "operation": "back", "payment_operation": "paid", "amount": roubles(100) }),
    )
    .await;
    expect(&till, "back", "refund.completed").await;
    begin(&till, &pay("open", 100)).await;
    let orders = world.bank.ledger().await.orders.len();

    let mut wrong_rows = Vec::new();
    for rows in [unreadable(), malformed(), wrong(), misdirected(&world)] {
        for (number, row) in rows.iter().enumerate() {
            let id = format!("{}-{number}", row.says);
            if let Err(found) = check(&world, &till, row, &id).await {
                wrong_rows.push(format!("{}: {found}", row.says));
            }
        }
    }
    assert!(wrong_rows.is_empty(), "{}", wrong_rows.join("\n"));

    assert_eq!(world.bank.ledger().await.orders.len(), orders, "no bank was asked for any of it");
    assert_eq!(world.waiting("dead").await, 0, "nothing else was buried");
    let payload = begin(&till, &pay("good", 100)).await;
    world.bank.pay(&payload).await;
    expect(&till, "good", "payment.paid").await;
    ask(&till, "cancel", &json!({ "operation": "open" })).await;
    expect(&till, "open", "payment.cancelled").await;
    world.books_agree(&[&till]).await;
    world.end().await;
}

/// A register that nobody set up, but whose program runs: it is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_register_of_an_unknown_store_is_told_so_if_it_listens() {
    let world = World::start().await;
    let options = Options { store: StoreId::parse("99").unwrap(), ..world.options("1") };
    let stranger = AmqpRegister::connect(options).await.unwrap();
    let answer = ask(&stranger, "pay", &pay("a", 100)).await;
    assert_eq!((answer.name(), answer.text("code")), ("request.rejected", Some("unknown_register")));
    assert_eq!(answer.text("field"), Some("register"));
    assert!(world.wire.calls().is_empty());
    world.end().await;
}

async fn check(world: &World, till: &AmqpRegister, row: &Row, id: &str) -> Result<(), String> {
    let routing_key = match row.key {
        whole if whole.contains('.') || whole.contains(' ') => whole.to_owned(),
        verb => format!("v1.17.2.{verb}"),
    };
    let mut properties = BasicProperties::default()
        .with_content_type(row.content_type.into())
        .with_message_id(id.into())
        .with_delivery_mode(2);
    if let Some(queue) = &row.reply_to {
        properties = properties.with_reply_to(queue.as_str().into());
    }
    let message = RawMessage { routing_key, properties, body: row.body.clone() };
    till.publish_raw(message).await.map_err(|error| error.to_string())?;
    match &row.expected {
        Rejected(code, field) => {
            let answer = answer_to(till, id).await?;
            let found = (answer.name(), answer.text("code"), answer.text("field"));
            let expected = ("request.rejected", Some(*code), *field);
            if found == expected {
                Ok(())
            } else {
                Err(format!("{found:?} and not {expected:?}: {}", answer.body))
            }
        }
        Buried(words) => {
            let (found, reason) = buried(world).await;
            let is_it = found == id && reason.contains(words);
            if is_it { Ok(()) } else { Err(format!("buried is {found:?}: {reason:?}")) }
        }
    }
}

async fn answer_to(till: &AmqpRegister, id: &str) -> Result<std::sync::Arc<Event>, String> {
    let mut events = till.events();
    let answer = events.find(|event| event.text("in_reply_to") == Some(id));
    tokio::time::timeout(LIMIT, answer).await.map_err(|_| "no answer".to_owned())
}

/// Takes the next dead letter: its message id and its reason.
async fn buried(world: &World) -> (String, String) {
    let connection = world.broker.connect().await;
    let channel = connection.create_channel().await.unwrap();
    let queue: ShortString = world.name("dead").into();
    let letter: BasicGetMessage = until("there is a dead letter", async || {
        channel.basic_get(queue.clone(), BasicGetOptions { no_ack: true }).await.unwrap()
    })
    .await;
    connection.close(200, "done".into()).await.unwrap();
    let properties = &letter.delivery.properties;
    let headers = properties.headers().clone().unwrap_or_default();
    let reason = match headers.inner().get("x-reason") {
        Some(AMQPValue::LongString(text)) => text.to_string(),
        other => format!("{other:?}"),
    };
    (properties.message_id().as_ref().map(ToString::to_string).unwrap_or_default(), reason)
}
