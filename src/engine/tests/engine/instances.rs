//! Several instances on one database: each looks after its own, and whoever comes after one that is gone goes on where
//! that one stopped.

use std::time::Duration;

use engine::doors::{Deed, Desk, Hints};
use engine::ports::Destination;
use payment::{RegisterId, StoreId};

use crate::kit::{Answer, Life, Verb, World};

/// The instance that opened the payment `op-1`, told nobody of it yet, and lives on.
const FIRST: u64 = 1;

/// A world in which one instance has made a code that nobody was told of. `issue`: how its call for the code went.
fn left_untold(issue: Answer) -> World {
    let world = World::with_many_open();
    world.store.share().lives_on(FIRST);
    world.sink.be_silent(true);
    world.bank.next(Verb::Issue, &[issue]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
    });
    world.sink.be_silent(false);
    world
}

async fn hint(till: &Life<'_>) {
    let order = till.payment("op-1").await.state.attempts[0].id;
    till.engine.hint(order);
    till.breathe().await;
}

#[test]
fn what_another_instance_owns_is_that_ones_to_look_at_and_to_tell_but_news_is_for_whoever_hears_it() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        till.until(5).await;
        assert_eq!((till.bank.count(Verb::Status), till.sink.tries()), (0, 1), "it is not ours");
        hint(till).await;
        assert_eq!(till.bank.times(Verb::Status), [5_000]);
        till.until(20).await;
        assert_eq!(till.bank.count(Verb::Status), 1, "by plan its owner asks");
        assert_eq!(till.engine.watched(), 0);
        till.buyer_pays_order("op-1").await;
        hint(till).await;
        assert_eq!(till.status("op-1").await, "paid");
    });
}

#[test]
fn p9_who_changes_a_payment_tells_first_what_its_owner_has_not_told() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        till.until(5).await;
        till.buyer_pays_order("op-1").await;
        hint(till).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
        till.until(300).await;
        assert_eq!(till.sink.names("1").len(), 3, "once");
    });
    world.check_laws();
}

#[test]
fn a_call_of_an_instance_that_lives_is_not_lost_whoever_looks_at_its_payment() {
    let world = left_untold(Answer::Silent);
    world.live(async |till| {
        till.until(5).await;
        hint(till).await;
        let id = till.payment_id("op-1").await;
        assert_eq!(till.facts(id), ["accepted", "issue_ordered"], "it waits for its answer");
        till.store.share().is_gone(FIRST);
        till.until(7).await;
        assert_eq!(till.facts(id)[2..], ["issue_unknown", "issue_ordered", "code_shown"]);
    });
}

#[test]
fn what_an_instance_that_is_gone_has_left_is_watched_and_told_within_a_second() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        till.until_ms(5_400).await;
        till.store.share().is_gone(FIRST);
        till.until(6).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        assert_eq!(till.bank.count(Verb::Status), 1);
        till.buyer_pays_order("op-1").await;
        till.until(9).await;
        assert_eq!(till.status("op-1").await, "paid");
        till.until(300).await;
    });
    world.check_laws();
}

#[test]
fn p9_what_was_taken_over_without_an_answer_is_told_before_what_follows() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        till.until_ms(5_400).await;
        till.store.share().forget_one_taking_over();
        till.store.share().is_gone(FIRST);
        till.until_ms(5_900).await;
        till.cancel("op-1").await;
        till.until(9).await;
        let names = till.sink.names("1");
        assert_eq!(names[..2], ["payment.accepted", "payment.qr_ready"], "{names:?}");
        assert_eq!(names.last().unwrap(), "payment.cancelled");
        till.until(300).await;
    });
    world.check_laws();
}

#[test]
fn p9_what_is_taken_over_while_a_change_is_decided_is_told_before_it() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        till.until_ms(5_400).await;
        till.store.refuse_one_after(Duration::from_millis(300));
        till.store.share().is_gone(FIRST);
        till.cancel("op-1").await;
        till.until(9).await;
        let names = till.sink.names("1");
        assert_eq!(names[..2], ["payment.accepted", "payment.qr_ready"], "{names:?}");
        assert_eq!(names.last().unwrap(), "payment.cancelled");
        till.until(300).await;
    });
    world.check_laws();
}

#[test]
fn what_was_taken_over_without_an_answer_is_told_within_another_second() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        till.until_ms(5_400).await;
        till.store.share().forget_one_taking_over();
        till.store.share().is_gone(FIRST);
        till.until(8).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        till.until(10).await;
        assert_eq!(till.sink.names("1").len(), 2, "once");
    });
}

#[test]
fn a_change_that_another_instance_announces_is_told_to_who_looks_here() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        let mut changes = Desk::changes(&till.engine);
        let (store, register) = (StoreId::parse("17").unwrap(), RegisterId::parse("2").unwrap());
        let elsewhere = Destination { store, register };
        till.store.share().announce(elsewhere.clone());
        till.breathe().await;
        assert_eq!(changes.try_recv(), Ok(elsewhere));
    });
}

#[test]
fn what_its_owner_has_still_to_tell_is_not_sent_once_more_by_another_instance() {
    let world = left_untold(Answer::Well);
    world.live(async |till| {
        till.until(5).await;
        let id = till.payment_id("op-1").await;
        till.engine.carry_out(id, Deed::Resend).await.unwrap();
        till.until(10).await;
        assert_eq!(till.sink.names("1"), [""; 0]);
    });
}
