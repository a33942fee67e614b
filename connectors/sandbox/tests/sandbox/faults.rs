//! Faults on the wire: each is seen as a merchant's client would see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Bank, MERCHANT, read};

fn body(order: &str) -> Value {
    json!({"qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": order, "amount": 314})
}

/// A registration by an impatient client.
async fn hurried(bank: &Bank, order: &str) -> reqwest::Result<reqwest::Response> {
    let request = bank.call(reqwest::Method::POST, "/sbp/v2/qrs").json(&body(order));
    request.timeout(Duration::from_millis(200)).send().await
}

#[tokio::test]
async fn a_time_out_after_accepting_leaves_the_order_behind() {
    let bank = Bank::start().await;
    bank.fault(&json!({"call": "create", "fault": "timeout_after_accept"})).await;
    assert!(hurried(&bank, "orphan").await.unwrap_err().is_timeout());
    let rows = bank.ledger("orders").await;
    assert_eq!((rows.len(), &rows[0]["order"]), (1, &json!("orphan")));
    // The orphaned code can be paid by whoever has it.
    let payload = rows[0]["payload"].as_str().unwrap();
    assert_eq!(bank.buyer("pay", payload).await.status, 200);
    assert_eq!(bank.post("/sbp/v2/qrs", &body("next")).await.status, 200);
}

#[tokio::test]
async fn a_time_out_before_accepting_leaves_nothing_behind() {
    let bank = Bank::start().await;
    bank.fault(&json!({"call": "create", "fault": "timeout_before_accept"})).await;
    assert!(hurried(&bank, "nothing").await.unwrap_err().is_timeout());
    bank.fault(&json!({"call": "create", "fault": "timeout_before_accept", "delay_ms": 10})).await;
    assert_eq!(bank.post("/sbp/v2/qrs", &body("nothing")).await.status, 504);
    assert!(bank.ledger("orders").await.is_empty());
}

#[tokio::test]
async fn replaced_answers_come_before_the_action_unless_asked_after_it() {
    let bank = Bank::start().await;
    for (fault, status) in [("http_500", 500), ("http_429", 429), ("garbage", 200), ("html", 502)] {
        for after in [false, true] {
            let before = bank.ledger("orders").await.len();
            bank.fault(&json!({"call": "create", "fault": fault, "after": after})).await;
            let answer =
                bank.call(reqwest::Method::POST, "/sbp/v2/qrs").json(&body("o")).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{fault}");
            let bytes = answer.bytes().await.unwrap();
            assert!(serde_json::from_slice::<Value>(&bytes).is_err(), "{fault}");
            let done = bank.ledger("orders").await.len() - before;
            assert_eq!(done, usize::from(after), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_reset_cuts_the_connection_before_or_after_the_action() {
    let bank = Bank::start().await;
    for (after, orders) in [(false, 0), (true, 1)] {
        bank.fault(&json!({"call": "create", "fault": "reset", "after": after})).await;
        let request = bank.call(reqwest::Method::POST, "/sbp/v2/qrs").json(&body("o"));
        let error = request.send().await.unwrap_err();
        assert!(error.is_request() && !error.is_timeout() && !error.is_connect(), "{error:?}");
        assert!(format!("{error:?}").to_lowercase().contains("reset"), "{error:?}");
        assert_eq!(bank.ledger("orders").await.len(), orders);
    }
    assert_eq!(bank.post("/sbp/v2/qrs", &body("o")).await.status, 200);
}

#[tokio::test]
async fn a_slow_answer_is_the_right_one() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    bank.fault(&json!({"call": "status", "fault": "slow", "delay_ms": 300})).await;
    let path = format!("/sbp/v1/qr/{}/payment-info", code.id);
    let hurried = bank.call(reqwest::Method::GET, &path).timeout(Duration::from_millis(100)).send().await;
    assert!(hurried.unwrap_err().is_timeout());
    bank.fault(&json!({"call": "status", "fault": "slow", "delay_ms": 50})).await;
    assert_eq!(bank.payment_status(&code).await, "NO_INFO");
}

#[tokio::test]
async fn a_wrong_amount_is_told_wherever_an_amount_is_told() {
    let bank = Bank::start().await;
    let wrong = async |call: &str| bank.fault(&json!({"call": call, "fault": "wrong_amount"})).await;
    wrong("create").await;
    let code = bank.dynamic("o").await;
    assert!(code.payload.contains("&sum=31500&"), "{}", code.payload);
    wrong("status").await;
    assert_eq!(bank.payment_info(&code).await["amount"], 315);
    assert_eq!(bank.payment_info(&code).await["amount"], 314);
    bank.buyer("pay", &code.payload).await;
    wrong("status").await;
    let by_order = bank.get("/payments/v1/orders/o/transaction").await.json();
    assert_eq!(by_order["transaction"]["amount"], 315);
    wrong("refund").await;
    let refund = bank.post("/payments/v1/orders/o/refunds/r", &json!({"amount": 100})).await.json();
    assert_eq!(refund["amount"], 101);
    assert_eq!(bank.ledger("refunds").await[0]["amount"], 10_000);
    assert_eq!(bank.ledger("payments").await[0]["amount"], 31_400);
}

#[tokio::test]
async fn a_wrong_id_names_another_order_and_code() {
    let bank = Bank::start().await;
    bank.fault(&json!({"call": "create", "fault": "wrong_id"})).await;
    let code = bank.dynamic("o-1").await;
    let true_id = bank.ledger("orders").await[0]["qr"].as_str().unwrap().to_owned();
    assert_ne!(code.id, true_id);
    assert!(code.payload.contains(&code.id));
    assert_eq!(bank.buyer("pay", &code.payload).await.status, 404);
    bank.fault(&json!({"call": "status", "fault": "wrong_id"})).await;
    let info = bank.get(&format!("/sbp/v1/qr/{true_id}/payment-info")).await.json();
    assert_eq!(info["order"], "o-0");
    assert_eq!(info["qrId"], code.id.as_str());
}

#[tokio::test]
async fn every_call_of_a_kind_is_met_by_its_faults() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let link = bank.link().await;
    let order = json!({"id": "sale", "amount": 1, "qr": {"id": link.id}});
    assert_eq!(bank.post("/payment/v1/orders", &order).await.status, 200);
    let (get, post, delete) = (reqwest::Method::GET, reqwest::Method::POST, reqwest::Method::DELETE);
    let rows = [
        ("create", &post, "/sbp/v2/qrs".to_owned()),
        ("create", &post, "/sbp/v1/qr/register".to_owned()),
        ("create", &post, "/payment/v1/orders".to_owned()),
        ("status", &get, format!("/sbp/v1/qr/{}/payment-info", code.id)),
        ("status", &get, format!("/sbp/v2/qrs/{}", code.id)),
        ("status", &get, "/payments/v1/orders/o/transaction".to_owned()),
        ("status", &get, "/payment/v1/orders/sale".to_owned()),
        ("cancel", &delete, format!("/sbp/v2/qrs/{}", code.id)),
        ("cancel", &delete, "/payment/v1/orders/sale".to_owned()),
        ("refund", &post, "/sbp/v1/refund".to_owned()),
        ("refund", &get, "/sbp/v1/refund/r".to_owned()),
        ("refund", &post, "/payments/v1/orders/o/refunds/r".to_owned()),
        ("refund", &get, "/payments/v1/orders/o/refunds/r".to_owned()),
        ("refund", &post, "/payments/v2/orders/o/refunds/r".to_owned()),
        ("refund", &get, "/payments/v2/orders/o/refunds/r".to_owned()),
    ];
    for (call, method, path) in rows {
        bank.fault(&json!({"call": call, "fault": "http_429"})).await;
        let answer = read(bank.call(method.clone(), &path).json(&json!({}))).await;
        assert_eq!(answer.status, 429, "{call} {path}");
    }
    assert_eq!(bank.qr_status(&code).await, "NEW");
}

#[tokio::test]
async fn faults_are_listed_deleted_and_refused_when_unknown() {
    let bank = Bank::start().await;
    bank.fault(&json!({"call": "create", "fault": "http_500", "times": 0, "probability": 0.25})).await;
    let list = bank.own_get("/faults").await.json();
    let fault = &list["faults"][0];
    assert_eq!((&fault["call"], &fault["fault"]), (&json!("create"), &json!("http_500")));
    assert_eq!((&fault["times_left"], &fault["per_mille"]), (&Value::Null, &json!(250)));
    let removed = read(bank.client.delete(format!("{}/faults", bank.url))).await;
    assert_eq!((removed.status, &removed.json()["removed"]), (200, &json!(1)));
    let answer = bank.own("/faults", &json!({"call": "create", "fault": "flood"})).await;
    assert_eq!(answer.status, 400);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("http_500") && message.contains("late_success"), "{message}");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_held_answers() {
    let bank = Bank::start().await;
    bank.fault(&json!({"call": "create", "fault": "timeout_after_accept"})).await;
    let request = bank.call(reqwest::Method::POST, "/sbp/v2/qrs").json(&body("o")).send();
    let held = tokio::spawn(request);
    crate::support::eventually("the order is accepted", async || !bank.ledger("orders").await.is_empty())
        .await;
    tokio::time::timeout(Duration::from_secs(5), bank.stop()).await.unwrap();
    held.await.unwrap().ok();
}
