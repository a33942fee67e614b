//! Messages that nobody can answer.

use amqp::Config;
use engine::doors::Receipt;
use lapin::BasicProperties;
use lapin::message::BasicGetMessage;
use lapin::types::{AMQPValue, FieldTable};

use crate::lab::{Broker, Engine, Network, Service, Till, until};

fn header(message: &BasicGetMessage, name: &str) -> Option<String> {
    match message.delivery.properties.headers().as_ref()?.inner().get(name)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        other => Some(format!("{other:?}")),
    }
}

#[tokio::test]
async fn what_the_engine_cannot_answer_is_kept_with_the_reason() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::that(|_| Receipt::DeadLetter("no such store".into())));
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    let properties = BasicProperties::default()
        .with_message_id("m-1".into())
        .with_user_id("guest".into())
        .with_expiration("30000".into());
    till.send_as("v1.99.3.pay", properties, b"{}").await;

    let letter = till.take(&till.name("dead")).await;
    assert_eq!(letter.delivery.data, b"{}");
    assert_eq!(letter.delivery.routing_key.as_str(), "v1.99.3.pay");
    assert_eq!(letter.delivery.properties.message_id().as_ref().unwrap().as_str(), "m-1");
    assert_eq!(letter.delivery.properties.expiration(), &None, "dead letters do not expire");
    for (name, value) in [
        ("x-reason", "no such store"),
        ("x-exchange", &till.name("command")),
        ("x-queue", &till.name("q.pay")),
        ("x-dead-at", "2026-11-21T10:15:00Z"),
        ("x-user-id", "guest"),
    ] {
        assert_eq!(header(&letter, name).as_deref(), Some(value), "{name}");
    }
    service.stop().await;
    assert_eq!(till.count(&till.name("q.pay")).await.0, 0);
}

/// Headers go out in one frame, and the broker writes more into them: passed on whole they would break our connection.
#[tokio::test]
async fn a_dead_letter_with_huge_headers_loses_them_and_nobody_is_disturbed() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::that(|_| Receipt::DeadLetter("no such store".into())));
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    let mut headers = FieldTable::default();
    headers.insert("heavy".into(), AMQPValue::LongString("x".repeat(130_900).into()));
    till.send_as("v1.17.3.pay", BasicProperties::default().with_headers(headers), b"{}").await;

    let letter = till.take(&till.name("dead")).await;
    assert_eq!(header(&letter, "x-reason").as_deref(), Some("no such store"));
    assert_eq!(header(&letter, "heavy"), None);
    let report = service.health.report();
    assert_eq!((report.consuming.connects, report.publishing.connects), (1, 1));
    service.stop().await;
}

#[tokio::test]
async fn a_routing_key_that_names_nobody_is_a_dead_letter() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    till.send_as("pay", BasicProperties::default(), b"{}").await;

    let letter = till.take(&till.name("dead")).await;
    assert!(header(&letter, "x-reason").unwrap().contains("routing key"));
    assert_eq!(header(&letter, "x-queue"), Some(till.name("unrouted")));
    assert!(engine.received().is_empty());
    service.stop().await;
}

#[tokio::test]
async fn a_message_on_which_the_engine_breaks_down_is_a_dead_letter_and_the_next_is_served() {
    let broker = Broker::shared();
    let engine = Engine::that(|command| {
        assert_ne!(command.body, b"poison");
        Receipt::Ack
    });
    let config = broker.config();
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    till.send("pay", "poison").await;
    till.send("pay", "{}").await;

    let letter = till.take(&till.name("dead")).await;
    assert_eq!(letter.delivery.data, b"poison");
    until("the next is served", async || (engine.finished().len() == 1).then_some(())).await;
    service.stop().await;
}

#[tokio::test]
async fn a_message_that_was_delivered_too_often_is_kept() {
    let broker = Broker::shared();
    let network = Network::before_url(broker.uri()).await;
    let engine = Engine::new();
    let config = Config { delivery_limit: 2, ..broker.config_through(&network) };
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    engine.open_gate(false);
    till.send("pay", "a pay").await;
    till.send("refund", "a refund").await;
    for round in 1..=3 {
        engine.receives(2 * round).await;
        network.reset();
    }

    let mut letters = [till.take(&till.name("dead")).await, till.take(&till.name("dead")).await];
    letters.sort_by_key(|letter| letter.delivery.data.clone());
    assert_eq!(letters[0].delivery.data, b"a pay");
    assert_eq!(header(&letters[0], "x-reason").as_deref(), Some("delivery_limit"));
    assert_eq!(letters[1].delivery.data, b"a refund");
    assert!(header(&letters[1], "x-death").unwrap().contains("reason"), "buried by the broker itself");
    assert_eq!(engine.received().len(), 6, "none came a fourth time");
    engine.open_gate(true);
    service.stop().await;
}
