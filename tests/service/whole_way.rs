//! From the checkout to its certain end, as a till sees it.

use payment::Timestamp;
use serde_json::json;
use universal_integrator::till::{BasicProperties, RawMessage};

use crate::lab::World;
use crate::till::{ask, begin, expect, pay, roubles, story};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_paid_and_the_money_goes_back_in_two_parts_to_two_registers() {
    let world = World::start().await;
    let (first, second) = (world.till("1").await, world.till("2").await);

    let body = json!({
        "operation": "17-1-000123-1", "amount": roubles(19_800), "receipt": "000123", "payment_type": "sbp",
        "purpose": "Receipt 000123", "expires_in_s": 120, "cashier": "Ivanova", "shift": "42",
        "items": [{"name": "Milk 1 l", "quantity": "2", "price": 9900, "amount": 19800}],
        "something": "that this version does not know",
    });
    let payload = begin(&first, &body).await;
    let ready = expect(&first, "17-1-000123-1", "payment.qr_ready").await;
    assert_eq!(ready.body["qr"]["kind"], "dynamic");
    assert_eq!(
        (&ready.body["status"], &ready.body["bank"]),
        (&json!("awaiting_payment"), &json!("raiffeisen"))
    );
    let expires_at = Timestamp::parse(ready.body["qr"]["expires_at"].as_str().unwrap()).unwrap();
    let accepted = expect(&first, "17-1-000123-1", "payment.accepted").await;
    assert!(accepted.text("in_reply_to").is_some(), "it answers the pay: {}", accepted.body);
    let life_s = expires_at.since(accepted.occurred_at().unwrap()).as_secs();
    assert!((119..180).contains(&life_s), "asked for 120 s, got {life_s} s");

    world.bank.pay(&payload).await;
    let paid = expect(&first, "17-1-000123-1", "payment.paid").await;
    let ledger = world.bank.ledger().await;
    let transaction = &ledger.payments[0].transaction;
    assert_eq!(paid.text("bank_transaction"), Some(transaction.as_str()));
    assert_eq!(paid.text("credit"), Some(format!("sbp:{transaction}").as_str()));
    assert_eq!(paid.body["amount"], roubles(19_800));
    assert_eq!((&paid.body["status"], &paid.body["test"]), (&json!("paid"), &json!(true)));
    assert_eq!(story(&first, "17-1-000123-1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);

    let half = json!({ "operation": "r-1", "payment_operation": "17-1-000123-1", "amount": roubles(9_900) });
    ask(&first, "refund", &half).await;
    let done = expect(&first, "r-1", "refund.completed").await;
    assert_eq!((&done.body["amount"], &done.body["refunded_total"]), (&roubles(9_900), &roubles(9_900)));
    assert_eq!(done.text("payment_operation"), Some("17-1-000123-1"));
    assert_eq!(done.body["fiscal_receipt_due"], false, "it is test money");

    let rest = json!({ "operation": "r-2", "payment_operation": "17-1-000123-1", "payment_register": "1" });
    ask(&second, "refund", &rest).await;
    let done = expect(&second, "r-2", "refund.completed").await;
    assert_eq!((&done.body["amount"], &done.body["refunded_total"]), (&roubles(9_900), &roubles(19_800)));
    let copy = expect(&first, "r-2", "refund.completed").await;
    assert_eq!(copy.body, done.body, "the paying register gets a copy");
    assert_eq!(done.body["requested_by"], json!({ "store": "17", "register": "2" }));
    assert_eq!(done.body["status"], "paid", "a payment keeps its final word through refunds");

    let more = json!({ "operation": "r-3", "payment_operation": "17-1-000123-1", "payment_register": "1" });
    let refused = ask(&second, "refund", &more).await;
    assert_eq!((refused.name(), refused.text("code")), ("request.rejected", Some("refund_exceeds_paid")));
    for (operation, till) in [("r-1", &first), ("r-2", &first), ("r-2", &second)] {
        let story = story(till, operation);
        assert_eq!(
            (story[0].as_str(), story[story.len() - 1].as_str()),
            ("refund.accepted", "refund.completed")
        );
    }
    world.books_agree(&[&first, &second]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_nobody_pays_expires_for_certain_and_not_before_its_time() {
    let world = World::start().await;
    let till = world.till("2").await;
    let body = json!({ "operation": "a", "amount": roubles(100), "expires_in_s": 2 });
    let payload = begin(&till, &body).await;
    let ready = expect(&till, "a", "payment.qr_ready").await;
    let expired = expect(&till, "a", "payment.expired").await;
    let over_at = Timestamp::parse(ready.body["qr"]["expires_at"].as_str().unwrap()).unwrap();
    assert!(expired.occurred_at().unwrap() >= over_at, "{}", expired.body);
    assert_eq!((&expired.body["certain"], &expired.body["code"]), (&json!(true), &json!("expired")));
    assert!(!world.bank.try_to_pay(&payload).await, "certain means that nobody can pay it any more");
    let expected = ["payment.accepted", "payment.qr_ready", "payment.cancelling", "payment.expired"];
    assert_eq!(story(&till, "a"), expected);
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_shown_is_withdrawn_before_its_cancel_is_told() {
    let world = World::start().await;
    let till = world.till("3").await;
    let payload = begin(&till, &pay("a", 50_000)).await;
    ask(&till, "cancel", &json!({ "operation": "a", "reason": "The buyer went away" })).await;
    let cancelled = expect(&till, "a", "payment.cancelled").await;
    assert_eq!((&cancelled.body["certain"], &cancelled.body["code"]), (&json!(true), &json!("cancelled")));
    assert!(!world.bank.try_to_pay(&payload).await, "certain means that nobody can pay it any more");
    let expected = ["payment.accepted", "payment.qr_ready", "payment.cancelling", "payment.cancelled"];
    assert_eq!(story(&till, "a"), expected);

    let cancelling = expect(&till, "a", "payment.cancelling").await;
    assert!(cancelling.text("in_reply_to").is_some(), "it answers the cancel: {}", cancelling.body);

    let again = ask(&till, "cancel", &json!({ "operation": "a" })).await;
    assert_eq!((again.name(), again.text("status")), ("payment.state", Some("cancelled")));
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_overtakes_its_pay_makes_sure_that_no_bank_is_asked() {
    let world = World::start().await;
    let till = world.till("2").await;
    for verb in ["cancel", "pay", "cancel"] {
        let body = if verb == "pay" { pay("a", 100) } else { json!({ "operation": "a" }) };
        let answer = ask(&till, verb, &body).await;
        assert_eq!((answer.name(), answer.payment()), ("payment.cancelled", None), "{verb}");
    }
    assert_eq!(story(&till, "a"), ["payment.cancelled"; 3]);
    assert!(world.wire.calls().is_empty(), "{:?}", world.wire.calls());
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_who_is_refused_once_may_try_again() {
    let world = World::start().await;
    let till = world.till("2").await;
    let payload = begin(&till, &pay("a", 100)).await;
    world.bank.scan(&payload).await;
    expect(&till, "a", "payment.processing").await;
    world.bank.decline(&payload).await;
    expect(&till, "a", "payment.try_declined").await;
    world.bank.pay(&payload).await;
    expect(&till, "a", "payment.paid").await;
    let expected = [
        "payment.accepted",
        "payment.qr_ready",
        "payment.processing",
        "payment.try_declined",
        "payment.paid",
    ];
    assert_eq!(story(&till, "a"), expected);
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_command_is_answered_with_the_state_and_changes_nothing() {
    let world = World::start().await;
    let till = world.till("2").await;
    let payload = begin(&till, &pay("a", 100)).await;
    let repeat = json!({ "operation": "a", "amount": roubles(100), "cashier": "another one", "qr": null });
    let state = ask(&till, "pay", &repeat).await;
    assert_eq!((state.name(), state.text("status")), ("payment.state", Some("awaiting_payment")));
    assert_eq!(state.payload(), Some(payload.as_str()), "the live code is in the state");

    world.bank.pay(&payload).await;
    expect(&till, "a", "payment.paid").await;
    let cancel = ask(&till, "cancel", &json!({ "operation": "a" })).await;
    assert_eq!((cancel.name(), cancel.text("status")), ("payment.state", Some("paid")), "it never refunds");
    let late = ask(&till, "pay", &repeat).await;
    assert_eq!((late.name(), late.text("status")), ("payment.state", Some("paid")));

    let refund = json!({ "operation": "r", "payment_operation": "a" });
    ask(&till, "refund", &refund).await;
    expect(&till, "r", "refund.completed").await;
    till.send("refund", &refund).await.unwrap();
    let state = ask(&till, "get", &json!({ "operation": "a" })).await;
    assert_eq!(state.body["refunds"].as_array().unwrap().len(), 1, "{}", state.body);
    assert_eq!(world.bank.ledger().await.orders.len(), 1);
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_can_ask_for_all_that_is_open() {
    let world = World::start().await;
    let (till, other) = (world.till("2").await, world.till("3").await);
    for operation in ["a", "b", "c"] {
        begin(&till, &pay(operation, 100)).await;
    }
    begin(&other, &pay("a", 100)).await;
    ask(&till, "cancel", &json!({ "operation": "b" })).await;
    expect(&till, "b", "payment.cancelled").await;

    let sent = till.send("get", &json!({})).await.unwrap();
    let is_answer =
        |event: &universal_integrator::till::Event| event.text("in_reply_to") == sent.message_id.as_deref();
    for operation in ["a", "c"] {
        let found = till.wait_for(operation, is_answer, crate::lab::LIMIT).await.unwrap();
        assert_eq!((found.name(), found.text("status")), ("payment.state", Some("awaiting_payment")));
    }
    assert_eq!(till.received().iter().filter(|event| is_answer(event)).count(), 2);
    for (till, operation) in [(&till, "a"), (&till, "c"), (&other, "a")] {
        ask(till, "cancel", &json!({ "operation": operation })).await;
        expect(till, operation, "payment.cancelled").await;
    }
    world.books_agree(&[&till, &other]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_an_operations_events_go_where_the_till_asks() {
    let world = World::start().await;
    let (till, other) = (world.till("2").await, world.till("3").await);
    let copies_to = world.options("3").queue();
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_message_id("mine".into())
        .with_reply_to(copies_to.into());
    let body = pay("a", 100).to_string().into_bytes();
    let routing_key = "v1.17.2.pay".to_owned();
    till.publish_raw(RawMessage { routing_key, properties, body }).await.unwrap();
    expect(&till, "a", "payment.qr_ready").await;
    let copy = expect(&other, "a", "payment.qr_ready").await;
    assert_eq!(copy.text("register"), Some("2"));
    ask(&till, "cancel", &json!({ "operation": "a" })).await;
    expect(&other, "a", "payment.cancelled").await;
    world.end().await;
}
