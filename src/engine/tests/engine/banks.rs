//! What banks answer, and what tills are told of it: unknown is never failed, a clear no is.

use std::time::Duration;

use payment::RefusalKind;
use serde_json::json;

use crate::kit::{Answer, Life, Verb, World};

async fn pay_any(till: &Life<'_>) {
    let body =
        json!({ "operation": "op-1", "payment_type": "any", "amount": { "value": 500, "currency": "RUB" } });
    till.send("1", "pay", body).await;
}

#[test]
fn a_clear_no_ends_the_payment_with_the_banks_reason() {
    let world = World::new();
    world.bank.always(Verb::Issue, Answer::No(RefusalKind::Other));
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        let failed = till.sink.last("1", "payment.failed").unwrap().body;
        assert_eq!((&failed["code"], &failed["certain"]), (&json!("bank_refused"), &json!(true)));
        assert_eq!(failed["reason"], "the bank refused (E7): the bank does not want it");
    });
    assert_eq!(world.bank.count(Verb::Issue), 1, "a no is not asked twice");
}

#[test]
fn a_refused_refund_says_what_else_can_be_done() {
    let world = World::new();
    world.bank.next(Verb::Refund, &[Answer::No(RefusalKind::InsufficientFunds)]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(2).await;
        till.refund("1", "r-1", "op-1", None).await;
        till.until(3).await;
        let failed = till.sink.last("1", "refund.failed").unwrap().body;
        assert_eq!((&failed["code"], &failed["retryable"]), (&json!("insufficient_funds"), &json!(true)));
        assert_eq!(failed["alternatives"], json!(["cash", "bank_office"]));
        assert_eq!(failed["refunded_total"]["value"], 0);
        till.refund("1", "r-2", "op-1", None).await;
        assert_eq!(till.sink.last("1", "request.rejected").unwrap().body["code"], "refund_limit");
    });
}

#[test]
fn the_next_bank_is_tried_at_once_when_the_first_can_not_be_reached_refuses_or_stays_unclear() {
    for answer in [Answer::NotSent, Answer::No(RefusalKind::Other), Answer::Lost, Answer::Broken] {
        let world = World::new();
        world.bank.always(Verb::Issue, answer);
        world.live(async |till| {
            pay_any(till).await;
            till.breathe().await;
            let shown = till.sink.last("1", "payment.qr_ready").unwrap().body;
            assert_eq!((&shown["bank"], till.clock_ms()), (&json!("south"), 0), "{answer:?}");
        });
        assert_eq!(world.bank.count(Verb::Issue), 1, "{answer:?}");
    }
}

#[test]
fn no_bank_in_time_fails_the_payment_for_certain_since_nothing_was_shown() {
    for (answer, first) in [(Answer::NotSent, "not_issued"), (Answer::Broken, "issue_unknown")] {
        let world = World::new();
        world.bank.always(Verb::Issue, answer);
        world.live(async |till| {
            till.pay("op-1").await;
            till.until(70).await;
            let failed = till.sink.last("1", "payment.failed").unwrap().body;
            assert_eq!(
                (&failed["code"], &failed["certain"]),
                (&json!("bank_unavailable"), &json!(true)),
                "{answer:?}"
            );
            assert_eq!(till.facts(till.payment_id("op-1").await)[2], first);
            assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.failed"]);
        });
    }
}

#[test]
fn a_bank_that_stops_answering_status_calls_ends_nothing() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(1_500).await;
        till.bank.always(Verb::Status, Answer::Broken);
        till.until(120).await;
        assert_eq!(till.status("op-1").await, "awaiting_payment");
        assert!(till.bank.count(Verb::Status) > 15, "it is asked on, every few seconds");
        till.bank.always(Verb::Status, Answer::Well);
        till.buyer_pays();
        till.until(132).await;
        assert_eq!(till.status("op-1").await, "paid");
    });
}

#[test]
fn a_payment_under_way_is_told_as_processing_and_its_end_as_it_comes() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(1_500).await;
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.bank.ledger().begin_to_pay(order, true);
        till.until_ms(2_500).await;
        assert_eq!(till.status("op-1").await, "processing");
        till.cancel("op-1").await;
        till.until(5).await;
        assert_eq!(till.status("op-1").await, "cancelling", "who is paying may still pay");
        till.bank.ledger().begin_to_pay(order, false);
        till.until(10).await;
        let names = ["payment.accepted", "payment.qr_ready", "payment.processing", "payment.cancelling"];
        assert_eq!(till.sink.names("1")[..4], names);
        assert_eq!(till.sink.last("1", "payment.cancelled").unwrap().body["certain"], true);
    });
}

#[test]
fn an_answer_after_its_deadline_counts_as_none_and_its_code_is_never_shown() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Stale(Duration::from_secs(11))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(30).await;
        let payment = till.payment("op-1").await;
        let shown: Vec<bool> =
            payment.state.attempts.iter().map(|attempt| attempt.shown_at.is_some()).collect();
        assert_eq!(shown, [false, true]);
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
    });
}

#[test]
fn an_orphan_is_asked_at_its_own_pace_and_not_at_that_of_the_live_code() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Lost]);
    world.live(async |till| {
        pay_any(till).await;
        till.until(240).await;
        assert_eq!(till.status("op-1").await, "awaiting_payment");
        let (orphan, live) = (till.bank.count(Verb::Status), till.south.count(Verb::Status));
        assert!(live >= 95, "the live code: {live} times");
        assert!((30..=45).contains(&orphan), "the orphan: {orphan} times");
    });
}
