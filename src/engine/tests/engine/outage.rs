//! The database goes away, refuses, or does not say what it did: nothing is lost, nothing is done twice.

use std::time::Duration;

use engine::doors::{Hints, Receipt};
use payment::PaymentId;

use crate::kit::{Answer, Failing, Verb, World};

#[test]
fn an_answer_of_a_bank_waits_for_the_database() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(1))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
        till.store.fail(Failing::Away);
        till.until(7).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted"]);
        till.store.fail(Failing::No);
        till.until(8).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        till.buyer_pays();
        till.until(12).await;
        assert_eq!(till.status("op-1").await, "paid");
    });
    assert_eq!(world.bank.count(Verb::Issue), 1);
}

#[test]
fn payments_go_on_by_themselves_when_the_database_is_back() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(1_500).await;
        till.store.fail(Failing::Away);
        till.buyer_pays();
        till.until(60).await;
        assert_eq!(till.bank.count(Verb::Status), 1, "nothing is asked that could not be kept");
        till.store.fail(Failing::No);
        till.until_ms(61_500).await;
        assert_eq!(till.status("op-1").await, "paid");
    });
}

#[test]
fn while_the_database_is_away_nothing_spins() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..100 {
            till.pay(&format!("op-{number}")).await;
        }
        till.until_ms(500).await;
        till.store.fail(Failing::Away);
        till.store.forget_calls();
        till.until_ms(60_500).await;
        let loads = till.store.calls().get("load").copied().unwrap_or(0);
        assert!(loads <= 65 * 61, "{loads} looks in a minute");
    });
}

#[test]
fn marks_wait_for_the_database() {
    let world = World::new();
    world.live(async |till| {
        till.sink.slow_down(Duration::from_millis(300));
        till.pay("op-1").await;
        till.until_ms(100).await;
        till.store.fail(Failing::Away);
        till.until(5).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"], "events need no database");
        till.store.fail(Failing::No);
        till.until(7).await;
        assert!(till.undelivered().is_empty());
    });
}

#[test]
fn a_commit_that_was_made_without_an_answer_loses_no_event_and_keeps_the_order() {
    // The second commit of the payment is the one that shows the code.
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(1))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
        till.store.fail(Failing::Forgetting(1));
        till.until(2).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        till.buyer_pays();
        till.until(200).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
    });
    world.check_laws();
}

#[test]
fn a_checkout_that_was_accepted_without_an_answer_goes_on() {
    let world = World::new();
    world.live(async |till| {
        till.store.fail(Failing::Forgetting(1));
        assert_eq!(till.pay("op-1").await, Receipt::Later);
        assert_eq!(till.pay("op-1").await, Receipt::Ack, "the redelivered message is a repeat");
        till.until(15).await;
        let names = till.sink.names("1");
        assert_eq!(names, ["payment.state", "payment.accepted", "payment.qr_ready"]);
        assert_eq!(till.clock_ms(), 15_000, "the call that nobody made counted as lost at its deadline");
        till.buyer_pays();
        till.until(600).await;
        assert_eq!(till.status("op-1").await, "paid");
    });
    world.check_laws();
    assert_eq!(world.payments().len(), 1);
}

#[test]
fn commits_that_were_not_made_leave_nothing_behind() {
    let world = World::new();
    world.live(async |till| {
        till.store.fail(Failing::Refusing(5));
        for _ in 0..5 {
            assert_eq!(till.pay("op-1").await, Receipt::Later);
        }
        assert_eq!(till.pay("op-1").await, Receipt::Ack);
        till.until(3).await;
        till.store.forget_calls();
        till.until_ms(6_900).await;
        assert_eq!(till.store.calls().get("undelivered_of"), None, "the doubts have ended");
        let loads = till.store.calls()["load"];
        assert!(loads <= 4, "the code is asked for, and nobody looks for what is not there: {loads}");
        assert_eq!(till.engine.watched(), 1);
    });
}

#[test]
fn a_hint_that_names_no_payment_of_ours_leads_nowhere_once() {
    let world = World::new();
    world.live(async |till| {
        till.engine.hint(PaymentId::from_uuid(77 << 12).attempt(1));
        till.until(30).await;
        assert_eq!(till.store.calls().get("load"), Some(&1));
        assert_eq!(till.engine.watched(), 0);
    });
}

#[test]
fn a_code_that_would_be_half_over_is_not_asked_for_but_another_with_its_whole_life() {
    let life = Duration::from_secs(3);
    let world = World::new().terms("north", |terms| (terms.code_life, terms.code_life_min) = (life, life));
    world.live(async |till| {
        till.store.fail(Failing::Slow(Duration::from_millis(1_600)));
        till.pay("op-1").await;
        till.store.fail(Failing::No);
        till.until(5).await;
        let id = till.payment_id("op-1").await;
        assert_eq!(till.facts(id)[..4], ["accepted", "issue_ordered", "not_issued", "issue_ordered"]);
        let payment = till.payment("op-1").await;
        let shown = payment.shown_attempt().expect("a code is shown");
        assert_eq!(shown.expires_at.since(shown.shown_at.unwrap()), life);
        assert_eq!(till.bank.count(Verb::Issue), 1);
    });
}

#[test]
fn what_is_being_told_or_was_told_a_moment_ago_is_not_told_again_since_a_commit_was_in_doubt() {
    for (case, confirmed_after_ms, failing, until_ms) in [
        ("its mark waits for the database", 300, Failing::Away, 400),
        ("the broker has not confirmed it yet", 1_000, Failing::Refusing(1), 400),
    ] {
        let world = World::new();
        world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_millis(150))]);
        world.sink.slow_down(Duration::from_millis(confirmed_after_ms));
        world.live(async |till| {
            till.pay("op-1").await;
            till.until_ms(100).await;
            till.store.fail(failing);
            till.until_ms(until_ms).await;
            till.store.fail(Failing::No);
            till.until(5).await;
            assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"], "{case}");
        });
    }
}

#[test]
fn while_nothing_can_be_written_nothing_spins() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..100 {
            till.pay(&format!("op-{number}")).await;
        }
        till.until_ms(298_500).await;
        till.bank.always(Verb::Status, Answer::Deaf);
        till.store.fail(Failing::Refusing(usize::MAX));
        till.store.forget_calls();
        till.until_ms(358_500).await;
        let commits = till.store.calls()["commit"];
        assert!(commits <= 65 * 61, "{commits} tries in a minute to close what has expired");
        till.store.fail(Failing::No);
        till.until_ms(362_500).await;
        let closing = till.sink.names("1").iter().filter(|name| *name == "payment.cancelling").count();
        assert_eq!(closing, 100);
    });
}
