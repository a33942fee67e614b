//! Cancel: before its pay, faster and slower than the buyer, after the end.

use std::time::Duration;

use engine::doors::Receipt;
use payment::RefundState;
use serde_json::{Value, json};

use crate::kit::{Answer, Verb, World};

#[test]
fn a_cancel_before_its_pay_is_answered_and_the_pay_never_starts() {
    let world = World::new();
    world.live(async |till| {
        assert_eq!(till.cancel("op-1").await, Receipt::Ack);
        let first = till.sink.last("1", "payment.cancelled").unwrap().body;
        assert_eq!((&first["payment"], &first["sequence"]), (&Value::Null, &Value::Null));
        assert_eq!((&first["operation"], &first["certain"]), (&json!("op-1"), &json!(true)));
        assert_eq!((&first["status"], &first["code"]), (&json!("cancelled"), &json!("cancelled")));
        assert_eq!(first["reason"], "cancelled before any bank was asked");
        assert_eq!(till.pay("op-1").await, Receipt::Ack);
        let second = till.sink.last("1", "payment.cancelled").unwrap().body;
        assert_eq!(second["in_reply_to"], "1-pay-op-1");
        for field in ["event", "operation", "payment", "status", "code", "reason", "certain"] {
            assert_eq!(first[field], second[field], "{field}");
        }
        till.cancel("op-1").await;
        till.breathe().await;
        assert_eq!(till.sink.names("1"), ["payment.cancelled"; 3]);
    });
    assert_eq!(world.payments().len(), 0);
    assert_eq!(world.bank.calls(), [], "no bank was asked");
}

#[test]
fn an_operation_that_was_cancelled_before_its_pay_is_known_as_cancelled() {
    let world = World::new();
    world.live(async |till| {
        till.cancel("op-1").await;
        for verb in ["get", "check"] {
            till.send("1", verb, json!({ "operation": "op-1" })).await;
            let told = till.sink.to("1").pop().unwrap().body;
            assert_eq!((&told["event"], &told["payment"]), (&json!("payment.cancelled"), &Value::Null));
            assert_eq!(told["in_reply_to"], format!("1-{verb}-op-1"));
        }
        let receipt = json!({ "operation": "op-1", "fn": "1", "fd": "2", "fp": "3" });
        for (verb, body) in [("claim", json!({ "operation": "op-1" })), ("fiscalized", receipt)] {
            till.send("1", verb, body).await;
            let told = till.sink.to("1").pop().unwrap().body;
            assert_eq!((&told["event"], &told["code"]), (&json!("request.rejected"), &json!("not_paid")));
        }
    });
    assert_eq!(world.bank.calls(), [], "no bank was asked");
}

#[test]
fn a_question_about_a_rejected_operation_tells_the_rejection() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.pay("op-2").await;
        let rejected = till.sink.last("1", "request.rejected").unwrap().body;
        assert_eq!(rejected["code"], "register_busy");
        for verb in ["get", "check", "claim"] {
            till.send("1", verb, json!({ "operation": "op-2" })).await;
            let told = till.sink.to("1").pop().unwrap().body;
            assert_eq!((&told["event"], &told["command"]), (&json!("request.rejected"), &json!(verb)));
            for field in ["operation", "code", "reason"] {
                assert_eq!(told[field], rejected[field], "{field}");
            }
        }
    });
}

#[test]
fn a_pay_that_breaks_the_contract_is_still_answered_as_cancelled_if_the_cancel_was_first() {
    let world = World::new();
    world.live(async |till| {
        till.cancel("op-1").await;
        till.send("1", "pay", json!({ "operation": "op-1", "amount": "a lot" })).await;
        assert_eq!(till.sink.names("1"), ["payment.cancelled"; 2]);
    });
}

#[test]
fn a_cancel_after_the_code_was_shown_withdraws_it_and_is_told_when_certain() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(2_500).await;
        till.bank.next(Verb::Annul, &[Answer::Slowly(Duration::from_millis(700))]);
        assert_eq!(till.cancel("op-1").await, Receipt::Ack);
        till.breathe().await;
        let cancelling = till.sink.last("1", "payment.cancelling").unwrap().body;
        assert_eq!(cancelling["in_reply_to"], "1-cancel-op-1");
        till.until(4).await;
        let names = ["payment.accepted", "payment.qr_ready", "payment.cancelling", "payment.cancelled"];
        assert_eq!(till.sink.names("1"), names);
        let cancelled = till.sink.last("1", "payment.cancelled").unwrap();
        assert_eq!((&cancelled.body["certain"], crate::kit::ms(cancelled.at)), (&json!(true), 3_200));
        assert!(!till.buyer_pays(), "the bank does not take it any more");
    });
    assert_eq!(world.bank.times(Verb::Annul), [2_500]);
}

#[test]
fn a_cancel_that_meets_a_paid_payment_answers_paid_and_refunds_nothing() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(2_500).await;
        assert!(till.buyer_pays());
        till.cancel("op-1").await;
        till.breathe().await;
        let names = ["payment.accepted", "payment.qr_ready", "payment.cancelling", "payment.paid"];
        assert_eq!(till.sink.names("1"), names);
        assert_eq!(till.clock_ms(), 2_500, "the refused withdrawal asks for the status at once");
        till.cancel("op-1").await;
        let state = till.sink.last("1", "payment.state").unwrap().body;
        assert_eq!((&state["status"], &state["in_reply_to"]), (&json!("paid"), &json!("1-cancel-op-1")));
        till.until(200).await;
    });
    assert_eq!(world.bank.count(Verb::Refund), 0);
}

#[test]
fn a_cancel_while_the_code_is_being_made_ends_at_once_and_the_code_is_never_shown() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(3))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        till.cancel("op-1").await;
        till.breathe().await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.cancelled"]);
        assert_eq!(till.sink.last("1", "payment.cancelled").unwrap().body["certain"], true);
        till.until(300).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.cancelled"]);
        assert!(till.payment("op-1").await.state.settled);
    });
    assert_eq!(world.bank.times(Verb::Annul), [3_000]);
}

#[test]
fn money_that_was_under_way_when_the_code_died_goes_back_by_itself() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(5).await;
        till.cancel("op-1").await;
        till.until(7).await;
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.bank.ledger().pay_late(order, till.now());
        till.until(30).await;
        let late = till.sink.last("1", "payment.paid_late").unwrap().body;
        assert_eq!((&late["handling"], &late["status"]), (&json!("refunding"), &json!("cancelled")));
        let refund = till.sink.last("1", "refund.completed").unwrap().body;
        assert_eq!((&refund["origin"], &refund["fiscal_receipt_due"]), (&json!("late"), &json!(false)));
        assert!(refund["operation"].as_str().unwrap().starts_with("auto-"));
        let payment = till.payment("op-1").await;
        assert!(matches!(payment.state.refunds[0].state, RefundState::Completed { .. }));
    });
    assert_eq!(world.bank.ledger().refunded_of("T1"), 19_800);
}

#[test]
fn a_cancel_and_its_pay_at_once_end_cancelled_whoever_is_first() {
    for cancel_first in [true, false] {
        let world = World::new();
        world.live(async |till| {
            if cancel_first {
                tokio::join!(till.cancel("op-1"), till.pay("op-1"));
            } else {
                tokio::join!(till.pay("op-1"), till.cancel("op-1"));
            }
            till.until(200).await;
            let names = till.sink.names("1");
            assert!(names.contains(&"payment.cancelled".to_owned()), "{names:?}");
            assert!(!names.contains(&"payment.qr_ready".to_owned()), "{names:?}");
        });
        assert!(world.payments().iter().all(|payment| payment.state.settled));
    }
}

#[test]
fn where_a_bank_cannot_withdraw_a_cancel_is_told_after_one_status() {
    let world = World::new().terms("north", |terms| terms.annul = false);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(2_500).await;
        till.cancel("op-1").await;
        till.breathe().await;
        let cancelled = till.sink.last("1", "payment.cancelled").unwrap();
        assert_eq!((&cancelled.body["certain"], crate::kit::ms(cancelled.at)), (&json!(false), 2_500));
        assert_eq!(cancelled.body["payable_until"], "2026-11-21T09:05:02Z");
    });
}

#[test]
fn a_cancel_that_meets_a_status_call_under_way_asks_anew_right_after_it() {
    let world = World::new().terms("north", |terms| terms.annul = false);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(900).await;
        till.bank.next(Verb::Status, &[Answer::Slowly(Duration::from_millis(500))]);
        till.until_ms(1_200).await;
        till.cancel("op-1").await;
        till.until_ms(1_600).await;
        assert_eq!(crate::kit::ms(till.sink.last("1", "payment.cancelled").unwrap().at), 1_500);
    });
}
