//! A stop that loses nothing.

use std::time::Duration;

use amqp::{Config, Prefetch};
use engine::doors::Receipt;
use engine::ports::Delivery;
use tokio::time::Instant;

use crate::lab::{Broker, Engine, Service, Till, until};

#[tokio::test]
async fn what_is_in_hand_is_finished_and_the_rest_is_left_to_the_broker() {
    let broker = Broker::shared();
    let engine = Engine::new();
    let base = broker.config();
    let config = Config { prefetch: Prefetch { pay: 4, ..base.prefetch }, ..base };
    let mut service = Service::start(&config, &engine).await;
    let till = Till::with_queue(&broker, &config, "3").await;

    engine.open_gate(false);
    for number in 0..10 {
        till.send("pay", &number.to_string()).await;
    }
    engine.receives(4).await;
    service.signal();
    until("the consumers are cancelled", async || {
        let report = service.health.report();
        report.consumers.iter().all(|consumer| !consumer.is_open).then_some(())
    })
    .await;
    engine.open_gate(true);
    service.consuming_ends().await;

    assert_eq!(engine.finished().len(), 4);
    assert_eq!(service.health.report().counts.acknowledged, 4);
    assert_eq!(till.count(&till.name("q.pay")).await.0, 6);
    // The last events of the engine still go out.
    assert_eq!(service.tell("3", "p1-1").await, Delivery::Confirmed);
    service.close().await;
    assert_eq!(till.events().await.len(), 1);

    let next = Service::start(&config, &engine).await;
    let mut bodies: Vec<_> = engine.receives(10).await.into_iter().map(|command| command.body).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 10, "each was handled once");
    next.stop().await;
}

#[tokio::test]
async fn what_is_not_finished_in_time_is_left_to_the_broker() {
    let broker = Broker::shared();
    let engine = Engine::new();
    let config = Config { drain_timeout: Duration::from_millis(300), ..broker.config() };
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;

    engine.open_gate(false);
    till.send("pay", "{}").await;
    engine.receives(1).await;
    let before = Instant::now();
    service.stop().await;
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());

    until("it is in its queue again", async || (till.count(&till.name("q.pay")).await.0 == 1).then_some(()))
        .await;
    engine.open_gate(true);
    assert!(engine.finished().is_empty(), "the engine's call was ended, not left running");
}

#[tokio::test]
async fn a_command_that_waits_for_better_times_delays_no_stop() {
    let broker = Broker::shared();
    let engine = Engine::that(|_| Receipt::Later);
    let config = broker.config();
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;
    till.send("pay", "{}").await;
    engine.receives(4).await;

    let before = Instant::now();
    service.stop().await;
    assert!(before.elapsed() < Duration::from_secs(3), "{:?}", before.elapsed());
    until("it is in its queue again", async || (till.count(&till.name("q.pay")).await.0 == 1).then_some(()))
        .await;
}

#[tokio::test]
async fn events_that_were_handed_over_before_the_last_step_still_go_out() {
    let broker = Broker::shared();
    let config = broker.config();
    let service = Service::start(&config, &Engine::new()).await;
    let till = Till::with_queue(&broker, &config, "3").await;

    let sink = service.sink.clone();
    let sendings: Vec<_> = (0..300)
        .map(|number| {
            let sink = sink.clone();
            tokio::spawn(async move { sink.publish(&crate::lab::event("3", &number.to_string())).await })
        })
        .collect();
    tokio::task::yield_now().await;
    service.stop().await;

    let mut confirmed = 0;
    for sending in sendings {
        confirmed += usize::from(sending.await.unwrap() == Delivery::Confirmed);
    }
    assert_eq!(till.events().await.len(), confirmed, "what was not confirmed was not sent");
    let after = sink.publish(&crate::lab::event("3", "late")).await;
    assert!(matches!(after, Delivery::Failed(_)), "{after:?}");
}
