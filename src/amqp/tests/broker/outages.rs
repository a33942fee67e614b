//! Brokers that stop, die, freeze and starve. Each test has its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use amqp::Config;
use engine::ports::Delivery;
use tokio::time::sleep;

use crate::lab::{Broker, Engine, Service, Till, until, within};

/// Publishes one event after the other, each until it is confirmed, as the engine does; returns how often each was tried.
async fn burst(service: &Service, events: u32) -> BTreeMap<String, u32> {
    let mut tries = BTreeMap::new();
    for number in 0..events {
        let id = format!("{number:04}");
        let count = service.tell_until_confirmed("3", &id).await;
        tries.insert(id, count);
        sleep(Duration::from_millis(20)).await;
    }
    tries
}

async fn goes_on_after(stop: &str) {
    let broker = Broker::private_running().await;
    let (config, engine) = (broker.config(), Engine::new());
    let service = Arc::new(Service::start(&config, &engine).await);
    let till = Till::with_queue(&broker, &config, "3").await;
    till.send("pay", "before").await;

    let publishing = tokio::spawn({
        let service = service.clone();
        async move { burst(&service, 250).await }
    });
    // A queue that is younger than this may not survive a crash of its broker.
    sleep(Duration::from_secs(3)).await;
    broker.control(&[stop]).await;
    until("both connections are missed", async || {
        let report = service.health.report();
        (!report.consuming.is_connected && !report.publishing.is_connected).then_some(())
    })
    .await;
    sleep(Duration::from_secs(5)).await;
    broker.control(&["start"]).await;
    service.ready().await;

    let tries = within("all are confirmed", publishing).await.unwrap();
    let till = Till::connect(&broker, &config, "3").await;
    let events = till.events().await;
    assert_eq!(events.keys().collect::<Vec<_>>(), tries.keys().collect::<Vec<_>>(), "none is lost");
    for (id, count) in events {
        assert!(count <= tries[&id], "{id} is there {count} times, and was sent {} times", tries[&id]);
    }
    till.send("pay", "after").await;
    until("commands go on", async || {
        engine.finished().iter().any(|command| command.body == b"after").then_some(())
    })
    .await;
    assert!(service.health.report().consuming.last_error.is_some());
    Arc::into_inner(service).unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_goes_on_after_a_stop_of_the_broker() {
    goes_on_after("stop").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_goes_on_after_a_crash_of_the_broker() {
    goes_on_after("kill").await;
}

/// After a crash a quorum queue may be left without a leader: it takes and gives nothing, and the broker closes each
/// connection that waits a minute for it.
#[tokio::test(flavor = "multi_thread")]
async fn while_one_queue_does_not_answer_the_others_are_consumed() {
    let broker = Broker::private_running().await;
    let engine = Engine::new();
    let config = Config { answer_timeout: Duration::from_secs(1), ..broker.config() };
    Service::start(&config, &engine).await.stop().await;
    let queue = format!("{}.q.control", config.prefix);
    let process = format!("sys:VERB(list_to_existing_atom(\"%2F_{queue}\")).");
    broker.control(&["ctl", "eval", &process.replace("VERB", "suspend")]).await;

    let service = Service::begin(&config, &engine);
    let till = Till::with_queue(&broker, &config, "3").await;
    till.send("pay", "{}").await;
    engine.receives(1).await;
    let consumer = async || {
        let report = service.health.report();
        report.consumers.into_iter().find(|consumer| consumer.name == queue)?.last_error
    };
    let error = until("it is told which queue does not answer", consumer).await;
    assert!(error.contains("did not answer"), "{error}");
    assert!(!service.health.is_ready());
    till.send("refund", "{}").await;
    engine.receives(2).await;
    assert_eq!(service.health.report().consumers.iter().filter(|consumer| !consumer.is_open).count(), 1);

    broker.control(&["ctl", "eval", &process.replace("VERB", "resume")]).await;
    service.ready().await;
    till.send("cancel", "{}").await;
    engine.receives(3).await;
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_broker_is_frozen_events_fail_in_time_and_afterwards_all_goes_on() {
    let broker = Broker::private_running().await;
    let engine = Engine::new();
    let uri = format!("{}?heartbeat=2", broker.uri());
    let config = Config {
        uri: uri.into(),
        publish_timeout: Duration::from_secs(1),
        answer_timeout: Duration::from_secs(1),
        ..broker.config()
    };
    let service = Service::start(&config, &engine).await;
    let till = Till::with_queue(&broker, &config, "3").await;
    let threads = threads_of_the_client_library();

    broker.control(&["freeze"]).await;
    let before = tokio::time::Instant::now();
    assert!(matches!(service.tell("3", "p1-1").await, Delivery::Failed(_)));
    assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
    until("the heartbeat is missed", async || {
        let report = service.health.report();
        (!report.consuming.is_connected && !report.publishing.is_connected).then_some(())
    })
    .await;
    // The handshakes that come to nothing meanwhile leave no threads behind.
    sleep(Duration::from_secs(8)).await;
    assert!(threads_of_the_client_library() <= threads + 2);
    broker.control(&["thaw"]).await;
    service.ready().await;

    service.tell_until_confirmed("3", "p1-1").await;
    service.tell_until_confirmed("3", "p1-2").await;
    drop(till);
    let till = Till::connect(&broker, &config, "3").await;
    let events = till.events().await;
    assert!(events.contains_key("p1-1") && events.contains_key("p1-2"), "{events:?}");
    till.send("pay", "{}").await;
    engine.receives(1).await;
    service.stop().await;
}

fn threads_of_the_client_library() -> usize {
    let name_of = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).ok();
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks.filter_map(|task| name_of(task.unwrap())).filter(|name| name.starts_with("lapin-io-loop")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_broker_is_out_of_memory_events_wait_and_commands_come() {
    let broker = Broker::private_running().await;
    let engine = Engine::new();
    let config = Config { publish_timeout: Duration::from_secs(2), ..broker.config() };
    let service = Service::start(&config, &engine).await;
    let till = Till::with_queue(&broker, &config, "3").await;
    till.send("pay", "{}").await;
    engine.receives(1).await;

    broker.control(&["ctl", "set_vm_memory_high_watermark", "0.0000001"]).await;
    // The broker says so when it is told the first event.
    assert!(matches!(service.tell("3", "p1-1").await, Delivery::Failed(_)));
    until("the alarm is told", async || service.health.report().publishing.blocked).await;
    assert!(!service.health.is_ready());
    for _ in 0..3 {
        assert!(matches!(service.tell("3", "p1-2").await, Delivery::Failed(_)));
    }
    broker.control(&["ctl", "set_vm_memory_high_watermark", "0.9"]).await;
    until("the alarm is over", async || service.health.report().publishing.blocked.is_none().then_some(()))
        .await;

    service.tell_until_confirmed("3", "p1-3").await;
    let report = service.health.report();
    assert_eq!((report.publishing.connects, report.consuming.connects), (1, 1), "nothing had to be rebuilt");
    let events = till.events().await;
    assert!(events.contains_key("p1-3"), "{events:?}");
    assert!(!events.contains_key("p1-2"), "what was begun under the alarm was withdrawn: {events:?}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_starts_before_its_broker_waits_for_it() {
    let broker = Broker::private().await;
    let engine = Engine::new();
    let config = Config { publish_timeout: Duration::from_millis(200), ..broker.config() };
    let service = Service::begin(&config, &engine);
    assert!(matches!(service.tell("3", "p1-1").await, Delivery::Failed(_)));
    let error = until("the failure is told", async || service.health.report().consuming.last_error).await;
    assert!(!error.contains("guest:guest"), "{error}");

    broker.control(&["start"]).await;
    service.ready().await;
    let till = Till::with_queue(&broker, &config, "3").await;
    till.send("pay", "{}").await;
    engine.receives(1).await;
    service.tell_until_confirmed("3", "p1-1").await;
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_stops_in_time_though_its_broker_is_frozen_or_gone() {
    let broker = Broker::private_running().await;
    let config = Config { publish_timeout: Duration::from_secs(1), ..broker.config() };
    let frozen = Service::start(&config, &Engine::new()).await;
    let gone = Service::start(&config, &Engine::new()).await;
    broker.control(&["freeze"]).await;
    frozen.stop().await;
    broker.control(&["thaw"]).await;
    broker.control(&["kill"]).await;
    gone.stop().await;
}
