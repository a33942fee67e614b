//! HTTP alone: one binary, one file, no broker; a till that needs nothing but HTTP.

use serde_json::{Value, json};

use crate::lab::{HttpTill, Lone, until};

#[tokio::test]
async fn p9_the_whole_cycle_over_http_without_a_broker_survives_kill_9() {
    let mut lone = Lone::start().await;
    let till = HttpTill::new(&lone, "3");
    let mut stream = till.events(None).await;

    let (status, state) = till.pay("sale-1", 19_800).await;
    assert_eq!((status, state["status"].as_str()), (201, Some("accepted")));
    let payment = state["payment"].as_str().expect("an id").to_owned();
    let (status, again) = till.pay("sale-1", 19_800).await;
    assert_eq!((status, again["payment"].as_str()), (200, Some(payment.as_str())), "a repeat");
    let (status, problem) = till.pay("sale-1", 5_000).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("conflict")));

    let shown = stream.until("payment.qr_ready").await;
    let payload = shown.body["qr"]["payload"].as_str().expect("a code").to_owned();
    assert_eq!(till.picture(&payment, "svg").await.0, 200);
    assert_eq!(till.picture("op:17:3:sale-1", "png").await.0, 200);

    lone.service.kill().await;
    lone.bank.pay(&payload).await;
    lone.service.start().await;
    let mut stream = till.events(Some(&shown.id)).await;
    let paid = stream.until("payment.paid").await;
    assert_eq!(paid.body["amount"], json!({ "value": 19_800, "currency": "RUB" }));
    assert_eq!(till.picture(&payment, "svg").await.0, 404, "a paid code is not shown (P8)");

    let (status, state) = till.refund(&payment, "return-1", 5_000).await;
    assert_eq!(status, 201, "{state}");
    assert_eq!(state["refunds"][0]["operation"], "return-1");
    stream.until("refund.accepted").await;
    lone.service.kill().await;
    lone.service.start().await;
    let mut stream = till.events(Some(&paid.id)).await;
    let returned = stream.until("refund.completed").await;
    assert_eq!(returned.body["operation"], "return-1");
    assert_eq!(till.refund(&payment, "return-1", 5_000).await.0, 200, "a repeat");

    let state = till.get(&payment, "").await.1;
    assert_eq!(state["refunded_total"]["value"], 5_000);
    till.expect_no_gap(&state).await;
    lone.end().await;
}

#[tokio::test]
async fn a_cancel_over_http_ends_a_pay_that_is_open_and_one_that_never_came() {
    let lone = Lone::start().await;
    let till = HttpTill::new(&lone, "2");
    let (status, never) = till.cancel("op:17:2:never-came").await;
    assert_eq!(
        (status, never["event"].as_str(), &never["payment"]),
        (200, Some("payment.cancelled"), &Value::Null)
    );
    let (status, known) = till.get("op:17:2:never-came", "?wait=60s").await;
    assert_eq!(
        (status, known["event"].as_str()),
        (200, Some("payment.cancelled")),
        "at once: nothing will come"
    );
    let (status, answer) = till.pay("never-came", 100).await;
    assert_eq!((status, answer["event"].as_str()), (200, Some("payment.cancelled")), "it never starts");

    till.pay("sale-1", 19_800).await;
    let state = till.until_status("op:17:2:sale-1", "awaiting_payment").await;
    let (status, cancelling) = till.cancel("op:17:2:sale-1").await;
    assert_eq!(status, 200, "{cancelling}");
    let over = till.until_status("op:17:2:sale-1", "cancelled").await;
    assert_eq!(over["certain"], true);
    assert!(!lone.bank.try_to_pay(state["qr"]["payload"].as_str().expect("a code")).await);
    lone.end().await;
}

#[tokio::test]
async fn a_check_over_http_asks_the_bank_and_tells_the_state() {
    let lone = Lone::start().await;
    let till = HttpTill::new(&lone, "3");
    till.pay("sale-1", 19_800).await;
    let state = till.until_status("op:17:3:sale-1", "awaiting_payment").await;
    lone.bank.pay(state["qr"]["payload"].as_str().expect("a code")).await;
    let is_paid = async || {
        let (status, state) = till.check("op:17:3:sale-1").await;
        assert_eq!(status, 200, "{state}");
        (state["status"] == "paid").then_some(())
    };
    until("the check tells that it is paid", is_paid).await;
    lone.end().await;
}

#[tokio::test]
async fn a_key_that_was_replaced_opens_nothing_any_more() {
    let lone = Lone::start().await;
    let till = HttpTill::new(&lone, "3");
    assert_eq!(till.pay("sale-1", 19_800).await.0, 201);
    lone.change_the_key().await;
    assert_eq!(till.pay("sale-2", 19_800).await.0, 401);
    assert_eq!(till.get("op:17:3:sale-1", "?wait=1").await.0, 401);
    lone.end().await;
}
