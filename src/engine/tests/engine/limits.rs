//! Limits of an authorization server: calls at once, calls per second, buyers before the watch of dead codes.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::ServerId;

use crate::kit::{Answer, Life, Verb, World};

/// The limits of the first bank.
fn limit(world: &World, rate_per_s: u32, concurrency: u32) {
    world.set(|settings| {
        let north = settings.servers.get_mut(&ServerId::parse("north").unwrap()).unwrap();
        (north.rate_per_s, north.concurrency) = (rate_per_s, concurrency);
    });
}

async fn pays(till: &Life<'_>, count: usize) {
    for number in 0..count {
        till.pay(&format!("op-{number}")).await;
    }
}

/// The most calls within any second.
fn busiest_second(times: &[u64]) -> usize {
    times
        .iter()
        .map(|from| times.iter().filter(|at| (*from..*from + 1_000).contains(*at)).count())
        .max()
        .unwrap_or(0)
}

#[test]
fn never_more_calls_at_once_than_allowed() {
    let world = World::with_many_open();
    limit(&world, 1_000, 3);
    for verb in [Verb::Issue, Verb::Status] {
        world.bank.always(verb, Answer::Slowly(Duration::from_millis(500)));
    }
    world.live(async |till| {
        pays(till, 24).await;
        till.until(20).await;
        assert_eq!(till.bank.count(Verb::Issue), 24);
    });
    assert_eq!(world.bank.most_at_once(), 3);
}

#[test]
fn the_rate_is_kept_beyond_a_short_burst() {
    let world = World::with_many_open();
    limit(&world, 10, 100);
    world.live(async |till| {
        pays(till, 40).await;
        till.until(30).await;
        let calls: Vec<u64> = till.bank.calls().iter().map(|call| crate::kit::ms(call.at)).collect();
        assert!(calls.len() >= 280, "the rate is used: {} calls in 30 s", calls.len());
        assert!(busiest_second(&calls) <= 11, "{}", busiest_second(&calls));
        assert_eq!(till.bank.times(Verb::Issue)[..4], [0, 0, 100, 200]);
    });
}

#[test]
fn a_call_that_gets_no_turn_in_time_is_not_sent() {
    let world = World::with_many_open();
    limit(&world, 1_000, 1);
    world.bank.next(Verb::Issue, &[Answer::Silent]);
    world.live(async |till| {
        pays(till, 2).await;
        till.until_ms(9_900).await;
        assert_eq!(till.bank.count(Verb::Issue), 1);
        let second = till.payment_id("op-1").await;
        let facts = till.facts(second);
        assert_eq!(facts[..4], ["accepted", "issue_ordered", "not_issued", "issue_ordered"]);
        till.until(14).await;
        assert_eq!(till.status("op-1").await, "awaiting_payment", "as soon as the bank has a place");
    });
}

#[test]
fn an_order_is_asked_for_once_at_a_time() {
    let world = World::with_many_open();
    world.bank.always(Verb::Status, Answer::Slowly(Duration::from_millis(3_500)));
    world.live(async |till| {
        pays(till, 3).await;
        till.until(30).await;
    });
    assert_eq!(world.bank.most_of_one(), 1);
    assert!(world.bank.count(Verb::Status) >= 3 * 6);
}

#[test]
fn a_slow_bank_slows_no_other_bank() {
    let world = World::with_many_open();
    world.set(|settings| settings.servers.values_mut().for_each(|server| server.concurrency = 2));
    world.bank.always(Verb::Issue, Answer::Deaf);
    world.bank.always(Verb::Status, Answer::Deaf);
    world.live(async |till| {
        pays(till, 20).await;
        for number in 0..5 {
            let body = serde_json::json!({
                "operation": format!("south-{number}"), "payment_type": "south", "amount": { "value": 500, "currency": "RUB" },
            });
            till.send("2", "pay", body).await;
        }
        till.breathe().await;
        assert_eq!(till.sink.names("2").iter().filter(|name| *name == "payment.qr_ready").count(), 5);
        assert_eq!(till.clock_ms(), 0);
    });
}

#[test]
fn live_buyers_go_before_the_watch_of_dead_codes() {
    let world = World::with_many_open().terms("north", |terms| terms.dead_after = Duration::from_mins(10));
    world.live(async |till| {
        pays(till, 100).await;
        till.breathe().await;
        for number in 0..100 {
            till.cancel(&format!("op-{number}")).await;
        }
        till.until(1).await;
        limit(till, 5, 2);
        till.until(30).await;
        till.pay("live").await;
        till.until(60).await;
        let order = till.payment("live").await.state.attempts[0].id.to_string();
        let polls: Vec<u64> = till
            .bank
            .calls()
            .iter()
            .filter(|call| call.verb == Verb::Status && call.name == order)
            .map(|call| crate::kit::ms(call.at))
            .collect();
        assert!(polls.len() >= 25, "about one a second: {polls:?}");
        let shown = till.sink.last("1", "payment.qr_ready").unwrap();
        assert!(
            crate::kit::ms(shown.at) <= 30_500,
            "the code was made at once: {}",
            crate::kit::ms(shown.at)
        );
        let dead = till.bank.count(Verb::Status) - polls.len();
        assert!(dead >= 60, "what is left of the rate is used for the watch: {dead}");
    });
}

#[test]
fn a_server_at_its_limit_is_asked_evenly_and_costs_no_more_than_its_rate() {
    const PAYMENTS: usize = 2_000;
    let world = World::with_many_open();
    world.live(async |till| {
        pays(till, PAYMENTS).await;
        till.until_ms(900).await;
        limit(till, 50, 4);
        till.until(2).await;
        till.store.forget_calls();
        let before = till.bank.count(Verb::Status);
        till.until(122).await;
        let asked = till.bank.count(Verb::Status) - before;
        assert!((5_800..=6_100).contains(&asked), "two minutes of 50 a second: {asked}");
        let loads = till.store.calls()["load"];
        assert!(loads <= 4 * asked, "{loads} looks at the database for {asked} questions");
        let mut by_order: BTreeMap<String, usize> = BTreeMap::new();
        for call in till.bank.calls().iter().filter(|call| call.verb == Verb::Status).skip(before) {
            *by_order.entry(call.name.clone()).or_default() += 1;
        }
        let (least, most) = (by_order.values().min().unwrap(), by_order.values().max().unwrap());
        assert_eq!(
            (by_order.len(), *least >= 2, *most <= 5),
            (PAYMENTS, true, true),
            "between {least} and {most} times each"
        );
        till.until_ms(300_900).await;
        let closing = till.sink.names("1").iter().filter(|name| *name == "payment.cancelling").count();
        assert_eq!(closing, PAYMENTS, "codes expire on time, whenever their status can be asked");
    });
}

#[test]
fn people_are_told_how_a_bank_is_called_and_who_waits() {
    let world = World::with_many_open();
    limit(&world, 1_000, 1);
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(8)), Answer::Well]);
    world.live(async |till| {
        let north = || {
            let mut conditions = till.engine.bank_conditions();
            assert_eq!(
                conditions.iter().map(|its| its.server.as_str()).collect::<Vec<_>>(),
                ["north", "south"]
            );
            let its = conditions.swap_remove(0);
            (its.is_well, its.under_way, its.waiting, its.call_time.is_some())
        };
        assert_eq!(north(), (true, 0, 0, false));
        pays(till, 2).await;
        till.until(1).await;
        assert_eq!(north(), (true, 1, 1, false), "one is called for, the other waits");
        till.until(6).await;
        assert_eq!(north(), (true, 1, 0, false), "who has given up waits no longer");
        till.until_ms(12_500).await;
        assert_eq!(north(), (true, 0, 0, true), "the time that calls take is known by now");
        till.bank.always(Verb::Status, Answer::NotSent);
        till.until(30).await;
        let ill = till.engine.bank_conditions().swap_remove(0);
        assert_eq!((ill.is_well, ill.ill), (false, vec![engine::BankPart::Orders]));
    });
}
