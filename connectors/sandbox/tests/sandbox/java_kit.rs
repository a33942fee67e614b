//! What the integration tests of the bank's official Java kit expect, in their order.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Bank, KEY, MERCHANT, eventually, read};

async fn paid(bank: &Bank) -> i64 {
    let code = bank.dynamic("paid-order").await;
    let body = json!({"qrId": code.id, "amount": 314});
    bank.post("/nspc-mock/v01/rfuture/payment/init", &body).await;
    eventually("the payment shows", async || bank.payment_status(&code).await == "SUCCESS").await;
    bank.payment_info(&code).await["transactionId"].as_i64().unwrap()
}

fn assert_message(answer: &Answer, message: &str) {
    assert_eq!(answer.json()["message"], message);
}

#[tokio::test]
async fn point_1_all_kinds_register_without_key_and_currency() {
    let bank = Bank::start().await;
    for body in [
        json!({"qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "1", "amount": 314}),
        json!({"qrType": "QRStatic", "sbpMerchantId": MERCHANT, "order": "2"}),
        json!({"qrType": "QRVariable", "sbpMerchantId": MERCHANT}),
    ] {
        let url = format!("{}/raiffeisen/api/sbp/v2/qrs", bank.url);
        let answer = read(bank.client.post(url).header("charset", "UTF-8").json(&body)).await.json();
        for field in ["qrId", "payload", "qrUrl"] {
            assert!(answer[field].is_string(), "{body}: {field}");
        }
    }
}

#[tokio::test]
async fn point_2_an_empty_order_is_an_error_with_a_message() {
    let bank = Bank::start().await;
    let body = json!({"qrType": "QRStatic", "sbpMerchantId": MERCHANT, "order": ""});
    let answer = bank.post("/sbp/v2/qrs", &body).await;
    assert!(answer.code().starts_with("ERROR.") && answer.json()["message"].is_string());
}

#[tokio::test]
async fn point_3_a_past_expiry_passes_only_where_the_bank_is_lenient() {
    let body = json!({
        "qrType": "QRStatic", "sbpMerchantId": MERCHANT, "order": "1",
        "qrExpirationDate": "2023-07-22T09:14:38+03:00",
    });
    for (lenient, status) in [(false, 400), (true, 200)] {
        let bank = Bank::with(|options| options.raiffeisen.lenient_expiry = lenient).await;
        assert_eq!(bank.post("/sbp/v2/qrs", &body).await.status, status);
    }
}

#[tokio::test]
async fn point_4_unknown_codes_are_not_found() {
    let bank = Bank::start().await;
    for path in ["/sbp/v2/qrs/none", "/sbp/v1/qr/none/payment-info"] {
        let answer = bank.get(path).await;
        assert_eq!(answer.code(), "ERROR.NOT_FOUND");
        assert_message(&answer, "QR-код не найден у данного партнера");
    }
}

#[tokio::test]
async fn point_5_a_wrong_key_is_no_logical_error() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let url = format!("{}/raiffeisen/api/sbp/v1/qr/{}/payment-info", bank.url, code.id);
    let answer = read(bank.client.get(url).bearer_auth(format!("{KEY}x"))).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, ""));
}

#[tokio::test]
async fn point_6_a_sandbox_payment_leaves_no_info_soon() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let body = json!({"qrId": code.id});
    bank.post("/nspc-mock/v01/rfuture/payment/init", &body).await;
    eventually("payment-info leaves NO_INFO", async || bank.payment_status(&code).await != "NO_INFO").await;
    let info = bank.payment_info(&code).await;
    for field in ["createDate", "transactionDate"] {
        let date = info[field].as_str().unwrap();
        assert!(date.parse::<jiff::Timestamp>().is_ok() && date.ends_with("+03:00"), "{date}");
    }
    assert!(info["transactionId"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn points_7_to_9_refunds() {
    let bank = Bank::with(|options| options.raiffeisen.refund_delay = Duration::from_mins(1)).await;
    let transaction = paid(&bank).await;
    let body = json!({"amount": 100, "refundId": "r", "order": "unrelated", "transactionId": transaction});
    let answer = bank.post("/sbp/v1/refund", &body).await;
    assert_eq!(answer.text, r#"{"code":"SUCCESS","amount":100,"refundStatus":"IN_PROGRESS"}"#);
    assert_eq!(bank.get("/sbp/v1/refund/r").await.json()["refundStatus"], "IN_PROGRESS");

    let nameless = json!({"amount": 100, "order": "o", "transactionId": transaction});
    let answer = bank.post("/sbp/v1/refund", &nameless).await;
    assert_eq!(answer.code(), "ERROR.INVALID_REQUEST");
    assert_message(&answer, "Не передан обязательный параметр");

    for path in ["/sbp/v1/refund/none", "/payments/v1/orders/paid-order/refunds/none"] {
        assert_message(&bank.get(path).await, "Возврат с refundId none не найден");
    }
}

#[tokio::test]
async fn points_10_and_11_orders() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    let extra = json!({"apiClient": "sbp-sdk-java", "apiClientVersion": "1.0.8"});
    let full = json!({
        "id": "full", "amount": 314, "comment": "c", "expirationDate": null, "extra": extra,
        "qr": {"id": link.id, "additionalInfo": "i", "paymentDetails": "d"},
    });
    let bare = json!({
        "id": null, "amount": 314, "comment": null, "expirationDate": null, "extra": null, "qr": null,
    });
    let created = bank.post("/payment/v1/orders", &full).await.json();
    assert_eq!(bank.get("/payment/v1/orders/full").await.json(), created);
    let nameless = bank.post("/payment/v1/orders", &bare).await.json();
    assert_eq!(nameless["id"].as_str().unwrap().len(), 36);
    assert!(nameless.get("qr").is_none());

    bank.post("/nspc-mock/v01/rfuture/payment/init", &json!({"qrId": link.id})).await;
    let read_order = async || bank.get("/payment/v1/orders/full").await.json();
    eventually("the order is paid", async || read_order().await["status"]["value"] == "PAID").await;
    let order = read_order().await;
    for field in ["id", "amount", "comment", "extra", "status", "expirationDate", "qr"] {
        assert!(!order[field].is_null(), "{field}");
    }

    let unknown = bank.get("/payment/v1/orders/none").await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "ORDER_NOT_FOUND"));
    assert_message(&unknown, "Заказ с идентификатором none не найден у данного партнера");

    let id = nameless["id"].as_str().unwrap();
    let path = format!("/payment/v1/orders/{id}");
    let cancelled = bank.delete(&path).await;
    assert_eq!((cancelled.status, cancelled.text.as_str()), (200, ""));
    assert_final(&bank.delete(&path).await, id, "CANCELLED");
    assert_final(&bank.delete("/payment/v1/orders/full").await, "full", "PAID");
    assert_eq!(bank.delete("/payment/v1/orders/none").await.status, 404);
}

fn assert_final(answer: &Answer, id: &str, word: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (400, "ORDER_HAS_FINAL_STATUS"));
    assert_message(answer, &format!("Заказ с идентификатором {id} имеет статус {word}"));
}

#[tokio::test]
async fn point_12_a_refund_of_an_unknown_order_is_not_found() {
    let bank = Bank::start().await;
    let body = json!({"orderId": "none", "refundId": "r", "amount": 100});
    let answer = bank.post("/payments/v1/orders/none/refunds/r", &body).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "ERROR.NOT_FOUND"));
    assert_message(&answer, "Счет не найден у данного партнера");
}

#[tokio::test]
async fn point_13_an_unknown_draft_is_not_bound() {
    let bank = Bank::start().await;
    let id = "BS1R00ZZZZ";
    let answer = bank.post(&format!("/sbp/v1/qr-drafts/{id}"), &json!({"qrId": id})).await;
    assert!(answer.code().starts_with("ERROR."));
    assert_message(&answer, &format!("QR-draft с qrId: {id} не зарегистрирован"));
}

#[tokio::test]
async fn errors_always_have_a_code_and_a_message_that_are_text() {
    let bank = Bank::start().await;
    let answers: Vec<Value> = vec![
        bank.post("/sbp/v2/qrs", &json!({})).await.json(),
        bank.get("/sbp/v2/qrs/none").await.json(),
        bank.delete("/payment/v1/orders/none").await.json(),
    ];
    assert!(answers.iter().all(|answer| answer["code"].is_string() && answer["message"].is_string()));
}
