//! What becomes of commands.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use amqp::{Config, Prefetch};
use engine::doors::Receipt;
use lapin::BasicProperties;

use crate::lab::{Broker, Engine, Network, Service, Till, until};

#[tokio::test]
async fn a_command_reaches_the_engine_and_leaves_its_queue() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_message_id("m-1".into())
        .with_reply_to("checkout.till.17.3.replies".into());
    till.send_as("v1.17.3.pay", properties, b"{}").await;
    till.send("refund", "{}").await;
    for verb in &config.control_verbs {
        till.send(verb, "{}").await;
    }

    let received = engine.receives(2 + config.control_verbs.len()).await;
    let pay = received.iter().find(|command| command.verb == "pay").unwrap();
    assert_eq!([&pay.version, &pay.store, &pay.register], ["v1", "17", "3"]);
    assert_eq!(pay.body, b"{}");
    assert_eq!(pay.content_type.as_deref(), Some("application/json"));
    assert_eq!(pay.message_id.as_deref(), Some("m-1"));
    assert_eq!(pay.reply_to.as_deref(), Some("checkout.till.17.3.replies"));
    assert!(received.iter().all(|command| !command.is_stale));
    service.stop().await;
    for queue in ["q.pay", "q.control", "q.refund", "unrouted", "dead"] {
        assert_eq!(till.count(&till.name(queue)).await, (0, 0), "{queue}");
    }
}

#[tokio::test]
async fn a_command_whose_connection_is_lost_before_its_end_comes_again() {
    let broker = Broker::shared();
    let network = Network::before_url(broker.uri()).await;
    let (config, engine) = (broker.config_through(&network), Engine::new());
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    engine.open_gate(false);
    till.send("pay", r#"{"operation":"a"}"#).await;
    engine.receives(1).await;
    network.reset();
    engine.receives(2).await;
    engine.open_gate(true);

    until("both are through", async || (engine.finished().len() == 2).then_some(())).await;
    until("one is acknowledged, the other's time is over", async || {
        let counts = service.health.report().counts;
        let right = (counts.acknowledged, counts.acknowledgements_lost, counts.redelivered) == (1, 1, 1);
        right.then_some(())
    })
    .await;
    assert!(engine.received().iter().all(|command| command.body == br#"{"operation":"a"}"#));
    service.stop().await;
    assert_eq!(till.count(&till.name("q.pay")).await.0, 0);
}

#[tokio::test]
async fn a_command_that_can_not_be_handled_now_is_held_and_offered_again() {
    let broker = Broker::shared();
    let calls = AtomicU32::new(0);
    let engine = Engine::that(move |command| match command.verb.as_str() {
        "pay" if calls.fetch_add(1, Ordering::Relaxed) < 3 => Receipt::Later,
        _ => Receipt::Ack,
    });
    let config = broker.config();
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    till.send("pay", "{}").await;
    engine.receives(2).await;
    till.send("cancel", "{}").await;
    until("the cancel does not wait behind the pay", async || {
        engine.finished().iter().any(|command| command.verb == "cancel").then_some(())
    })
    .await;
    engine.receives(5).await;

    until("all is acknowledged", async || (service.health.report().counts.acknowledged == 2).then_some(()))
        .await;
    let counts = service.health.report().counts;
    assert_eq!((counts.received, counts.postponed), (2, 3), "it was held, not delivered again");
    service.stop().await;
}

/// Otherwise the broker would close the channel, and count that against the message.
#[tokio::test]
async fn a_command_that_was_held_too_long_begins_anew_and_a_pay_is_stale_by_then() {
    let broker = Broker::shared();
    let engine = Engine::that(|_| Receipt::Later);
    let config = Config {
        hold_limit: Duration::from_millis(500),
        pay_ttl: Duration::from_millis(400),
        ..broker.config()
    };
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    till.send("pay", "{}").await;
    till.send("cancel", "{}").await;
    until("both begin anew twice", async || (service.health.report().counts.renewed >= 4).then_some(()))
        .await;

    assert_eq!(service.health.report().counts.redelivered, 0, "nothing counts against them");
    let received = engine.received();
    let stale = |verb: &str| {
        let of_verb = received.iter().filter(|command| command.verb == verb);
        of_verb.map(|command| command.is_stale).collect::<Vec<_>>()
    };
    let pays = stale("pay");
    assert!(!pays[0] && *pays.last().unwrap(), "{pays:?}");
    assert!(pays.is_sorted(), "once stale it stays so: {pays:?}");
    assert!(stale("cancel").len() > 2);
    service.stop().await;
}

#[tokio::test]
async fn commands_of_unknown_verb_or_version_reach_the_engine_in_their_own_words() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    for key in ["v1.17.3.dance", "v2.17.3.pay", "v1.17.3.pay.now"] {
        till.send_as(key, BasicProperties::default(), b"{}").await;
    }

    let mut received: Vec<String> = engine
        .receives(3)
        .await
        .iter()
        .map(|command| format!("{} {} {} {}", command.version, command.store, command.register, command.verb))
        .collect();
    received.sort();
    assert_eq!(received, ["v1 17 3 dance", "v1 17 3 pay.now", "v2 17 3 pay"]);
    service.stop().await;
    assert_eq!(till.count(&till.name("unrouted")).await.0, 0);
}

#[tokio::test]
async fn a_pay_that_waited_too_long_arrives_as_stale() {
    let broker = Broker::shared();
    let engine = Engine::new();
    let base = broker.config();
    let config = Config {
        pay_ttl: Duration::from_millis(300),
        prefetch: Prefetch { pay: 1, ..base.prefetch },
        ..base
    };
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    engine.open_gate(false);
    till.send("pay", "first").await;
    engine.receives(1).await;
    till.send("pay", "second").await;
    let received = engine.receives(2).await;

    assert_eq!((&received[0].body[..], received[0].is_stale), (&b"first"[..], false));
    assert_eq!((&received[1].body[..], received[1].is_stale), (&b"second"[..], true));
    engine.open_gate(true);
    service.stop().await;
    assert_eq!(till.count(&till.name("expired")).await.0, 0);
}

#[tokio::test]
async fn pays_and_refunds_in_hand_keep_no_cancel_waiting() {
    let broker = Broker::shared();
    let engine = Engine::new();
    let base = broker.config();
    let config = Config { prefetch: Prefetch { pay: 2, refund: 1, ..base.prefetch }, ..base };
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    engine.open_gate(false);
    for _ in 0..5 {
        till.send("pay", "{}").await;
        till.send("refund", "{}").await;
    }
    engine.receives(3).await;
    till.send("cancel", "{}").await;
    let received = engine.receives(4).await;

    let count = |verb: &str| received.iter().filter(|command| command.verb == verb).count();
    assert_eq!((count("pay"), count("refund"), count("cancel")), (2, 1, 1));
    engine.open_gate(true);
    engine.receives(11).await;
    service.stop().await;
}

#[tokio::test]
async fn a_huge_body_reaches_the_engine_as_one_that_is_too_long() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    for size in [1_000_000, 20_000_000] {
        till.send_as("v1.17.3.pay", BasicProperties::default(), &vec![b'x'; size]).await;
    }
    till.send("pay", "{}").await;

    let received = engine.receives(3).await;
    let long = received.iter().filter(|command| command.body.len() == 64 * 1024 + 1).count();
    assert_eq!(long, 2);
    service.stop().await;
    assert_eq!(till.count(&till.name("q.pay")).await.0, 0);
}
