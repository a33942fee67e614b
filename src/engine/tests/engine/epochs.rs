//! Calls under way and the epoch of who makes them.

use std::time::Duration;

use engine::doors::Hints;
use engine::ports::Store;

use crate::kit::{Answer, Verb, World};

#[test]
fn a_call_of_a_process_that_died_is_unknown_at_once() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Silent]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
    });
    world.live(async |till| {
        till.breathe().await;
        assert_eq!(till.clock_ms(), 1_000);
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        let payment = till.payment("op-1").await;
        assert_eq!(payment.state.attempts.len(), 2, "the first is an orphan, its order is never used again");
        let facts = till.facts(payment.id);
        assert_eq!(facts[..5], ["accepted", "issue_ordered", "issue_unknown", "issue_ordered", "code_shown"]);
        till.until(2).await;
        assert_eq!(
            till.bank.count(Verb::Annul),
            0,
            "an orphan without a code can't be withdrawn, only watched"
        );
        till.buyer_pays();
        till.until(700).await;
    });
    world.check_laws();
}

#[test]
fn a_call_of_a_process_that_lives_is_waited_for_until_its_deadline() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Deaf]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(9_900).await;
        assert_eq!(till.bank.times(Verb::Issue), [0]);
        till.until_ms(10_100).await;
        assert_eq!(till.bank.times(Verb::Issue), [0, 10_000]);
        assert_eq!(till.sink.names("1").last().unwrap(), "payment.qr_ready");
    });
}

#[test]
fn an_instance_whose_epoch_lapsed_takes_a_new_one_and_feeds_what_it_holds() {
    let world = World::with_many_open();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_millis(300))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(200).await;
        till.store.data.begin_epoch(till.now()).await.unwrap();
        till.until_ms(400).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        assert_eq!(till.store.calls()["begin_epoch"], 2);
        till.pay("op-2").await;
        till.until(2).await;
        assert_eq!(till.status("op-2").await, "awaiting_payment");
    });
    assert_eq!(world.bank.count(Verb::Issue), 2);
}

#[test]
fn a_new_command_after_the_epoch_lapsed_is_taken_at_its_next_delivery() {
    use engine::doors::Receipt;
    let world = World::new();
    world.live(async |till| {
        till.store.data.begin_epoch(till.now()).await.unwrap();
        assert_eq!(till.pay("op-1").await, Receipt::Later);
        assert_eq!(till.pay("op-1").await, Receipt::Ack);
        till.store.data.begin_epoch(till.now()).await.unwrap();
        assert_eq!(till.cancel("op-2").await, Receipt::Later);
        assert_eq!(till.cancel("op-2").await, Receipt::Ack);
        till.until(1).await;
        assert_eq!(till.status("op-1").await, "awaiting_payment");
    });
}

#[test]
fn a_call_under_way_is_not_lost_when_its_payment_is_looked_at_meanwhile_and_nobody_is_asked_about_it() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(3))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        let payment = till.payment("op-1").await;
        till.engine.hint(payment.state.attempts[0].id);
        till.until(4).await;
        assert_eq!(till.facts(payment.id), ["accepted", "issue_ordered", "code_shown"]);
        assert_eq!(till.store.calls().get("has_lapsed"), None);
    });
}
