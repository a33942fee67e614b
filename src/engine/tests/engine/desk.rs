//! What people do with payments on the admin pages.

use engine::doors::{Deed, Desk, Intake, Undone};
use engine::ports::Destination;
use payment::{Currency, Money, OperationId, PaymentId, RegisterId, RejectCode, Status, StoreId};
use serde_json::json;

use crate::kit::{Life, Verb, World};

fn refund(operation: &str, kopecks: Option<i64>) -> Deed {
    refund_alone(operation, kopecks, None)
}

fn refund_alone(operation: &str, kopecks: Option<i64>, alone_up_to_minor: Option<i64>) -> Deed {
    Deed::Refund {
        operation: OperationId::parse(operation).unwrap(),
        who: "olga".to_owned(),
        transaction: None,
        amount: kopecks.map(|minor| Money::try_new(minor, Currency::RUB).unwrap()),
        reason: Some("the buyer changed their mind".to_owned()),
        alone_up_to_minor,
    }
}

async fn paid(till: &Life<'_>) {
    till.pay("op-1").await;
    till.breathe().await;
    till.buyer_pays();
    till.until(2).await;
}

#[test]
fn a_refund_by_hand_is_done_once_however_often_it_is_sent_and_the_till_is_told() {
    let world = World::new();
    world.live(async |till| {
        paid(till).await;
        let id = till.payment_id("op-1").await;
        let first = till.engine.carry_out(id, refund("hand-1", Some(5_000))).await.unwrap();
        assert_eq!(first.state.refunds.len(), 1);
        assert_eq!(till.engine.carry_out(id, refund("hand-1", Some(5_000))).await, Err(Undone::Known));
        till.until(3).await;
        assert_eq!(till.engine.carry_out(id, refund("hand-1", None)).await, Err(Undone::Known));
        let told = till.sink.last("1", "refund.completed").unwrap().body;
        assert_eq!((&told["origin"], &told["operation"]), (&"admin".into(), &"hand-1".into()));
        till.until(200).await;
    });
    assert_eq!(world.bank.ledger().refunded_of("T1"), 5_000);
    assert_eq!(world.bank.count(Verb::Refund), 1);
    world.check_laws();
}

#[test]
fn two_refunds_that_were_each_small_enough_for_one_person_are_not_both_carried_out() {
    let world = World::new();
    world.live(async |till| {
        paid(till).await;
        let id = till.payment_id("op-1").await;
        let small = |operation| till.engine.carry_out(id, refund_alone(operation, Some(6_000), Some(10_000)));
        small("hand-1").await.unwrap();
        till.until(3).await;
        let second = small("hand-2").await;
        assert!(
            matches!(second, Err(Undone::Rejected(ref told)) if told.code == RejectCode::Forbidden),
            "{second:?}"
        );
        till.engine.carry_out(id, refund("hand-3", Some(6_000))).await.unwrap();
        till.until(200).await;
    });
    assert_eq!(world.bank.ledger().refunded_of("T1"), 12_000, "the other with a second person");
    world.check_laws();
}

#[test]
fn what_can_not_be_done_is_told_with_its_code_and_changes_nothing() {
    let world = World::new();
    world.live(async |till| {
        paid(till).await;
        let id = till.payment_id("op-1").await;
        let before = till.payment("op-1").await;
        let too_much = till.engine.carry_out(id, refund("hand-2", Some(19_801))).await;
        assert!(
            matches!(too_much, Err(Undone::Rejected(ref told)) if told.code == RejectCode::RefundExceedsPaid),
            "{too_much:?}"
        );
        let late = till.engine.carry_out(id, Deed::Cancel { reason: None }).await.unwrap();
        assert_eq!(late.status(), Status::Paid, "a cancel never refunds");
        assert_eq!(till.payment("op-1").await, before);
        till.until(200).await;
    });
    world.check_laws();
}

#[test]
fn a_check_asks_the_bank_at_once() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        let id = till.payment_id("op-1").await;
        let found = till.engine.carry_out(id, Deed::Check).await.unwrap();
        assert_eq!(found.status(), Status::Paid);
        till.until(200).await;
    });
    world.check_laws();
}

#[test]
fn p9_events_are_sent_once_more_in_their_order_under_their_ids() {
    let world = World::new();
    world.live(async |till| {
        paid(till).await;
        let id = till.payment_id("op-1").await;
        let first: Vec<_> = till.sink.to("1").into_iter().map(|one| one.event.message_id).collect();
        assert_eq!(first.len(), 3);
        till.engine.carry_out(id, Deed::Resend).await.unwrap();
        till.until(5).await;
        let all: Vec<_> = till.sink.to("1").into_iter().map(|one| one.event.message_id).collect();
        assert_eq!(all, [first.clone(), first].concat(), "who has seen one drops it by its id");
        till.until(200).await;
    });
    world.check_laws();
}

#[test]
fn p9_events_that_still_wait_are_tried_and_nothing_overtakes_them() {
    let world = World::new();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays_order("op-1").await;
        till.until(2).await;
        let id = till.payment_id("op-1").await;
        till.engine.carry_out(id, Deed::Resend).await.unwrap();
        till.until(5).await;
        assert_eq!(till.sink.names("1"), [""; 0], "there is still no queue");
        till.sink.give_queue_to("1");
        till.engine.carry_out(id, Deed::Resend).await.unwrap();
        till.until(6).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
        till.until(200).await;
    });
    world.check_laws();
}

#[test]
fn the_last_command_of_a_register_is_known_whatever_its_kind_and_costs_no_write() {
    let world = World::new();
    world.live(async |till| {
        let of = |register: &str| Destination {
            store: StoreId::parse("17").unwrap(),
            register: RegisterId::parse(register).unwrap(),
        };
        let last = |register: &str| till.engine.last_command(&of(register)).map(|command| command.verb);
        assert_eq!(last("1"), None, "nothing was sent yet");
        paid(till).await;
        assert_eq!(last("1").as_deref(), Some("pay"));
        let commits = || till.store.calls().get("commit").copied();
        let before = commits();
        for (verb, body) in [
            ("get", json!({ "operation": "op-1" })),
            ("refund", json!("no object")),
            ("types", json!({})),
            ("a-verb-that-nobody-knows", json!({})),
        ] {
            till.send("1", verb, body).await;
            assert_eq!(last("1").as_deref(), Some(&verb[..verb.len().min(20)]), "{verb}");
        }
        assert_eq!(commits(), before, "it is kept in memory");
        assert_eq!(last("2"), None, "another register's is its own");
        till.send("nobody-set-me-up", "get", json!({ "operation": "op-1" })).await;
        assert_eq!(last("nobody-set-me-up"), None, "names that are not set up take no room");
        till.until(200).await;
    });
    world.check_laws();
}

#[test]
fn what_is_wanted_of_a_payment_that_there_is_not_is_told_as_missing() {
    let world = World::new();
    world.live(async |till| {
        let nobody = PaymentId::from_uuid(1 << 12);
        let deeds = [Deed::Check, Deed::Resend, Deed::Cancel { reason: None }, refund("hand-1", None)];
        for deed in deeds {
            assert_eq!(till.engine.carry_out(nobody, deed.clone()).await, Err(Undone::Missing), "{deed:?}");
        }
        assert_eq!(till.operation("1", "hand-1").await, None);
    });
}

#[test]
fn what_waits_for_a_queue_goes_out_as_soon_as_somebody_says_that_there_is_one() {
    let register =
        Destination { store: StoreId::parse("17").unwrap(), register: RegisterId::parse("1").unwrap() };
    let doors: [fn(&engine::Engine, &Destination); 2] = [
        |engine, register| Intake::release_parked(engine, register),
        |engine, register| Desk::release(engine, register),
    ];
    for says_so in doors {
        let world = World::new();
        world.live(async |till| {
            till.sink.take_queue_from("1");
            till.pay("op-1").await;
            till.until(2).await;
            till.sink.give_queue_to("1");
            till.breathe().await;
            assert_eq!(till.sink.names("1"), [""; 0]);
            says_so(&till.engine, &register);
            till.breathe().await;
            assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        });
    }
}
