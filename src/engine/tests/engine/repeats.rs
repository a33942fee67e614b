//! A repeat is the same operation with the same essence: answered with the state, changing nothing (contract.md §2).

use engine::doors::Receipt;
use serde_json::{Value, json};

use crate::kit::{Life, Verb, World};

/// The last answer that register 1 got.
fn last(till: &Life<'_>) -> Value {
    till.sink.to("1").last().unwrap().body.clone()
}

fn pay(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({
        "operation": "op-1", "receipt": "7", "amount": { "value": 19_800, "currency": "RUB" },
    });
    change(&mut body);
    body
}

#[test]
fn a_repeated_pay_is_answered_with_the_state_and_asks_no_bank() {
    let world = World::new();
    world.live(async |till| {
        till.send("1", "pay", pay(|_| ())).await;
        till.breathe().await;
        let sequence = till.payment("op-1").await.state.sequence;
        assert_eq!(till.send("1", "pay", pay(|_| ())).await, Receipt::Ack);
        let state = last(till);
        assert_eq!(state["event"], "payment.state");
        assert_eq!(state["status"], "awaiting_payment");
        assert_eq!(state["in_reply_to"], "1-pay-op-1");
        assert_eq!(state["sequence"], sequence);
        assert!(state["qr"]["payload"].as_str().unwrap().starts_with("https://qr.example/"));
        assert_eq!(till.bank.count(Verb::Issue), 1);
        assert_eq!(till.payment("op-1").await.state.sequence, sequence, "nothing has changed");
    });
}

#[test]
fn what_is_not_essence_may_differ_and_what_is_may_not() {
    for (change, event) in [
        (json!({ "cashier": "Petrova" }), "payment.state"),
        (json!({ "purpose": 5 }), "payment.state"),
        (json!({ "not_after": "2020-01-01T00:00:00Z" }), "payment.state"),
        (json!({ "payment_type": null, "items": null }), "payment.state"),
        (json!({ "amount": { "value": 19_801, "currency": "RUB" } }), "request.rejected"),
        (json!({ "receipt": "8" }), "request.rejected"),
        (json!({ "receipt": null }), "request.rejected"),
        (json!({ "payment_type": "sbp" }), "request.rejected"),
        (json!({ "qr": "dynamic" }), "request.rejected"),
        (json!({ "buyer_code": "1234" }), "request.rejected"),
    ] {
        let world = World::new();
        world.live(async |till| {
            till.send("1", "pay", pay(|_| ())).await;
            let again = pay(|body| body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone()));
            assert_eq!(till.send("1", "pay", again).await, Receipt::Ack);
            let answer = last(till);
            assert_eq!(answer["event"], event, "{change}");
            if event == "request.rejected" {
                assert_eq!((&answer["code"], &answer["field"]), (&json!("conflict"), &json!("operation")));
                assert_eq!((&answer["payment"], &answer["sequence"]), (&Value::Null, &Value::Null));
            }
            assert_eq!(till.bank.count(Verb::Issue), 1);
            till.send("1", "pay", pay(|_| ())).await;
            assert_eq!(last(till)["event"], "payment.state", "{change}: the first record is left");
        });
    }
}

#[test]
fn a_repeat_is_answered_however_old_it_is_and_after_restarts() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(10_000).await;
    });
    world.live(async |till| {
        till.pay("op-1").await;
        assert_eq!((&last(till)["event"], &last(till)["status"]), (&json!("payment.state"), &json!("paid")));
    });
    assert_eq!(world.bank.count(Verb::Issue), 1);
}

#[test]
fn two_equal_pays_at_once_make_one_payment() {
    let world = World::new();
    world.live(async |till| {
        let receipts = tokio::join!(till.pay("op-1"), till.pay("op-1"), till.pay("op-1"));
        assert_eq!(receipts, (Receipt::Ack, Receipt::Ack, Receipt::Ack));
        till.breathe().await;
    });
    assert_eq!(world.payments().len(), 1);
    assert_eq!(world.bank.count(Verb::Issue), 1);
}

#[test]
fn a_rejected_pay_is_rejected_the_same_way_for_ever() {
    let world = World::new();
    world.live(async |till| {
        let unknown = || pay(|body| body["payment_type"] = json!("cards"));
        till.send("1", "pay", unknown()).await;
        let first = last(till);
        assert_eq!((&first["code"], &first["operation"]), (&json!("unknown_payment_type"), &json!("op-1")));
        till.set(|settings| {
            for store in settings.stores.values_mut() {
                let sbp = store.payment_types.values().next().unwrap().clone();
                store.payment_types.insert(payment::PaymentTypeCode::parse("cards").unwrap(), sbp);
            }
        });
        till.until(5).await;
        till.send("1", "pay", unknown()).await;
        let second = last(till);
        assert_eq!((&second["code"], &second["reason"]), (&first["code"], &first["reason"]));
        till.send("1", "pay", pay(|_| ())).await;
        assert_eq!(last(till)["code"], "conflict", "the operation is used up");
        till.send("1", "pay", unknown()).await;
        assert_eq!(last(till)["code"], "unknown_payment_type", "the conflict left the first record");
    });
    assert_eq!(world.payments().len(), 0);
}

#[test]
fn a_repeated_refund_is_answered_with_the_state_however_it_names_its_pay() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(2).await;
        till.refund("1", "r-1", "op-1", Some(5_000)).await;
        till.until(3).await;
        let id = till.payment_id("op-1").await.to_string();
        let amount = json!({ "value": 5_000, "currency": "RUB" });
        for again in [
            json!({ "operation": "r-1", "payment_operation": "op-1", "amount": amount }),
            json!({ "operation": "r-1", "payment": id, "amount": amount, "reason": "broken" }),
            json!({ "operation": "r-1", "payment": id, "amount": amount, "reason": 5, "to_bank": "B" }),
        ] {
            assert_eq!(till.send("1", "refund", again.clone()).await, Receipt::Ack);
            assert_eq!(last(till)["event"], "payment.state", "{again}");
            assert_eq!(last(till)["refunded_total"]["value"], 5_000);
        }
        let other_amount = json!({ "operation": "r-1", "payment_operation": "op-1" });
        till.send("1", "refund", other_amount).await;
        assert_eq!(last(till)["code"], "conflict");
        assert_eq!(till.bank.count(Verb::Refund), 1);
    });
}

#[test]
fn a_repeated_refund_with_a_foreign_reply_to_is_still_a_repeat() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(2).await;
        till.refund("1", "r-1", "op-1", None).await;
        till.until(3).await;
        let body = json!({ "operation": "r-1", "payment_operation": "op-1", "payment_register": "1" });
        let mut incoming = crate::kit::command("1", "refund", &body);
        incoming.reply_to = Some("checkout.till.99.1".to_owned());
        assert_eq!(till.receive(incoming).await, Receipt::Ack);
        assert_eq!(last(till)["event"], "payment.state");
    });
}

#[test]
fn a_refund_that_was_rejected_before_its_pay_was_known_stays_rejected() {
    let world = World::new();
    world.live(async |till| {
        till.refund("1", "r-1", "op-1", None).await;
        assert_eq!(
            (&last(till)["code"], &last(till)["field"]),
            (&json!("unknown_operation"), &json!("payment_operation"))
        );
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(2).await;
        till.refund("1", "r-1", "op-1", None).await;
        assert_eq!(last(till)["code"], "unknown_operation", "a repeat gets the same answer");
        till.refund("1", "r-1", "op-1", Some(5_000)).await;
        assert_eq!(last(till)["code"], "conflict", "the operation is used up");
        till.refund("1", "r-2", "op-1", None).await;
        till.until(3).await;
        assert_eq!(last(till)["event"], "refund.completed", "a new try needs a new operation");
    });
}

#[test]
fn pays_and_refunds_share_one_namespace() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(2).await;
        till.refund("1", "op-1", "op-1", None).await;
        assert_eq!(last(till)["code"], "conflict");
        till.refund("1", "r-1", "op-1", None).await;
        till.until(3).await;
        till.pay("r-1").await;
        assert_eq!(last(till)["code"], "conflict");
        till.refund("2", "op-1", "op-1", None).await;
        assert_eq!(
            till.sink.to("2").last().unwrap().body["code"],
            "refund_exceeds_paid",
            "another till's own namespace"
        );
    });
}
