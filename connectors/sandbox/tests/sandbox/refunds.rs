//! Refunds in all flavours.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Bank;

async fn paid(bank: &Bank, order: &str) -> i64 {
    let code = bank.dynamic(order).await;
    assert_eq!(bank.buyer("pay", &code.payload).await.status, 200);
    bank.payment_info(&code).await["transactionId"].as_i64().unwrap()
}

#[tokio::test]
async fn a_refund_is_in_progress_first_and_completed_later() {
    let bank = Bank::with(|options| options.raiffeisen.refund_delay = Duration::from_mins(1)).await;
    let transaction = paid(&bank, "o").await;
    let body = json!({"amount": 100, "refundId": "r-1", "order": "whatever", "transactionId": transaction});
    let answer = bank.post("/sbp/v1/refund", &body).await;
    assert_eq!(answer.text, r#"{"code":"SUCCESS","amount":100,"refundStatus":"IN_PROGRESS"}"#);
    assert_eq!(bank.get("/sbp/v1/refund/r-1").await.text, answer.text);
    bank.advance(Duration::from_mins(1)).await;
    assert_eq!(bank.get("/sbp/v1/refund/r-1").await.json()["refundStatus"], "COMPLETED");
    let rows = bank.ledger("refunds").await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((&row["refund"], &row["amount"]), (&json!("r-1"), &json!(10_000)));
    assert_eq!(row["transaction"], transaction.to_string());
    assert_eq!(row["status"], "COMPLETED");
}

#[tokio::test]
async fn refunds_never_exceed_the_payment() {
    let bank = Bank::start().await;
    paid(&bank, "o").await;
    let refund = |id: &str, amount: Value| {
        let body = json!({"amount": amount, "refundId": id, "order": "o", "transactionId": 0});
        let bank = &bank;
        async move { bank.post("/sbp/v1/refund", &body).await }
    };
    assert_eq!(refund("r-1", json!(300)).await.code(), "SUCCESS");
    let answer = refund("r-2", json!(14.01)).await;
    assert_eq!((answer.status, answer.code().as_str()), (200, "ERROR.REFUND_INSUFFICIENT_FUNDS"));
    assert_eq!(refund("r-2", json!(14)).await.code(), "SUCCESS");
    assert_eq!(refund("r-3", json!(0.01)).await.code(), "ERROR.REFUND_INSUFFICIENT_FUNDS");
}

#[tokio::test]
async fn the_same_refund_again_is_the_same_and_another_amount_is_refused() {
    let bank = Bank::start().await;
    paid(&bank, "o").await;
    let path = "/payments/v1/orders/o/refunds/r-1";
    assert_eq!(bank.post(path, &json!({"amount": 200})).await.code(), "SUCCESS");
    assert_eq!(bank.post(path, &json!({"amount": 200.00})).await.code(), "SUCCESS");
    let other = bank.post(path, &json!({"amount": 50})).await;
    assert_eq!((other.status, other.code().as_str()), (400, "ERROR.INVALID_REQUEST"));
    assert_eq!(bank.ledger("refunds").await.len(), 1);
}

#[tokio::test]
async fn a_bad_refund_is_refused_with_the_banks_code_and_text() {
    let bank = Bank::start().await;
    paid(&bank, "o").await;
    let (missing, small) =
        ("Не передан обязательный параметр", "Сумма возврата не может быть меньше 1 копейки");
    let rows = [
        (json!({"amount": 1, "order": "o"}), missing),
        (json!({"refundId": "r", "order": "o"}), missing),
        (json!({"refundId": "r", "amount": 1}), missing),
        (json!({"refundId": "r", "amount": 0, "order": "o"}), small),
        (json!({"refundId": "r", "amount": -5, "order": "o"}), small),
        (json!({"refundId": "r", "amount": "5", "order": "o"}), "Передана некорректная сумма платежа"),
    ];
    for (body, message) in rows {
        let answer = bank.post("/sbp/v1/refund", &body).await;
        assert_eq!(answer.json(), json!({"code": "ERROR.INVALID_REQUEST", "message": message}), "{body}");
    }
    bank.dynamic("unpaid").await;
    for (order, message) in [("unpaid", "QR не был оплачен"), ("none", "QR-код не найден у данного партнера")]
    {
        let answer =
            bank.post("/sbp/v1/refund", &json!({"refundId": "r", "amount": 1, "order": order})).await;
        assert_eq!(answer.json(), json!({"code": "ERROR.NOT_FOUND", "message": message}));
    }
    assert!(bank.ledger("refunds").await.is_empty());
}

#[tokio::test]
async fn payments_of_a_static_code_are_refunded_by_their_own_number() {
    let bank = Bank::start().await;
    let plate = bank.fixed("plate").await;
    let mut numbers = Vec::new();
    for amount in [10_000, 20_000] {
        let body = json!({"payload": plate.payload, "amount": amount});
        let paid = bank.own("/buyer/pay", &body).await.json();
        numbers.push(paid["transaction"].as_str().unwrap().parse::<i64>().unwrap());
    }
    let bare = json!({"amount": 100, "refundId": "r-1", "order": "plate"});
    assert_eq!(bank.post("/sbp/v1/refund", &bare).await.code(), "ERROR.INVALID_REQUEST");
    let body = json!({"amount": 100, "refundId": "r-1", "order": "plate", "transactionId": numbers[0]});
    assert_eq!(bank.post("/sbp/v1/refund", &body).await.code(), "SUCCESS");
    assert_eq!(bank.ledger("refunds").await[0]["transaction"], numbers[0].to_string());
}

#[tokio::test]
async fn an_unknown_refund_is_not_found_in_both_habits() {
    let bank = Bank::start().await;
    paid(&bank, "o").await;
    for (path, status) in [
        ("/sbp/v1/refund/r-9", 200),
        ("/payments/v1/orders/o/refunds/r-9", 404),
        ("/payments/v2/orders/o/refunds/r-9", 404),
    ] {
        let answer = bank.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, "ERROR.REFUND_NOT_FOUND"), "{path}");
        assert_eq!(answer.json()["message"], "Возврат с refundId r-9 не найден");
    }
    bank.post("/payments/v1/orders/o/refunds/r-1", &json!({"amount": 1})).await;
    assert_eq!(bank.get("/payments/v1/orders/o/refunds/r-1").await.status, 200);
    assert_eq!(bank.get("/payments/v1/orders/another/refunds/r-1").await.status, 404);
}

#[tokio::test]
async fn version_2_shows_a_status_object_and_why_it_declined() {
    let bank = Bank::start().await;
    paid(&bank, "o").await;
    let path = "/payments/v2/orders/o/refunds/r-1";
    let body = json!({"amount": 150, "customer": {"bankAlias": "NOBANK", "phone": "79990000000"}});
    let answer = bank.post(path, &body).await.json();
    assert_eq!((&answer["amount"], &answer["status"]["value"]), (&json!(150), &json!("IN_PROGRESS")));
    assert!(answer.get("code").is_none() && answer["status"].get("declineReason").is_none());
    bank.advance(Duration::from_secs(1)).await;
    let status = bank.get(path).await.json()["status"].clone();
    assert_eq!(
        (&status["value"], &status["declineReason"]),
        (&json!("DECLINED"), &json!("BANK_NOT_SUPPORTED"))
    );
    // What was declined is free again.
    let whole = bank.post("/payments/v2/orders/o/refunds/r-2", &json!({"amount": 314})).await;
    assert_eq!(whole.status, 200);
    assert_eq!(bank.get("/payments/v2/banks").await.json()[0]["alias"], "RAIFFEISEN");
}

#[tokio::test]
async fn a_refund_can_be_declined_by_a_fault() {
    let bank = Bank::start().await;
    paid(&bank, "o").await;
    bank.fault(&json!({"call": "refund", "fault": "declined", "reason": "TIMEOUT"})).await;
    bank.post("/payments/v1/orders/o/refunds/r-1", &json!({"amount": 314})).await;
    bank.advance(Duration::from_secs(1)).await;
    assert_eq!(bank.get("/payments/v1/orders/o/refunds/r-1").await.json()["refundStatus"], "DECLINED");
    let v2 = bank.get("/payments/v2/orders/o/refunds/r-1").await.json();
    assert_eq!(v2["status"]["declineReason"], "TIMEOUT");
}

#[tokio::test]
async fn a_refund_with_a_bad_receipt_is_refused() {
    let bank = Bank::start().await;
    paid(&bank, "o").await;
    let path = "/payments/v1/orders/o/refunds/r-1";
    for receipt in [json!(5), json!({}), json!({"items": []})] {
        let answer = bank.post(path, &json!({"amount": 1, "receipt": receipt})).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "RECEIPT_VALIDATION_FAILED"));
    }
    let good = json!({"amount": 1, "receipt": {"items": [{"name": "Молоко"}]}});
    assert_eq!(bank.post(path, &good).await.code(), "SUCCESS");
}
