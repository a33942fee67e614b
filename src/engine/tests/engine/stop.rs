//! An orderly stop: calls under way are finished, events and marks are out, what is left goes on at the next start.

use std::time::Duration;

use engine::doors::{Hints, Receipt};

use crate::kit::{Answer, Verb, World};

const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn a_stop_finishes_what_is_under_way_and_leaves_nothing_undelivered() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(2))]);
    world.sink.slow_down(Duration::from_millis(700));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        till.engine.stop(PATIENCE).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        assert!(till.undelivered().is_empty());
        assert!((2_700..3_000).contains(&till.clock_ms()), "at {} ms", till.clock_ms());
    });
    world.live(async |till| {
        till.breathe().await;
        assert_eq!(till.sink.names("1").len(), 2, "nothing twice");
        till.buyer_pays();
        till.until(200).await;
    });
    world.check_laws();
}

#[test]
fn an_idle_engine_stops_at_once() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
        till.engine.stop(PATIENCE).await;
        assert!(till.clock_ms() <= 530, "at {} ms", till.clock_ms());
        till.until(60).await;
        assert_eq!(till.bank.count(Verb::Status), 0, "nothing is asked after a stop");
    });
}

#[test]
fn a_call_that_does_not_end_is_given_up_and_unknown_at_the_next_start() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Silent]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        till.engine.stop(PATIENCE).await;
        assert!((6_000..6_100).contains(&till.clock_ms()), "after its patience: {} ms", till.clock_ms());
        till.until(30).await;
        assert_eq!(
            till.facts(till.payment_id("op-1").await),
            ["accepted", "issue_ordered"],
            "nothing goes on behind"
        );
    });
    world.live(async |till| {
        till.breathe().await;
        assert_eq!(till.sink.names("1").last().unwrap(), "payment.qr_ready");
        till.buyer_pays();
        till.until(700).await;
    });
    world.check_laws();
}

#[test]
fn a_silent_broker_holds_a_stop_up_no_longer_than_its_patience_and_loses_nothing() {
    let world = World::new();
    world.live(async |till| {
        till.sink.be_silent(true);
        till.pay("op-1").await;
        till.until(1).await;
        till.engine.stop(PATIENCE).await;
        assert!(till.clock_ms() <= 6_100);
    });
    world.sink.be_silent(false);
    world.live(async |till| {
        till.until(8).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
    });
}

#[test]
fn a_database_that_is_away_holds_a_stop_up_no_longer_than_its_patience() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(1))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
        till.store.fail(crate::kit::Failing::Away);
        till.engine.stop(PATIENCE).await;
        assert!(till.clock_ms() <= 6_500, "at {} ms", till.clock_ms());
        till.store.fail(crate::kit::Failing::No);
    });
    world.live(async |till| {
        till.until(20).await;
        assert_eq!(till.sink.names("1").last().unwrap(), "payment.qr_ready");
        till.buyer_pays();
        till.until(800).await;
    });
    world.check_laws();
}

#[test]
fn a_stopped_engine_takes_no_commands_and_no_hints() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        till.engine.stop(PATIENCE).await;
        assert_eq!(till.pay("op-2").await, Receipt::Later);
        assert_eq!(till.cancel("op-1").await, Receipt::Later);
        let asked = till.bank.count(Verb::Status);
        till.engine.hint(till.payment("op-1").await.state.attempts[0].id);
        till.until(30).await;
        assert_eq!(till.bank.count(Verb::Status), asked);
        assert_eq!(till.operation("1", "op-2").await, None);
    });
}

#[test]
fn a_command_that_comes_while_the_engine_calms_down_is_still_carried_out() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(2))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        let ((), receipt) = tokio::join!(till.engine.stop(PATIENCE), async {
            till.until_ms(1_500).await;
            till.cancel("op-1").await
        });
        assert_eq!(receipt, Receipt::Ack);
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.cancelled"]);
        assert_eq!(till.bank.count(Verb::Annul), 1, "the code that came was withdrawn");
    });
}

#[test]
fn a_stop_that_waits_for_a_call_begins_nothing_new_meanwhile() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(1_500).await;
        till.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(3))]);
        till.pay("op-2").await;
        till.engine.stop(PATIENCE).await;
        assert_eq!(till.status("op-2").await, "awaiting_payment");
        assert!(till.clock_ms() >= 4_500, "at {} ms", till.clock_ms());
        assert_eq!(till.bank.times(Verb::Status), [1_000]);
    });
}
