//! Money that comes after the end was told.

use serde_json::json;
use universal_integrator::till::{AmqpRegister, Event};

use crate::lab::{Broker, Plan, World, within};
use crate::till::{ask, begin, expect, pay, story};

/// Cancels a payment whose buyer is paying: the bank confirms the annulment, and the money comes all the same.
async fn pay_too_late(world: &World, till: &AmqpRegister, operation: &str) {
    world.bank.fault(&json!({ "call": "cancel", "fault": "late_success", "delay_ms": 1_000 })).await;
    let payload = begin(till, &pay(operation, 32_400)).await;
    world.bank.scan(&payload).await;
    ask(till, "cancel", &json!({ "operation": operation })).await;
    let cancelled = expect(till, operation, "payment.cancelled").await;
    assert_eq!(cancelled.body["certain"], true, "the bank confirmed it");
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_money_that_comes_after_the_end_goes_back_by_itself() {
    let world = World::start().await;
    let till = world.till("2").await;
    pay_too_late(&world, &till, "a").await;
    let late = expect(&till, "a", "payment.paid_late").await;
    assert_eq!((late.text("handling"), late.text("status")), (Some("refunding"), Some("cancelled")));
    let is_its_refund =
        |event: &Event| event.name() == "refund.completed" && event.text("payment_operation") == Some("a");
    let mut events = till.events();
    let refund = within("it goes back", events.find(is_its_refund)).await;
    assert_eq!((refund.text("origin"), &refund.body["fiscal_receipt_due"]), (Some("late"), &json!(false)));
    assert_eq!(refund.body["amount"], late.body["amount"]);
    let expected = [
        "payment.accepted",
        "payment.qr_ready",
        "payment.cancelling",
        "payment.cancelled",
        "payment.paid_late",
    ];
    assert_eq!(story(&till, "a"), expected);
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_that_is_offered_can_be_claimed_once() {
    let plan = Plan { late_money: "late_money = \"offer\"\nclaim_within_s = 600", ..Plan::default() };
    let world = World::build(plan, Broker::shared()).await;
    let till = world.till("2").await;
    pay_too_late(&world, &till, "a").await;
    let late = expect(&till, "a", "payment.paid_late").await;
    assert_eq!(late.text("handling"), Some("offered"));
    ask(&till, "claim", &json!({ "operation": "a" })).await;
    let paid = expect(&till, "a", "payment.paid").await;
    assert_eq!(paid.text("bank_transaction"), late.text("bank_transaction"));
    let again = ask(&till, "claim", &json!({ "operation": "a" })).await;
    assert_eq!((again.name(), again.text("status")), ("payment.state", Some("paid")));
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_that_nobody_claims_goes_back() {
    let plan = Plan { late_money: "late_money = \"offer\"\nclaim_within_s = 2", ..Plan::default() };
    let world = World::build(plan, Broker::shared()).await;
    let till = world.till("2").await;
    pay_too_late(&world, &till, "a").await;
    expect(&till, "a", "payment.paid_late").await;
    let is_back = |event: &Event| event.name() == "refund.completed" && event.text("origin") == Some("late");
    let mut events = till.events();
    within("it goes back", events.find(is_back)).await;
    let claim = ask(&till, "claim", &json!({ "operation": "a" })).await;
    assert_eq!((claim.name(), claim.text("code")), ("request.rejected", Some("nothing_to_claim")));
    world.books_agree(&[&till]).await;
    world.end().await;
}

/// The bank can't be asked and withdraws nothing: the till is told so in time, and may take other money.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_can_not_be_certain_is_told_so_and_money_after_it_goes_back() {
    let mut plan = Plan::default();
    (plan.servers[0].call_timeout_ms, plan.servers[0].response_timeout_s) = (1_000, 3);
    let world = World::build(plan, Broker::shared()).await;
    let till = world.till("2").await;
    let payload = begin(&till, &pay("a", 100)).await;
    for call in ["status", "cancel"] {
        world.bank.fault(&json!({ "call": call, "fault": "http_500", "times": 0 })).await;
    }
    ask(&till, "cancel", &json!({ "operation": "a" })).await;
    let cancelled = expect(&till, "a", "payment.cancelled").await;
    assert_eq!(cancelled.body["certain"], false);
    assert!(cancelled.text("payable_until").is_some(), "{}", cancelled.body);

    world.bank.pay(&payload).await;
    world.bank.mend().await;
    let late = expect(&till, "a", "payment.paid_late").await;
    assert_eq!(late.text("handling"), Some("refunding"));
    let mut events = till.events();
    within("it goes back", events.find(|event| event.name() == "refund.completed")).await;
    world.books_agree(&[&till]).await;
    world.end().await;
}
