//! The till in the terminal: what cashiers and scripts see of it.

use serde_json::json;

use crate::lab::{Bank, Demo, Terminal, World};

fn terminal(world: &World, register: &str) -> Terminal {
    let way =
        ["--amqp", world.broker.uri(), "--prefix", world.name("").trim_end_matches('.')].map(str::to_owned);
    let memory = world.folder().join(format!("till-{register}.json"));
    Terminal { way: way.into(), register: register.to_owned(), memory }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_from_the_terminal_is_paid_and_given_back() {
    let world = World::start().await;
    let till = terminal(&world, "2");

    let mut pay = till.begin(&["pay", "198.00", "--receipt", "000123", "--json"]);
    let ready = pay.until("payment.qr_ready").await;
    world.bank.pay(ready["qr"]["payload"].as_str().unwrap()).await;
    let over = pay.end().await;
    assert_eq!((over.status, &over.outcome()["outcome"]), (0, &json!("paid")), "{}", over.output);
    assert_eq!(over.outcome()["operation"], ready["operation"]);

    let half = till.call(&["refund", "--amount", "50", "--json"]).await;
    assert_eq!((half.status, &half.outcome()["outcome"]), (0, &json!("refunded")), "{}", half.output);
    let too_much = till.call(&["refund", "--amount", "198.00"]).await;
    assert_eq!(too_much.status, 6, "{}", too_much.output);
    assert!(too_much.output.contains("REJECTED refund_exceeds_paid"), "{}", too_much.output);

    let state = till.call(&["get"]).await;
    assert_eq!(state.status, 0, "{}", state.output);
    assert!(state.output.contains("refund    50.00 RUB  completed"), "{}", state.output);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_cancels_and_the_exit_status_says_that_nothing_was_paid() {
    let world = World::start().await;
    let till = terminal(&world, "2");
    let mut pay = till.begin(&["pay", "100", "--json"]);
    let ready = pay.until("payment.qr_ready").await;
    pay.signal("INT").await;
    let over = pay.end().await;
    assert_eq!((over.status, &over.outcome()["outcome"]), (3, &json!("not_paid")), "{}", over.output);
    assert!(!world.bank.try_to_pay(ready["qr"]["payload"].as_str().unwrap()).await);

    let again = till.call(&["cancel", "--json"]).await;
    assert_eq!(again.status, 3, "a cancel after the end tells the end: {}", again.output);
    let unknown = till.call(&["check", "no-such-operation", "--json"]).await;
    assert_eq!(
        (unknown.status, &unknown.outcome()["outcome"]),
        (6, &json!("rejected")),
        "{}",
        unknown.output
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_crashed_takes_up_the_same_operation() {
    let world = World::start().await;
    let till = terminal(&world, "3");
    let mut pay = till.begin(&["pay", "100", "--receipt", "7", "--json"]);
    let ready = pay.until("payment.qr_ready").await;
    pay.signal("KILL").await;
    pay.end().await;

    let other = till.call(&["pay", "200"]).await;
    assert_eq!(other.status, 1, "another sale must wait: {}", other.output);
    world.bank.pay(ready["qr"]["payload"].as_str().unwrap()).await;
    // The same command once more is the same operation; so is `resume`.
    let same = till.call(&["pay", "100", "--receipt", "7", "--json"]).await;
    assert_eq!((same.status, &same.outcome()["operation"]), (0, &ready["operation"]), "{}", same.output);
    assert_eq!(world.bank.ledger().await.payments.len(), 1);
    let nothing = till.call(&["resume"]).await;
    assert_eq!(nothing.status, 1, "there is nothing left to resume: {}", nothing.output);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_leaves_the_operation_to_be_resumed() {
    let mut world = World::start().await;
    let till = terminal(&world, "2");
    world.service.kill().await;
    let silence = till.call(&["pay", "100", "--wait", "1", "--json"]).await;
    assert_eq!(
        (silence.status, &silence.outcome()["outcome"]),
        (7, &json!("no_connection")),
        "{}",
        silence.output
    );
    world.service.start().await;
    let mut resumed = till.begin(&["resume", "--json"]);
    let ready = resumed.until("payment.qr_ready").await;
    assert_eq!(ready["operation"], silence.outcome()["operation"]);
    world.bank.pay(ready["qr"]["payload"].as_str().unwrap()).await;
    assert_eq!(resumed.end().await.status, 0);

    let nobody = Terminal { way: ["--amqp", "amqp://u:p@127.0.0.1:1/%2f"].map(str::to_owned).into(), ..till };
    let refused = nobody.call(&["get", "--json"]).await;
    assert_eq!(refused.status, 7, "{}", refused.output);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_the_code_and_the_last_word() {
    let world = World::start().await;
    let till = terminal(&world, "2");
    let over = till.call(&["pay", "12.34", "--expires-in", "2"]).await;
    assert_eq!(over.status, 3, "{}", over.output);
    assert!(over.output.contains("pay  12.34 RUB"), "{}", over.output);
    assert!(over.output.contains('▀') && over.output.contains("https://qr.nspk.ru/"), "{}", over.output);
    assert!(over.output.trim_end().ends_with("✘ NOT PAID: not paid in time"), "{}", over.output);
    assert!(!over.output.contains('\u{1b}'), "no colours where there is no terminal");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_the_terminal_does_the_same() {
    let demo = Demo::start().await;
    let way = ["--http", demo.text("http"), "--api-key", demo.text("api_key")].map(str::to_owned);
    let memory = demo.folder.path().join("till.json");
    let till = Terminal { way: way.into(), register: "3".to_owned(), memory };

    let mut pay = till.begin(&["pay", "198.00", "--json"]);
    let ready = pay.until("payment.qr_ready").await;
    demo.bank.pay(ready["qr"]["payload"].as_str().unwrap()).await;
    let over = pay.end().await;
    assert_eq!((over.status, &over.outcome()["outcome"]), (0, &json!("paid")), "{}", over.output);
    let refund = till.call(&["refund", "--json"]).await;
    assert_eq!((refund.status, &refund.outcome()["outcome"]), (0, &json!("refunded")), "{}", refund.output);

    let mut pay = till.begin(&["pay", "100", "--json"]);
    pay.until("payment.qr_ready").await;
    pay.signal("KILL").await;
    pay.end().await;
    let mut resumed = till.begin(&["resume", "--json"]);
    resumed.until("payment.state").await;
    resumed.signal("INT").await;
    let over = resumed.end().await;
    assert_eq!((over.status, &over.outcome()["outcome"]), (3, &json!("not_paid")), "{}", over.output);

    let conflict =
        till.call(&["pay", "5", "--operation", over.outcome()["operation"].as_str().unwrap()]).await;
    assert_eq!(conflict.status, 6, "{}", conflict.output);
    assert!(conflict.output.contains("REJECTED conflict"), "{}", conflict.output);
    let stranger = Terminal {
        way: ["--http", demo.text("http"), "--api-key", "wrong"].map(str::to_owned).into(),
        ..till
    };
    assert_eq!(stranger.call(&["get"]).await.status, 6, "a key that is wrong opens no stream");
}

/// All questions at the end of a shift, over whichever way.
async fn ends_a_shift(till: &Terminal, bank: &Bank) {
    let mut pay = till.begin(&["pay", "198.00", "--receipt", "000123", "--shift", "42", "--json"]);
    let ready = pay.until("payment.qr_ready").await;
    bank.pay(ready["qr"]["payload"].as_str().expect("it carries the code")).await;
    assert_eq!(pay.end().await.status, 0);
    for (question, told) in [
        (&["find", "--receipt", "000123"][..], "198.00 RUB"),
        (&["totals", "--shift", "42"], "198.00 RUB"),
        (&["types"], "sbp"),
    ] {
        let over = till.call(question).await;
        assert_eq!(over.status, 0, "{question:?}: {}", over.output);
        assert!(over.output.contains(told), "{question:?}: {}", over.output);
    }
    let receipt = ["fiscalized", "--fn", "9960440300000001", "--fd", "12", "--fp", "3456789012"];
    let refused = till.call(&receipt).await;
    assert_eq!(refused.status, 6, "{}", refused.output);
    assert!(refused.output.contains("test_money"), "{}", refused.output);
    let nothing = till.call(&["get", "--all"]).await;
    assert_eq!(nothing.status, 0, "{}", nothing.output);
    assert!(nothing.output.contains("register.state"), "{}", nothing.output);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_shift_is_told_in_the_terminal_over_both_ways() {
    let world = World::start().await;
    let till = terminal(&world, "2");
    ends_a_shift(&till, &world.bank).await;
    world.end().await;

    let demo = Demo::start().await;
    let way = ["--http", demo.text("http"), "--api-key", demo.text("api_key")].map(str::to_owned);
    let memory = demo.folder.path().join("till.json");
    ends_a_shift(&Terminal { way: way.into(), register: "2".to_owned(), memory }, &demo.bank).await;
}
