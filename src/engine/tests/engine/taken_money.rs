//! A bank mixes payments up: the same money is reported for two orders, or for an order under another one's name.

use engine::doors::{Hints, MoneyTold};
use payment::{AttemptId, Input, ServerId, Verdict};
use serde_json::json;

use crate::kit::{Answer, Life, Verb, World};

/// Tills 1 and 2 have a code each.
async fn two_codes(till: &Life<'_>) -> (AttemptId, AttemptId) {
    till.pay("op-1").await;
    till.send("2", "pay", crate::kit::pay_body("op-2")).await;
    till.breathe().await;
    let orders: Vec<AttemptId> = till.payments().iter().map(|payment| payment.state.attempts[0].id).collect();
    (orders[0], orders[1])
}

#[test]
fn money_of_another_payment_leads_to_review_and_not_to_polling_for_ever() {
    let world = World::new();
    world.live(async |till| {
        let (first, second) = two_codes(till).await;
        till.until_ms(500).await;
        assert!(till.buyer_pays());
        till.until_ms(1_500).await;
        assert_eq!(till.status("op-1").await, "paid");
        till.bank.ledger().report_for(second, first);
        till.until_ms(2_500).await;
        let review = till.sink.last("2", "payment.review").expect("the till is told");
        assert_eq!(review.body["code"], "transaction_mismatch");
        assert!(review.body["reason"].as_str().unwrap().contains("another payment"), "{}", review.body);
        assert_eq!(till.status("op-1").await, "paid", "the first keeps its money");
        till.send("2", "get", json!({ "operation": "op-2" })).await;
        let events = ["payment.accepted", "payment.qr_ready", "payment.review", "payment.state"];
        assert_eq!(till.sink.names("2"), events, "of what is held nothing is told as paid");
        let state = till.sink.last("2", "payment.state").unwrap().body;
        assert_eq!((&state["status"], &state["code"]), (&json!("review"), &json!("transaction_mismatch")));
        assert_eq!(state["credits"][0]["handling"], "held");
        till.send("2", "totals", json!({ "from": "2026-11-21" })).await;
        let totals = till.sink.last("2", "register.totals").unwrap().body["totals"][0].clone();
        let (one, none) = (json!({ "count": 1, "value": 19_800 }), json!({ "count": 0, "value": 0 }));
        let counted = ["review", "paid", "late", "open"].map(|column| &totals[column]);
        assert_eq!(counted, [&one, &none, &none, &none]);
        till.until(60).await;
        let asked = till.bank.count(Verb::Status);
        till.until(400).await;
        assert!(till.bank.count(Verb::Status) < asked + 60, "asked by the plan of dead codes");
        till.until(1_000).await;
        let asked = till.bank.count(Verb::Status);
        till.until(5_000).await;
        assert_eq!(till.bank.count(Verb::Status), asked, "the watch has ended");
        let taken = till.payments().remove(1);
        let verdict = Verdict::Paid { transaction: taken.state.credits[0].transaction.clone() };
        let accept = Input::EndReview { verdict, who: "petrova".to_owned(), why: "statement".to_owned() };
        assert!(till.engine.feed_by_hand(taken.id, accept).await.unwrap_err().contains("another payment"));
    });
}

#[test]
fn money_under_another_orders_name_is_left_for_the_payment_that_it_belongs_to() {
    let world = World::new();
    world.live(async |till| {
        let (first, second) = two_codes(till).await;
        till.until_ms(500).await;
        // The answer for the second order is that of the first, name and all, a moment before the first is asked.
        till.bank.ledger().answer_with(second, first);
        till.bank.ledger().hide(first);
        assert!(till.buyer_pays());
        till.until_ms(1_500).await;
        assert_eq!(till.sink.last("2", "payment.review").unwrap().body["code"], "order_mismatch");
        assert_eq!(till.status("op-1").await, "awaiting_payment");
        till.bank.ledger().show(first);
        till.until_ms(2_500).await;
        assert_eq!(till.status("op-1").await, "paid", "the rightful payment is not kept from its money");
    });
}

#[test]
fn a_person_may_accept_what_was_only_reported_and_then_it_is_nobody_elses() {
    let world = World::new();
    world.live(async |till| {
        let (first, second) = two_codes(till).await;
        till.until_ms(500).await;
        till.bank.ledger().answer_with(second, first);
        till.bank.ledger().hide(first);
        assert!(till.buyer_pays());
        till.until_ms(1_500).await;
        let held = till.payments().remove(1);
        let verdict = Verdict::Paid { transaction: held.state.credits[0].transaction.clone() };
        let accept = Input::EndReview { verdict, who: "petrova".to_owned(), why: "statement".to_owned() };
        till.engine.feed_by_hand(held.id, accept).await.unwrap();
        till.bank.ledger().show(first);
        till.until_ms(2_500).await;
        assert_eq!(till.status("op-1").await, "review");
        assert_eq!(till.sink.last("2", "payment.paid").unwrap().body["bank_transaction"], "T1");
    });
}

#[test]
fn money_is_not_taken_for_known_since_another_banks_bears_the_same_name() {
    let world = World::new().terms("north", |terms| terms.latest_credit_only = true);
    world.live(async |till| {
        till.bank.next(Verb::Issue, &[Answer::Lost]);
        let amount = json!({ "value": 500, "currency": "RUB" });
        let body = json!({ "operation": "op-1", "payment_type": "any", "amount": amount });
        till.send("1", "pay", body).await;
        till.breathe().await;
        let attempts = till.payment("op-1").await.state.attempts;
        assert_eq!(attempts.len(), 2, "the answer was lost, so the next bank was asked");
        let (orphan, shown) = (attempts[0].id, attempts[1].id);
        till.bank.ledger().hide(orphan);
        till.south.ledger().pay_late(shown, till.now());
        till.bank.ledger().pay_late(orphan, till.now());
        till.until(2).await;
        let credits = till.payment("op-1").await.state.credits;
        assert_eq!(credits.iter().map(|credit| credit.transaction.as_str()).collect::<Vec<_>>(), ["T1"]);
        let money = till.bank.ledger().told_of("T1");
        let told = MoneyTold { order: Some(orphan), code: None, money };
        let is_durable = till.engine.notified(&ServerId::parse("north").unwrap(), told).await;
        assert!(!is_durable, "status does not show it yet: the bank has to tell again");
    });
}

#[test]
fn a_person_may_end_a_payment_whose_reported_money_is_anothers_as_not_paid() {
    let world = World::new();
    world.live(async |till| {
        let (first, second) = two_codes(till).await;
        till.until_ms(500).await;
        assert!(till.buyer_pays());
        till.until_ms(1_500).await;
        till.bank.ledger().report_for(second, first);
        till.until_ms(2_500).await;
        let held = till.payments().remove(1);
        assert_eq!(held.status().word(), "review");
        let end = Input::EndReview {
            verdict: Verdict::Failed,
            who: "petrova".to_owned(),
            why: "statement".to_owned(),
        };
        till.engine.feed_by_hand(held.id, end).await.unwrap();
        till.breathe().await;
        assert_eq!(till.sink.last("2", "payment.failed").unwrap().body["operation"], "op-2");
    });
}
