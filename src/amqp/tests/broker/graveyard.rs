//! A person looks at dead letters, and sends them once more.

use amqp::{Graveyard, GraveyardError};
use engine::doors::Receipt;
use lapin::BasicProperties;

use crate::lab::{Broker, Engine, Service, Till, until};

fn named(id: &str) -> BasicProperties {
    BasicProperties::default().with_message_id(id.into())
}

#[tokio::test]
async fn dead_letters_are_listed_with_their_reasons_and_stay() {
    let broker = Broker::shared();
    let (config, engine) = (broker.config(), Engine::that(|_| Receipt::DeadLetter("no such store".into())));
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;
    let graveyard = Graveyard::open(&config).await.unwrap();
    assert_eq!(graveyard.list(10).await.unwrap(), []);

    till.send_as("v1.17.3.pay", named("m-1"), b"{\"operation\":\"a\"}").await;
    until("the first is dead", async || (till.count(&till.name("dead")).await.0 == 1).then_some(())).await;
    till.send_as("nonsense", named("m-2"), b"{}").await;
    until("both are dead", async || (till.count(&till.name("dead")).await.0 == 2).then_some(())).await;

    let letters = graveyard.list(10).await.unwrap();
    let told: Vec<_> = letters
        .iter()
        .map(|letter| (letter.routing_key.as_str(), letter.message_id.as_deref(), letter.reason.as_str()))
        .collect();
    assert_eq!(told[0], ("v1.17.3.pay", Some("m-1"), "no such store"));
    assert_eq!((told[1].0, told[1].1), ("nonsense", Some("m-2")));
    assert!(told[1].2.contains("routing key"), "{}", told[1].2);
    assert_eq!(letters[0].dead_at.as_deref(), Some("2026-11-21T10:15:00Z"));
    assert_eq!(letters[0].body, b"{\"operation\":\"a\"}");
    until("both are back", async || (till.count(&till.name("dead")).await.0 == 2).then_some(())).await;
    assert_eq!(graveyard.list(10).await.unwrap(), letters, "the same at each look");

    let refused = graveyard.replay(10, |letter| letter.routing_key == "nonsense").await;
    assert!(matches!(refused, Err(GraveyardError::NotReplayable { .. })), "{refused:?}");
    until("none is lost", async || (till.count(&till.name("dead")).await.0 == 2).then_some(())).await;
    graveyard.close().await;
    service.stop().await;
}

#[tokio::test]
async fn a_replayed_pay_is_stale_every_other_command_is_as_it_was_and_what_was_not_wanted_stays() {
    let broker = Broker::shared();
    let config = broker.config();
    let buries = Engine::that(|_| Receipt::DeadLetter("the store is not set up yet".into()));
    let service = Service::start(&config, &buries).await;
    let till = Till::connect(&broker, &config, "3").await;
    for (key, id) in [("v1.17.3.pay", "m-1"), ("v1.17.3.cancel", "m-2"), ("v1.17.3.get", "m-3")] {
        till.send_as(key, named(id), b"{\"operation\":\"a\"}").await;
    }
    until("all are dead", async || (till.count(&till.name("dead")).await.0 == 3).then_some(())).await;
    service.stop().await;

    let takes = Engine::new();
    let service = Service::start(&config, &takes).await;
    let graveyard = Graveyard::open(&config).await.unwrap();
    let mut replayed =
        graveyard.replay(10, |letter| letter.message_id.as_deref() != Some("m-3")).await.unwrap();
    replayed.sort_by(|one, other| one.message_id.cmp(&other.message_id));
    assert_eq!(replayed.len(), 2);
    let mut received = takes.receives(2).await;
    received.sort_by(|one, other| one.message_id.cmp(&other.message_id));
    for (incoming, (verb, id, is_stale)) in
        received.iter().zip([("pay", "m-1", true), ("cancel", "m-2", false)])
    {
        assert_eq!((incoming.verb.as_str(), incoming.message_id.as_deref()), (verb, Some(id)));
        assert_eq!(
            (incoming.is_stale, incoming.body.as_slice()),
            (is_stale, &b"{\"operation\":\"a\"}"[..]),
            "{verb}"
        );
    }
    until("one is left", async || (till.count(&till.name("dead")).await.0 == 1).then_some(())).await;
    let left = graveyard.list(10).await.unwrap();
    assert_eq!(left[0].message_id.as_deref(), Some("m-3"));
    graveyard.close().await;
    service.stop().await;
}
