//! Cash links: a plate carries one sale at a time, and no sale is closed by another's money.

use std::time::Duration;

use engine::doors::Receipt;
use payment::{Code, Input, Payment, Status};
use serde_json::{Value, json};

use crate::kit::{Answer, Life, Verb, World, ms, pay_body, plate};

fn at_plate(operation: &str) -> Value {
    let mut body = pay_body(operation);
    body["qr"] = "cash_link".into();
    body
}

async fn pay(till: &Life<'_>, register: &str, operation: &str) {
    assert_eq!(till.send(register, "pay", at_plate(operation)).await, Receipt::Ack);
    till.breathe().await;
}

fn the(world: &World, operation: &str) -> Payment {
    let is_it = |payment: &Payment| payment.checkout.operation.as_str() == operation;
    world.payments().into_iter().find(is_it).expect("it was accepted")
}

/// The buyer in front of the plate pays what it is armed with. False: it is armed with nothing.
fn buyer_pays_at_plate(till: &Life<'_>) -> bool {
    till.bank.ledger().pay("https://qr.nspk.ru/AS100032PQ7739G58NCQ457RA2OG82JP?type=01", till.now())
}

#[test]
fn the_second_sale_is_armed_only_when_the_first_is_over_and_each_is_paid_by_its_own_money() {
    let world = World::new();
    world.live(async |till| {
        pay(till, "5", "first").await;
        assert_eq!(till.sink.names("5"), ["payment.accepted", "payment.qr_ready"]);
        let shown = till.sink.last("5", "payment.qr_ready").unwrap();
        assert_eq!(shown.body["qr"]["kind"], "cash_link");
        till.until_ms(2_300).await;
        pay(till, "6", "second").await;
        assert_eq!(till.sink.names("6"), ["payment.accepted"], "it waits");
        let order = the(till, "first").state.attempts[0].id;
        till.bank.ledger().begin_to_pay(order, true);
        till.until_ms(4_500).await;
        assert_eq!((till.bank.count(Verb::Issue), till.sink.names("6").len()), (1, 1));

        assert!(buyer_pays_at_plate(till));
        till.until_ms(5_100).await;
        assert_eq!(the(till, "first").status(), Status::Paid);
        let ready = till.sink.last("6", "payment.qr_ready").unwrap();
        assert_eq!(ms(ready.at), 5_000, "who waits is told at once that the plate is free");
        assert!(buyer_pays_at_plate(till));
        till.until_ms(6_200).await;
        assert_eq!(till.sink.last("5", "payment.paid").unwrap().body["bank_transaction"], "T1");
        assert_eq!(till.sink.last("6", "payment.paid").unwrap().body["bank_transaction"], "T2");
        till.until(10_000).await;
    });
    world.check_laws();
}

#[test]
fn money_for_a_sale_that_was_cancelled_while_it_was_paid_goes_back_and_never_closes_the_next() {
    let world = World::new();
    world.live(async |till| {
        pay(till, "5", "first").await;
        let order = the(till, "first").state.attempts[0].id;
        till.bank.ledger().begin_to_pay(order, true);
        till.until(3).await;
        till.send("5", "cancel", json!({ "operation": "first" })).await;
        till.until(64).await;
        assert_eq!(
            the(till, "first").status(),
            Status::Cancelled,
            "told after the response timeout, uncertain"
        );
        pay(till, "5", "second").await;
        till.until(70).await;
        assert_eq!(the(till, "second").status(), Status::Accepted, "the bank still works on the first");

        assert!(buyer_pays_at_plate(till));
        till.until(76).await;
        assert_eq!(the(till, "second").status(), Status::AwaitingPayment);
        assert_eq!(till.bank.ledger().refunded_of("T1"), 19_800);
        assert!(buyer_pays_at_plate(till));
        till.until(80).await;
        assert_eq!(till.sink.last("5", "payment.paid").unwrap().body["bank_transaction"], "T2");
        till.until(10_000).await;
    });
    world.check_laws();
}

#[test]
fn p1_an_arming_that_is_answered_after_the_next_sale_has_the_plate_takes_neither_plate_nor_money_from_it() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Lost]);
    world.live(async |till| {
        pay(till, "5", "first").await;
        let Payment { id, state, .. } = the(till, "first");
        let order = state.attempts[0].id;
        let ends_at = |end| till.bank.ledger().orders.get_mut(&order).expect("it was armed").expires_at = end;
        ends_at(till.now()); // the bank holds it for expired
        till.send("5", "cancel", json!({ "operation": "first" })).await;
        till.until(1).await;
        assert_eq!(the(till, "first").status(), Status::Cancelled);
        pay(till, "6", "second").await;
        assert_eq!(the(till, "second").status(), Status::AwaitingPayment);

        let end = till.now().plus(Duration::from_mins(5));
        ends_at(end);
        till.bank.ledger().pay_late(order, till.now());
        let plate = plate();
        let code = Code { id: plate.link, payload: plate.payload, expires_at: Some(end), payment_url: None };
        let answered = till.engine.feed_by_hand(id, Input::Issued { attempt: order, answer: Ok(code) }).await;
        assert!(answered.is_ok_and(|payment| payment.state.attempts[0].code.is_some()), "it is kept");
        till.until(5).await;
        assert_eq!(till.bank.ledger().refunded_of("T1"), 19_800, "its money is nobody else's");
        assert_eq!(the(till, "second").status(), Status::AwaitingPayment);
        pay(till, "5", "third").await;
        till.until(6).await;
        assert_eq!(the(till, "third").status(), Status::Accepted, "the plate is still the second sale's");

        assert!(buyer_pays_at_plate(till));
        till.until(8).await;
        assert_eq!(till.sink.last("6", "payment.paid").unwrap().body["bank_transaction"], "T2");
        assert!(buyer_pays_at_plate(till));
        till.until(10_000).await;
        assert_eq!(till.sink.last("5", "payment.paid").unwrap().body["bank_transaction"], "T3");
    });
    world.check_laws();
}

#[test]
fn a_sale_that_can_not_have_the_plate_in_time_ends_as_link_busy_and_asks_no_bank() {
    let world = World::new();
    world.live(async |till| {
        pay(till, "5", "first").await;
        till.until(1).await;
        let mut body = at_plate("second");
        body["not_after"] = till.now().plus(Duration::from_secs(20)).to_string().into();
        till.send("6", "pay", body).await;
        till.until_ms(20_900).await;
        assert_eq!(the(till, "second").status(), Status::Accepted);
        till.until_ms(21_100).await;
        let failed = till.sink.last("6", "payment.failed").unwrap();
        assert_eq!((&failed.body["code"], &failed.body["certain"]), (&json!("link_busy"), &json!(true)));
        assert_eq!((ms(failed.at), till.bank.count(Verb::Issue)), (21_000, 1));
        till.send("5", "cancel", json!({ "operation": "first" })).await;
        till.until(10_000).await;
    });
    world.check_laws();
}

#[test]
fn a_register_without_a_plate_is_told_so() {
    let world = World::new();
    world.live(async |till| {
        till.send("1", "pay", at_plate("op-1")).await;
        let rejected = till.sink.last("1", "request.rejected").unwrap();
        assert_eq!((&rejected.body["code"], &rejected.body["field"]), (&json!("invalid"), &json!("qr")));
    });
}

#[test]
fn the_second_payment_on_a_static_code_is_late_money_that_goes_back_by_its_own_transaction() {
    let world = World::new();
    world.live(async |till| {
        let mut body = pay_body("op-1");
        body["qr"] = "static".into();
        till.send("1", "pay", body).await;
        till.breathe().await;
        till.until_ms(2_300).await;
        assert!(till.buyer_pays());
        till.until_ms(3_000).await;
        till.breathe().await;
        assert_eq!(till.status("op-1").await, "paid");
        assert_eq!(till.bank.count(Verb::Annul), 1, "it is withdrawn at its first credit");
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.bank.ledger().pay_late(order, till.now()); // it was under way by then
        till.until(10).await;
        let late = till.sink.last("1", "payment.paid_late").unwrap();
        assert_eq!(
            (&late.body["bank_transaction"], &late.body["handling"]),
            (&json!("T2"), &json!("refunding"))
        );
        let returned = ["T1", "T2"].map(|transaction| till.bank.ledger().refunded_of(transaction));
        assert_eq!(returned, [0, 19_800]);
        till.until(10_000).await;
    });
    world.check_laws();
}
