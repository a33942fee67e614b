//! What becomes of events.

use std::sync::Arc;
use std::time::Duration;

use amqp::Config;
use engine::ports::{Delivery, OutgoingEvent};
use lapin::BasicProperties;
use lapin::ExchangeKind;
use lapin::options::{ExchangeDeclareOptions, ExchangeDeleteOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use tokio::time::Instant;

use crate::lab::{Broker, Engine, Network, Service, Till, Weather, event, until};

#[tokio::test]
async fn a_confirmed_event_is_in_the_registers_queue_as_the_contract_says() {
    let broker = Broker::shared();
    let config = broker.config();
    let service = Service::start(&config, &Engine::new()).await;
    let till = Till::with_queue(&broker, &config, "3").await;

    assert_eq!(service.tell("3", "p1-1").await, Delivery::Confirmed);

    let delivery = till.take(&till.queue()).await.delivery;
    assert_eq!(delivery.routing_key.as_str(), "v1.17.3.payment.paid");
    assert_eq!(delivery.data, br#"{"event":"payment.paid","of":"p1-1"}"#);
    let expected = BasicProperties::default()
        .with_message_id("p1-1".into())
        .with_correlation_id("17-3-000123-1".into())
        .with_type("payment.paid".into())
        .with_content_type("application/json".into())
        .with_timestamp(1_795_256_100)
        .with_app_id("universal-integrator".into())
        .with_delivery_mode(2);
    assert_eq!(delivery.properties, expected);
    service.stop().await;
}

#[tokio::test]
async fn an_event_whose_register_has_no_queue_is_unroutable() {
    let broker = Broker::shared();
    let config = broker.config();
    let service = Service::start(&config, &Engine::new()).await;
    let till = Till::with_queue(&broker, &config, "3").await;

    assert_eq!(service.tell("4", "p1-1").await, Delivery::Unroutable);
    assert_eq!(service.tell("3", "p1-2").await, Delivery::Confirmed);

    assert_eq!(till.events().await.into_iter().collect::<Vec<_>>(), [("p1-2".into(), 1)]);
    let counts = service.health.report().counts;
    assert_eq!((counts.events, counts.confirmed, counts.unroutable, counts.failed), (2, 1, 1, 0));
    service.stop().await;
}

/// The client library gives returned messages to the confirmations of others: without our own telling apart this fails.
#[tokio::test(flavor = "multi_thread")]
async fn of_thousands_of_events_at_once_each_gets_its_own_fate() {
    let broker = Broker::shared();
    let config = broker.config();
    let service = Arc::new(Service::start(&config, &Engine::new()).await);
    let till = Till::with_queue(&broker, &config, "3").await;

    let mut confirmed = Vec::new();
    for round in 0..4 {
        let sendings: Vec<_> = (0..1000)
            .map(|number| {
                let (service, id) = (service.clone(), format!("{round}-{number}"));
                // Some registers have no queue, without a pattern that the broker could answer in one go.
                let register = if number % 7 < 2 || number % 11 == 0 { "4" } else { "3" };
                tokio::spawn(async move { (register, service.tell(register, &id).await, id) })
            })
            .collect();
        for sending in sendings {
            let (register, delivery, id) = sending.await.unwrap();
            let expected = if register == "3" { Delivery::Confirmed } else { Delivery::Unroutable };
            assert_eq!(delivery, expected, "event {id}");
            if delivery == Delivery::Confirmed {
                confirmed.push((id, 1));
            }
        }
    }

    confirmed.sort();
    assert_eq!(till.events().await.into_iter().collect::<Vec<_>>(), confirmed);
    Arc::into_inner(service).unwrap().stop().await;
}

#[tokio::test]
async fn a_copy_goes_to_the_queue_in_reply_to_and_its_loss_is_not_the_events() {
    let broker = Broker::shared();
    let config = broker.config();
    let service = Service::start(&config, &Engine::new()).await;
    let till = Till::with_queue(&broker, &config, "3").await;
    let replies = till.name("till.17.3.replies");
    let options = QueueDeclareOptions::durable();
    let channel = till.channel().await;
    channel.queue_declare(replies.as_str().into(), options, FieldTable::default()).await.unwrap();

    let missing = OutgoingEvent { reply_to: Some(till.name("till.17.3.gone")), ..event("3", "p1-1") };
    assert_eq!(service.sink.publish(&missing).await, Delivery::Confirmed);
    let copied = OutgoingEvent { reply_to: Some(replies.clone()), ..event("3", "p1-2") };
    assert_eq!(service.sink.publish(&copied).await, Delivery::Confirmed);

    let copy = till.take(&replies).await.delivery;
    assert_eq!(copy.properties.message_id().as_ref().unwrap().as_str(), "p1-2");
    assert_eq!(copy.data, copied.body.as_bytes());
    assert_eq!(till.events().await.len(), 2);
    service.stop().await;
}

#[tokio::test]
async fn without_a_connection_an_event_fails_in_time_and_is_not_sent_later() {
    let broker = Broker::shared();
    let network = Network::before_url(broker.uri()).await;
    let config = Config { publish_timeout: Duration::from_millis(300), ..broker.config_through(&network) };
    let service = Service::start(&config, &Engine::new()).await;
    let till = Till::with_queue(&broker, &config, "3").await;
    network.set(Weather::Cut);
    until("the loss is seen", async || (!service.health.report().publishing.is_connected).then_some(()))
        .await;

    let before = Instant::now();
    assert!(matches!(service.tell("3", "p1-1").await, Delivery::Failed(_)));
    assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
    assert!(service.health.report().publishing.last_error.is_some());

    network.set(Weather::Fair);
    assert!(service.tell_until_confirmed("3", "p1-2").await > 0);
    assert_eq!(till.events().await.into_keys().collect::<Vec<_>>(), ["p1-2"], "p1-1 was withdrawn");
    service.stop().await;
}

#[tokio::test]
async fn when_nothing_moves_an_event_fails_in_time() {
    let broker = Broker::shared();
    let network = Network::before_url(broker.uri()).await;
    let config = Config { publish_timeout: Duration::from_millis(500), ..broker.config_through(&network) };
    let service = Service::start(&config, &Engine::new()).await;
    let till = Till::with_queue(&broker, &config, "3").await;

    network.set(Weather::Stalled);
    let before = Instant::now();
    assert!(matches!(service.tell("3", "p1-1").await, Delivery::Failed(_)));
    assert!(before.elapsed() < Duration::from_secs(3), "{:?}", before.elapsed());
    network.set(Weather::Fair);
    service.tell_until_confirmed("3", "p1-1").await;
    service.tell_until_confirmed("3", "p1-2").await;

    let events = till.events().await;
    assert!(events.contains_key("p1-1") && events.contains_key("p1-2"), "{events:?}");
    service.stop().await;
}

#[tokio::test]
async fn an_exchange_that_vanishes_is_made_again() {
    let broker = Broker::shared();
    let config = broker.config();
    let service = Service::start(&config, &Engine::new()).await;
    let till = Till::connect(&broker, &config, "3").await;
    let channel = till.channel().await;
    channel.exchange_delete(till.name("event").into(), ExchangeDeleteOptions::default()).await.unwrap();

    let delivery = service.tell("3", "p1-1").await;
    assert!(matches!(&delivery, Delivery::Failed(reason) if reason.contains("channel")), "{delivery:?}");
    until("the exchange is back", async || {
        let channel = till.channel().await;
        let options = ExchangeDeclareOptions { passive: true, ..Default::default() };
        let (name, none) = (till.name("event").into(), FieldTable::default());
        channel.exchange_declare(name, ExchangeKind::Topic, options, none).await.ok()
    })
    .await;
    let till = Till::with_queue(&broker, &config, "3").await;
    service.tell_until_confirmed("3", "p1-1").await;
    assert_eq!(till.events().await.len(), 1);
    service.stop().await;
}
