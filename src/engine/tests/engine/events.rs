//! Events: in order per payment and register, again until confirmed, never lost.

use std::time::Duration;

use engine::doors::{Hints, MoneyTold, Registers};
use engine::ports::{Destination, OperationKey, OperationKind};
use payment::ServerId;
use serde_json::json;

use crate::kit::{CrashPoint, Failing, Port, Side, World, ms};

#[test]
fn the_next_event_goes_after_the_one_before_is_confirmed() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.sink.slow_down(Duration::from_secs(2));
        till.pay("op-1").await;
        till.pay("op-2").await;
        till.until(5).await;
        let times = |operation: &str| -> Vec<u64> {
            let to = till.sink.to("1");
            to.iter().filter(|one| one.body["operation"] == operation).map(|one| ms(one.at)).collect()
        };
        assert_eq!(times("op-1"), [2_000, 4_000]);
        assert_eq!(times("op-2"), [2_000, 4_000], "payments do not wait for each other");
    });
}

#[test]
fn an_event_that_fails_is_sent_again_and_the_others_wait_behind_it() {
    let world = World::new();
    world.live(async |till| {
        till.sink.fail("payment.accepted", 4);
        till.pay("op-1").await;
        till.until(5).await;
        let told: Vec<_> = till.sink.to("1").iter().map(|one| (one.event.name.clone(), ms(one.at))).collect();
        assert_eq!(told, [("payment.accepted".to_owned(), 2_000), ("payment.qr_ready".to_owned(), 2_000)]);
    });
}

#[test]
fn a_silent_broker_loses_nothing() {
    let world = World::new();
    world.live(async |till| {
        till.sink.be_silent(true);
        till.pay("op-1").await;
        till.until(20).await;
        till.buyer_pays_order("op-1").await;
        till.until(40).await;
        till.sink.be_silent(false);
        till.until(50).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
    });
}

#[test]
fn an_event_that_was_not_confirmed_when_the_process_died_is_sent_by_the_next_one() {
    let world = World::new();
    world.crash_at(CrashPoint { port: Port::Publish, number: 2, side: Side::Before });
    let lived = world.live_unless_crashed(async |till| {
        till.pay("op-1").await;
        till.until(5).await;
    });
    assert!(lived.is_none());
    assert_eq!(world.sink.names("1"), ["payment.accepted"]);
    world.live(async |till| {
        till.breathe().await;
        assert_eq!(till.sink.names("1").last().unwrap(), "payment.qr_ready");
    });
}

#[test]
fn an_event_whose_mark_was_not_durable_is_delivered_again_with_the_same_id() {
    let world = World::new();
    world.crash_at(CrashPoint { port: Port::Mark, number: 1, side: Side::Before });
    let lived = world.live_unless_crashed(async |till| {
        till.pay("op-1").await;
        till.until(5).await;
    });
    assert!(lived.is_none());
    let before: Vec<String> = world.sink.to("1").iter().map(|one| one.event.message_id.clone()).collect();
    world.live(async |till| till.breathe().await);
    let after: Vec<String> = world.sink.to("1").iter().map(|one| one.event.message_id.clone()).collect();
    assert_eq!(after[before.len()..before.len() * 2], before, "at least once");
}

#[test]
fn events_say_which_command_they_answer_and_only_to_its_sender() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(2).await;
        till.refund("2", "r-1", "op-1", None).await;
        till.until(3).await;
        let reply =
            |register: &str, name: &str| till.sink.last(register, name).unwrap().body["in_reply_to"].clone();
        assert_eq!(reply("1", "payment.accepted"), "1-pay-op-1");
        assert_eq!(reply("1", "payment.qr_ready"), json!(null), "time asked for this");
        assert_eq!(reply("2", "refund.accepted"), "2-refund-r-1");
        assert_eq!(reply("1", "refund.accepted"), json!(null), "a copy for the paying till");
    });
}

#[test]
fn every_event_has_the_fields_of_the_contract() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(1_500).await;
        till.buyer_pays();
        till.until_ms(2_100).await;
        for one in till.sink.to("1") {
            let body = &one.body;
            for field in
                ["event", "sequence", "operation", "payment", "store", "register", "status", "amount"]
            {
                assert!(!body[field].is_null(), "{} has no {field}", one.event.name);
            }
            for field in ["refunded_total", "test", "occurred_at"] {
                assert!(!body[field].is_null(), "{} has no {field}", one.event.name);
            }
            assert_eq!(one.event.correlation_id.as_deref(), Some("op-1"));
        }
        let paid = till.sink.last("1", "payment.paid").unwrap().body;
        assert_eq!(
            (&paid["occurred_at"], &paid["paid_at"]),
            (&json!("2026-11-21T09:00:02Z"), &json!("2026-11-21T09:00:01.5Z"))
        );
        assert_eq!(
            (&paid["payer"], &paid["instrument"], &paid["bank"]),
            (&json!("И. И."), &json!("sbp"), &json!("north"))
        );
    });
}

#[test]
fn p9_a_bank_that_hangs_up_on_its_notification_keeps_no_event_from_its_till() {
    let world = World::new().terms("north", |terms| terms.latest_credit_only = true);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(1_100).await;
        assert!(till.buyer_pays());
        let order = till.payment("op-1").await.state.attempts[0].id;
        let money = till.bank.ledger().told_of("T1");
        let told = MoneyTold { order: Some(order), code: None, money };
        let north = ServerId::parse("north").unwrap();
        till.store.fail(Failing::Tardy(Duration::from_millis(300)));
        let waits =
            tokio::time::timeout(Duration::from_millis(100), till.engine.notified(&north, told)).await;
        assert!(waits.is_err(), "the bank gives up waiting");
        assert_eq!(till.status("op-1").await, "paid", "it was durable by then");
        till.store.fail(Failing::No);
        till.until(5).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
        till.until(1_000).await;
    });
    world.check_laws();
}

#[test]
fn a_register_reads_the_events_of_its_payment_from_where_it_was() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(5).await;
        till.refund("2", "r-1", "op-1", None).await;
        till.until(10).await;
        let payment = till.payment("op-1").await;
        let names = async |after| {
            let rows = till.engine.events_of_payment(&payment, after).await.unwrap();
            rows.into_iter().map(|row| (row.sequence, row.name)).collect::<Vec<_>>()
        };
        let all = names(0).await;
        let told: Vec<&str> = all.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(told, till.sink.names("1"), "its own, and none of the copies for the other till");
        let (second, _) = all[1];
        assert_eq!(names(second).await, all[2..]);
        let checkout = &payment.checkout;
        let own = Destination { store: checkout.store.clone(), register: checkout.register.clone() };
        let newest = till.engine.newest_event(&own).await.unwrap();
        for (after, expected) in [(newest - 1, 1), (newest, 0)] {
            assert_eq!(till.engine.events_behind(&own, after, 10).await.unwrap().len(), expected);
        }
        assert_eq!(till.engine.payment(payment.id).await.unwrap().as_ref(), Some(&payment));
        let operation = checkout.operation.clone();
        let key = OperationKey { store: own.store, register: own.register, operation };
        let kind = till.engine.operation(&key).await.unwrap();
        assert_eq!(kind, Some(OperationKind::Pay(payment.id)));
    });
}
