//! Exchanges, queues and bindings.

use std::time::Duration;

use amqp::Config;
use lapin::ExchangeKind;
use lapin::options::{
    ExchangeDeclareOptions, ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::FieldTable;

use crate::lab::{Broker, Engine, Service, Till, until};

#[tokio::test]
async fn a_queue_with_other_arguments_is_reported_and_used_as_it_is() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    let till = Till::connect(&broker, &config, "3").await;
    // Somebody made it by hand, as a classic queue without arguments.
    let name = till.name("q.pay");
    let options = QueueDeclareOptions::durable();
    let channel = till.channel().await;
    channel.queue_declare(name.as_str().into(), options, FieldTable::default()).await.unwrap();

    let service = Service::start(&config, &engine).await;
    let findings = service.health.report().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with(&format!("queue {name}: ")), "{findings:?}");
    for word in ["inequivalent arg", "used as it is", "delete the queue"] {
        assert!(findings[0].contains(word), "{word} in {findings:?}");
    }
    till.send("pay", "{}").await;
    engine.receives(1).await;

    channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    until("the queue is made as it should be", async || {
        let is_well = service.health.report().findings.is_empty() && service.health.is_ready();
        is_well.then_some(())
    })
    .await;
    till.send("pay", "{}").await;
    engine.receives(2).await;
    service.stop().await;
}

#[tokio::test]
async fn a_setting_that_differs_from_the_queue_is_reported_and_the_queue_used() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    Service::start(&config, &engine).await.stop().await;

    let changed = Config { pay_ttl: Duration::from_secs(30), ..config };
    let service = Service::start(&changed, &engine).await;
    let findings = service.health.report().findings;
    assert!(findings.len() == 1 && findings[0].contains("x-message-ttl"), "{findings:?}");
    service.stop().await;
}

#[tokio::test]
async fn a_deleted_queue_is_made_and_consumed_again() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    for queue in ["q.control", "unrouted"] {
        let channel = till.channel().await;
        let name = till.name(queue);
        channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
        until("it is missed", async || (!service.health.is_ready()).then_some(())).await;
        service.ready().await;
        let report = service.health.report();
        let consumer = report.consumers.iter().find(|consumer| consumer.name == name).unwrap();
        assert!(consumer.last_error.as_ref().unwrap().contains("cancelled"), "{consumer:?}");
        assert_eq!(report.consuming.connects, 1, "the other consumers went on");
    }
    till.send("cancel", "{}").await;
    till.send("dance", "{}").await;
    engine.receives(2).await;
    service.stop().await;
}

/// No consumer is cancelled by that, so nothing tells.
#[tokio::test]
async fn a_deleted_command_exchange_comes_back_with_its_bindings() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::new());
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;
    let channel = till.channel().await;
    let name = till.name("command");
    channel.exchange_delete(name.as_str().into(), ExchangeDeleteOptions::default()).await.unwrap();

    until("it is back", async || {
        let channel = till.channel().await;
        let options = ExchangeDeclareOptions { passive: true, ..Default::default() };
        let name = name.as_str().into();
        channel.exchange_declare(name, ExchangeKind::Topic, options, FieldTable::default()).await.ok()
    })
    .await;
    // A command that comes before its binding is unrouted, and reaches the engine all the same.
    till.send("cancel", "{}").await;
    till.send("dance", "{}").await;
    engine.receives(2).await;
    assert_eq!(service.health.report().consuming.connects, 1);
    service.stop().await;
}

#[tokio::test]
async fn without_leave_to_declare_what_is_missing_is_named() {
    let broker = Broker::shared();
    let engine = Engine::new();
    let config = Config { declare: false, ..broker.config() };
    let service = Service::begin(&config, &engine);
    let expected = format!("queue {}.q.pay: ", config.prefix);
    let finding = until("the missing queue is named", async || {
        let findings = service.health.report().findings;
        findings.into_iter().find(|finding| finding.starts_with(&expected))
    })
    .await;
    assert!(finding.contains("declare = true"), "{finding}");
    assert!(!service.health.is_ready());

    // Somebody makes everything: the service goes on by itself.
    let maker = Config { declare: true, ..config.clone() };
    Service::start(&maker, &Engine::new()).await.stop().await;
    service.ready().await;
    until("nothing is missing any more", async || service.health.report().findings.is_empty().then_some(()))
        .await;
    let till = Till::with_queue(&broker, &config, "3").await;
    till.send("pay", "{}").await;
    engine.receives(1).await;
    service.tell_until_confirmed("3", "p1-1").await;
    service.stop().await;
}
