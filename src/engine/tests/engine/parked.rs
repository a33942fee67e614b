//! Registers without a queue: their events are parked, tried again, and released in order.

use engine::doors::Intake;
use serde_json::json;

use crate::kit::{Life, World};

async fn pays(till: &Life<'_>, count: usize) {
    for number in 0..count {
        till.pay(&format!("op-{number}")).await;
    }
    till.breathe().await;
}

#[test]
fn parked_events_are_released_in_order_by_the_registers_next_command() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 3).await;
        till.until(10).await;
        till.buyer_pays_order("op-0").await;
        till.until(12).await;
        assert_eq!(till.sink.names("1"), [""; 0]);
        till.sink.give_queue_to("1");
        till.until(15).await;
        assert_eq!(till.sink.names("1"), [""; 0], "nobody has told that there is a queue");
        till.send("1", "get", json!({ "operation": "op-0" })).await;
        till.breathe().await;
        let of = |operation: &str| -> Vec<String> {
            let events = till.sink.to("1").into_iter();
            let own =
                events.filter(|one| one.body["operation"] == operation && one.event.name != "payment.state");
            own.map(|one| one.event.name).collect()
        };
        assert_eq!(of("op-0"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
        assert_eq!(of("op-1"), ["payment.accepted", "payment.qr_ready"]);
        assert_eq!(of("op-2"), ["payment.accepted", "payment.qr_ready"]);
    });
}

#[test]
fn parked_events_are_tried_again_every_minute() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 2).await;
        till.until(30).await;
        till.sink.give_queue_to("1");
        till.until_ms(59_900).await;
        assert_eq!(till.sink.names("1"), [""; 0]);
        till.until(61).await;
        assert_eq!(till.sink.names("1").len(), 4);
    });
}

#[test]
fn a_register_without_a_queue_costs_one_try_a_minute_and_one_a_command_whatever_is_parked() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 50).await;
        till.until(1).await;
        let (tries, marks) = (till.sink.tries(), till.store.calls()["mark"]);
        till.until(59).await;
        assert_eq!(till.sink.tries(), tries, "parked is parked");
        till.until(601).await;
        let more = till.sink.tries() - tries;
        assert!(
            more <= 10 + 50,
            "{more} tries in ten minutes: one a minute, and what else the payments tell"
        );
        assert!(till.store.calls()["mark"] - marks <= 80);
        let tries = till.sink.tries();
        for _ in 0..5 {
            till.cancel("op-0").await;
            till.breathe().await;
        }
        assert!(till.sink.tries() - tries <= 10, "each command: its own answer and one probe");
    });
}

#[test]
fn parked_counts_as_delivered_for_settled_and_survives_a_restart() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 1).await;
        till.buyer_pays_order("op-0").await;
        till.until(300).await;
        assert!(till.payment("op-0").await.state.settled);
    });
    world.live(async |till| {
        till.sink.give_queue_to("1");
        till.until(400).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
    });
    world.check_laws();
}

#[test]
fn new_events_go_behind_parked_ones_even_while_those_are_being_released() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 1).await;
        till.until(10).await;
        till.sink.give_queue_to("1");
        till.sink.slow_down(std::time::Duration::from_millis(100));
        tokio::join!(till.cancel("op-0"), till.send("1", "get", json!({ "operation": "op-0" })));
        till.until(15).await;
        let names: Vec<String> =
            till.sink.names("1").into_iter().filter(|name| name != "payment.state").collect();
        assert_eq!(
            names,
            ["payment.accepted", "payment.qr_ready", "payment.cancelling", "payment.cancelled"]
        );
    });
}

#[test]
fn a_register_that_changes_to_asking_leaves_nothing_parked() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 3).await;
        till.until(10).await;
        till.set(|settings| {
            for store in settings.stores.values_mut() {
                for register in store.registers.values_mut() {
                    register.events_by = engine::settings::EventsBy::Http;
                }
            }
        });
        till.until(70).await;
        assert!(till.undelivered().is_empty());
    });
    assert_eq!(world.sink.names("1"), [""; 0]);
}

#[test]
fn more_than_memory_holds_is_released_from_the_rows_in_order() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 1_500).await;
        till.until(10).await;
        till.store.forget_calls();
        till.sink.give_queue_to("1");
        till.engine.release_parked(&engine::ports::Destination {
            store: payment::StoreId::parse("17").unwrap(),
            register: payment::RegisterId::parse("1").unwrap(),
        });
        till.until(20).await;
        let names: Vec<String> =
            till.sink.names("1").into_iter().filter(|name| name != "payment.state").collect();
        assert_eq!(names.len(), 3_000);
        for number in [0, 700, 1_499] {
            let own = till.sink.to("1").into_iter();
            let own = own.filter(|one| one.body["operation"] == format!("op-{number}"));
            let own: Vec<String> = own.map(|one| one.event.name).collect();
            assert_eq!(own, ["payment.accepted", "payment.qr_ready"], "op-{number}");
        }
        assert!(till.undelivered().is_empty());
        let calls = till.store.calls();
        assert!(
            calls["parked"] > 0 && !calls.contains_key("undelivered"),
            "nothing of others is read: {calls:?}"
        );
    });
}

#[test]
fn what_was_parked_for_a_register_that_asks_since_the_last_start_is_sent_to_nobody() {
    let world = World::new();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        pays(till, 1).await;
        till.until(1).await;
    });
    world.sink.give_queue_to("1");
    world.set(|settings| {
        for register in settings.stores.values_mut().flat_map(|store| store.registers.values_mut()) {
            register.events_by = engine::settings::EventsBy::Http;
        }
    });
    world.live(async |till| {
        till.until(70).await;
        assert!(till.undelivered().is_empty(), "committed is delivered");
    });
    assert_eq!(world.sink.names("1"), [""; 0]);
}
