//! A register that has not made its queue yet.

use serde_json::json;
use store::DeliveryState;
use universal_integrator::till::{BasicProperties, RawMessage};

use crate::lab::{Broker, Plan, World, until};
use crate::till::{ask, expect, pay, story};

#[tokio::test(flavor = "multi_thread")]
async fn p9_events_wait_for_a_register_without_a_queue_and_come_in_order_once_it_has_one() {
    let plan = Plan { registers: ["1", "2", "4"].map(str::to_owned).into(), ..Plan::default() };
    let world = World::build(plan, Broker::shared()).await;
    let other = world.till("2").await;
    let properties = BasicProperties::default().with_content_type("application/json".into());
    let body = pay("a", 100).to_string().into_bytes();
    other.publish_raw(RawMessage { routing_key: "v1.17.4.pay".to_owned(), properties, body }).await.unwrap();

    let payload = until("the bank has made a code and its event is parked", async || {
        let records = world.records().await;
        let payment = records.first()?;
        let is_parked = payment.events.len() == 2
            && payment.events.iter().all(|event| event.delivery == DeliveryState::Parked);
        let code = payment.payment.state.attempts.first()?.code.as_ref()?;
        is_parked.then(|| code.payload.clone())
    })
    .await;
    world.bank.pay(&payload).await;
    until("it is paid", async || {
        let records = world.records().await;
        records.first()?.payment.paying_credit().map(drop)
    })
    .await;

    let late = world.till("4").await;
    assert_eq!(late.received().len(), 0, "a queue alone is no sign of life");
    ask(&late, "get", &json!({ "operation": "a" })).await;
    expect(&late, "a", "payment.paid").await;
    assert_eq!(story(&late, "a"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
    world.books_agree(&[&late]).await;
    world.end().await;
}
