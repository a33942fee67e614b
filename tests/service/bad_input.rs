//! What broken, wrong and hostile tills send: each is answered with the code and the field to mend, or kept for people with
//! the reason where nobody can be answered. The service is unharmed.

mod rows;

use lapin::message::BasicGetMessage;
use lapin::options::BasicGetOptions;
use lapin::types::{AMQPValue, ShortString};
use payment::StoreId;
use serde_json::json;
use universal_integrator::till::{AmqpRegister, BasicProperties, Event, Options, RawMessage};

use crate::lab::{LIMIT, World, until};
use crate::till::{ask, begin, expect, pay, roubles};
use rows::Expected::{Buried, Rejected};
use rows::Row;

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
    for rows in rows::all(&world) {
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
    till.send("cancel", &json!({ "operation": "open" })).await.unwrap();
    till.wait_for("open", |event| event.name() == "payment.cancelled", LIMIT).await.unwrap();
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
    assert_eq!(answer.text("field"), Some("store"));
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
    let channel = connection.create_channel().await.expect("a channel");
    let queue: ShortString = world.name("dead").into();
    let letter: BasicGetMessage = until("there is a dead letter", async || {
        let taken = channel.basic_get(queue.clone(), BasicGetOptions { no_ack: true }).await;
        taken.expect("the queue is there")
    })
    .await;
    connection.close(200, "done".into()).await.expect("a goodbye");
    let properties = &letter.delivery.properties;
    let headers = properties.headers().clone().unwrap_or_default();
    let reason = match headers.inner().get("x-reason") {
        Some(AMQPValue::LongString(text)) => text.to_string(),
        other => format!("{other:?}"),
    };
    (properties.message_id().as_ref().map(ToString::to_string).unwrap_or_default(), reason)
}
