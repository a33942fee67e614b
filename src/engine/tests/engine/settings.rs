//! Changed settings are taken over while the engine runs.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::doors::Screens;
use payment::{RegisterId, ServerId};
use serde_json::json;

use crate::kit::{Answer, OPEN_PLATE, Verb, World, pay_body, plate};

#[test]
fn a_new_register_is_known_within_a_second() {
    let world = World::new();
    world.live(async |till| {
        let pay = |operation: &str| json!({ "operation": operation, "amount": { "value": 500, "currency": "RUB" } });
        till.send("8", "pay", pay("op-1")).await;
        assert_eq!(till.sink.names("8"), ["request.rejected"]);
        till.set(|settings| {
            for store in settings.stores.values_mut() {
                let like = store.registers[&RegisterId::parse("2").unwrap()].clone();
                store.registers.insert(RegisterId::parse("8").unwrap(), like);
            }
        });
        till.until_ms(1_100).await;
        till.send("8", "pay", pay("op-2")).await;
        till.breathe().await;
        assert_eq!(till.sink.names("8")[1..], ["payment.accepted", "payment.qr_ready"]);
    });
}

#[test]
fn a_new_server_is_connected_before_its_settings_hold() {
    let world = World::with_many_open();
    let south = ServerId::parse("south").unwrap();
    world.connects_slowly(Duration::from_millis(300));
    world.set(|settings| {
        settings.servers.remove(&south);
        let types = settings.stores.values_mut().map(|store| &mut store.payment_types);
        types.for_each(|types| types.retain(|_, its| !its.servers.contains(&south)));
    });
    world.live(async |till| {
        till.pay("at-north").await;
        till.until_ms(500).await;
        assert_eq!(till.status("at-north").await, "awaiting_payment");
        till.set(|_| ());
        for step in 0..60 {
            till.until_ms(500 + 25 * step).await;
            let mut body = pay_body(&format!("op-{step}"));
            body["payment_type"] = "south".into();
            till.send("2", "pay", body).await;
        }
        till.until_ms(2_100).await;
        let told = till.sink.confirmed().into_iter().filter(|told| told.event.register.as_str() == "2");
        let codes: BTreeSet<_> =
            told.map(|told| told.body["code"].as_str().unwrap_or("none").to_owned()).collect();
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["none", "unknown_payment_type"]);
        assert_eq!(till.sink.names("2").last().unwrap(), "payment.qr_ready");
    });
}

#[test]
fn lowered_limits_hold_for_calls_under_way_too() {
    let world = World::with_many_open();
    let limit = |concurrency: u32| {
        world.set(|settings| {
            settings.servers.get_mut(&ServerId::parse("north").unwrap()).unwrap().concurrency = concurrency;
        });
    };
    limit(4);
    world.bank.always(Verb::Issue, Answer::Slowly(Duration::from_millis(1_500)));
    world.live(async |till| {
        for number in 0..12 {
            till.pay(&format!("op-{number}")).await;
        }
        till.until_ms(100).await;
        limit(2);
        till.until_ms(4_400).await;
        // Four from the start; two each time after 1.5 s and 3 s.
        assert_eq!(till.bank.times(Verb::Issue), [0, 0, 0, 0, 1_500, 1_500, 3_000, 3_000]);
    });
    assert_eq!(world.bank.most_at_once(), 4);
}

#[test]
fn settings_that_can_not_be_read_leave_the_old_ones_in_force() {
    let world = World::new();
    world.live(async |till| {
        till.store.fail(crate::kit::Failing::Away);
        till.until(10).await;
        till.store.fail(crate::kit::Failing::No);
        till.pay("op-1").await;
        till.breathe().await;
        assert_eq!(till.status("op-1").await, "awaiting_payment");
    });
}

#[test]
fn a_payment_under_way_keeps_its_terms_and_outlives_its_server() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(1_500).await;
        till.remove_bank("north");
        till.until(20).await;
        let asked = till.bank.count(Verb::Status);
        assert_eq!(asked, 1, "there is nobody to ask");
        let loads = till.store.calls()["load"];
        assert!(loads <= 25, "and that is no reason to hurry: {loads} looks");
    });
}

#[test]
fn a_plate_is_known_by_what_is_on_it_whether_it_is_armed_or_open() {
    World::new().live(async |till| {
        let settings = till.engine.settings();
        for (payload, owner) in [
            (plate().payload, Some(("17", "5"))),
            (format!("https://qr.nspk.ru/{OPEN_PLATE}?type=01"), Some(("17", "3"))),
            ("https://qr.nspk.ru/AS300000000000000000000000000001?type=01".to_owned(), None),
        ] {
            let found = settings.register_of_plate(&payload);
            assert_eq!(
                found.map(|(store, register)| (store.as_str(), register.as_str())),
                owner,
                "{payload}"
            );
        }
    });
}

#[test]
fn where_nothing_was_changed_no_bank_is_connected_anew() {
    let world = World::new();
    world.connects_slowly(Duration::from_millis(300));
    world.live(async |till| {
        till.until_ms(500).await;
        till.engine.follow_settings().await;
        assert_eq!(till.clock_ms(), 500, "it waits for nobody");
        till.set(|_| ());
        till.engine.follow_settings().await;
        assert_eq!(till.clock_ms(), 800);
    });
}
