//! The row is the truth: what nobody was handed over is found by the sweep.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::{Change, JournalRow, LinkChange, PaymentChange, Store};
use payment::{Checkout, Context, Fact, Payment, PaymentId};

use crate::kit::{Answer, CrashPoint, Life, Port, Side, Verb, World, ms};

/// Writes a payment into the database as an instance would that dies before it hands it over.
async fn write_behind_its_back(till: &Life<'_>, like: &Payment, number: u128) -> PaymentId {
    let id = PaymentId::from_uuid(number << 12);
    let checkout = Checkout::clone(&like.checkout);
    let context = Context { now: till.now(), epoch: 1 };
    let decision = payment::open(id, Arc::new(checkout), context);
    let row = |(number, fact): (u64, &Fact)| JournalRow {
        sequence: number,
        fact: fact.clone(),
        events: Vec::new(),
    };
    let change = PaymentChange {
        expected_sequence: None,
        wake_at: decision.wake_at,
        journal: (1..).zip(&decision.facts).map(row).collect(),
        credits: Vec::new(),
        links: LinkChange::default(),
        payment: Arc::new(decision.payment),
    };
    let change = Change { epoch: 1, at: context.now, payment: Some(change), operation: None };
    till.store.data.commit(change).await.unwrap();
    id
}

#[test]
fn a_payment_that_was_never_handed_over_is_found_within_the_sweeps_interval() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(5_300).await;
        let like = till.payment("op-1").await;
        let id = write_behind_its_back(till, &like, 7).await;
        // Its call counts as lost 2 s behind its deadline of 10 s; the sweep runs every second.
        till.until_ms(17_200).await;
        assert_eq!(till.facts(id), ["accepted", "issue_ordered"]);
        till.until_ms(18_400).await;
        assert_eq!(till.facts(id)[2..], ["issue_unknown", "issue_ordered", "code_shown"]);
    });
}

#[test]
fn everything_that_is_open_is_looked_at_when_the_engine_starts() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..2_500 {
            till.pay(&format!("op-{number}")).await;
        }
        till.until_ms(200).await;
    });
    world.live(async |till| {
        till.until(2).await;
        assert_eq!(till.engine.watched(), 2_500);
        let mut names: Vec<String> = till
            .bank
            .calls()
            .into_iter()
            .filter(|call| call.verb == Verb::Status)
            .map(|call| call.name)
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 2_500);
    });
}

#[test]
fn a_settled_payment_is_forgotten() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(200).await;
        assert!(till.payment("op-1").await.state.settled);
        assert_eq!(till.engine.watched(), 0);
        till.store.forget_calls();
        till.until(400).await;
        assert_eq!(till.store.calls().get("load"), None);
    });
}

#[test]
fn a_payment_that_waits_for_its_outbox_settles_when_its_events_are_out() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.sink.be_silent(true);
        till.buyer_pays();
        till.until(300).await;
        assert!(!till.payment("op-1").await.state.settled, "an event is not out");
        let loads = till.store.calls()["load"];
        assert!(loads <= 10, "nothing hurries: {loads} looks");
        till.sink.be_silent(false);
        till.until(400).await;
        assert!(till.payment("op-1").await.state.settled);
    });
    world.check_laws();
}

#[test]
fn a_crash_right_after_the_first_commit_leaves_a_payment_that_goes_on() {
    let world = World::new();
    world.crash_at(CrashPoint { port: Port::Commit, number: 1, side: Side::After });
    assert!(world.live_unless_crashed(async |till| till.pay("op-1").await).is_none());
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_millis(100))]);
    world.live(async |till| {
        till.until(1).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
    });
}

#[test]
fn a_row_that_can_not_be_read_keeps_no_other_payment_from_its_plan() {
    let polls = |is_damaged: bool| -> Vec<u64> {
        let world = World::with_many_open();
        world.live(async |till| {
            till.pay("damaged").await;
            till.until_ms(300).await;
            if is_damaged {
                till.store.damage(till.payment_id("damaged").await);
            }
            till.until_ms(700).await;
            till.pay("sound").await;
            till.until(10).await;
            let order = till.payment("sound").await.state.attempts[0].id.to_string();
            let calls = till.bank.calls().into_iter();
            calls
                .filter(|call| call.verb == Verb::Status && call.name == order)
                .map(|call| ms(call.at))
                .collect()
        })
    };
    assert_eq!(polls(true), polls(false));
}
