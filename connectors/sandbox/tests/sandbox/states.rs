//! The life of dynamic and static codes.

use std::time::Duration;

use connector_sandbox::AfterDecline;
use serde_json::json;

use crate::support::{Bank, MERCHANT};

#[tokio::test]
async fn a_dynamic_code_goes_from_no_info_through_progress_to_success() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o-1").await;
    let info = bank.payment_info(&code).await;
    assert_eq!((&info["code"], &info["paymentStatus"]), (&json!("SUCCESS"), &json!("NO_INFO")));
    assert!(info.get("transactionDate").is_none());

    let scanned = bank.buyer("scan", &code.payload).await.json();
    assert_eq!(scanned["status"], "IN_PROGRESS");
    assert_eq!(bank.payment_status(&code).await, "IN_PROGRESS");
    assert_eq!(bank.qr_status(&code).await, "IN_PROGRESS");

    let paid = bank.buyer("pay", &code.payload).await.json();
    assert_eq!(paid["transaction"], scanned["transaction"]);
    let info = bank.payment_info(&code).await;
    assert_eq!(info["paymentStatus"], "SUCCESS");
    assert_eq!(info["transactionId"].to_string(), paid["transaction"].as_str().unwrap());
    assert!(info["transactionDate"].as_str().unwrap().ends_with("+03:00"));
    assert_eq!(bank.qr_status(&code).await, "PAID");
    let payments = bank.ledger("payments").await;
    assert_eq!(payments.len(), 1);
    assert_eq!((&payments[0]["order"], &payments[0]["amount"]), (&json!("o-1"), &json!(31_400)));
}

#[tokio::test]
async fn without_a_payment_the_transaction_is_left_out_or_zero() {
    let bank = Bank::start().await;
    let (first, second) = (bank.dynamic("a").await, bank.dynamic("b").await);
    assert_eq!(bank.payment_info(&first).await["transactionId"], 0);
    assert!(bank.payment_info(&second).await.get("transactionId").is_none());
}

#[tokio::test]
async fn an_annulled_code_is_cancelled_and_cannot_be_paid() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let answer = bank.cancel(&code).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(bank.qr_status(&code).await, "CANCELLED");
    assert_eq!(bank.payment_status(&code).await, "NO_INFO");
    let answer = bank.buyer("pay", &code.payload).await;
    assert_eq!((answer.status, &answer.json()["error"]), (409, &json!("annulled")));
    let again = bank.cancel(&code).await;
    assert_eq!((again.status, again.code().as_str()), (400, "ERROR.WRONG_QR_STATUS"));
    assert_eq!(again.json()["message"], "Нельзя сменить статус QR-кода с CANCELLED на CANCELLED");
}

#[tokio::test]
async fn annulment_is_refused_in_progress_when_paid_and_when_expired() {
    let bank = Bank::start().await;
    let (begun, paid, old) = (bank.dynamic("a").await, bank.dynamic("b").await, bank.dynamic("c").await);
    bank.buyer("scan", &begun.payload).await;
    bank.buyer("pay", &paid.payload).await;
    for (code, word) in [(&begun, "IN_PROGRESS"), (&paid, "PAID")] {
        let answer = bank.cancel(code).await;
        assert_eq!(answer.status, 400);
        let text = format!("Нельзя сменить статус QR-кода с {word} на CANCELLED");
        assert_eq!(answer.json()["message"], text);
    }
    bank.advance(Duration::from_hours(73)).await;
    let message = bank.cancel(&old).await.json()["message"].clone();
    assert_eq!(message, "Нельзя сменить статус QR-кода с EXPIRED на CANCELLED");
}

#[tokio::test]
async fn a_dynamic_code_lives_three_days_unless_told_otherwise() {
    let bank = Bank::start().await;
    let long = bank.dynamic("long").await;
    let mut body = json!({"qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "short", "amount": 1});
    body["qrExpirationDate"] = json!("+5m");
    let short = bank.register(&body).await;
    assert_eq!(bank.qr_status(&short).await, "NEW");
    bank.advance(Duration::from_mins(6)).await;
    assert_eq!(bank.qr_status(&short).await, "EXPIRED");
    assert_eq!(bank.payment_status(&short).await, "NO_INFO");
    let answer = bank.buyer("pay", &short.payload).await;
    assert_eq!((answer.status, &answer.json()["error"]), (409, &json!("expired")));
    assert_eq!(bank.qr_status(&long).await, "NEW");
    bank.advance(Duration::from_hours(72)).await;
    assert_eq!(bank.qr_status(&long).await, "EXPIRED");
}

#[tokio::test]
async fn a_code_expires_on_the_real_clock_too() {
    let bank = Bank::start().await;
    let body = json!({
        "qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "o", "amount": 1, "qrExpirationDate": "+1s",
    });
    let code = bank.register(&body).await;
    crate::support::eventually("the code expires", async || bank.qr_status(&code).await == "EXPIRED").await;
}

#[tokio::test]
async fn a_payment_begun_in_time_may_end_after_the_expiry() {
    let bank = Bank::start().await;
    let body = json!({
        "qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "o", "amount": 1, "qrExpirationDate": "+1m",
    });
    let code = bank.register(&body).await;
    bank.buyer("scan", &code.payload).await;
    bank.advance(Duration::from_mins(2)).await;
    assert_eq!(bank.qr_status(&code).await, "IN_PROGRESS");
    assert_eq!(bank.buyer("pay", &code.payload).await.status, 200);
    assert_eq!(bank.qr_status(&code).await, "PAID");
}

#[tokio::test]
async fn a_begun_payment_that_nobody_ends_is_declined_in_the_end() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    bank.buyer("scan", &code.payload).await;
    bank.advance(Duration::from_mins(11)).await;
    assert_eq!(bank.payment_status(&code).await, "DECLINED");
    assert_eq!(bank.qr_status(&code).await, "NEW");
}

#[tokio::test]
async fn a_declined_try_leaves_the_code_payable() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let answer = bank.buyer("decline", &code.payload).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("DECLINED")));
    let info = bank.payment_info(&code).await;
    assert_eq!(info["paymentStatus"], "DECLINED");
    assert!(info["message"].is_string() && info["transactionId"].is_number());
    assert_eq!(bank.qr_status(&code).await, "NEW");
    assert_eq!(bank.buyer("pay", &code.payload).await.status, 200);
    assert_eq!(bank.payment_status(&code).await, "SUCCESS");
    assert_eq!(bank.ledger("payments").await.len(), 1);
}

#[tokio::test]
async fn what_a_declined_try_means_can_be_set() {
    let rows = [(AfterDecline::StaysInProgress, "IN_PROGRESS", 200), (AfterDecline::Ends, "CANCELLED", 409)];
    for (rule, status, pay) in rows {
        let bank = Bank::with(|options| options.raiffeisen.after_decline = rule).await;
        let code = bank.dynamic("o").await;
        bank.buyer("decline", &code.payload).await;
        assert_eq!(bank.qr_status(&code).await, status, "{rule:?}");
        assert_eq!(bank.buyer("pay", &code.payload).await.status, pay, "{rule:?}");
    }
}

#[tokio::test]
async fn a_dynamic_code_is_paid_once_and_a_static_one_many_times() {
    let bank = Bank::start().await;
    let single = bank.dynamic("once").await;
    assert_eq!(bank.buyer("pay", &single.payload).await.status, 200);
    let answer = bank.buyer("pay", &single.payload).await;
    assert_eq!((answer.status, &answer.json()["error"]), (409, &json!("used_up")));

    let plate = bank.fixed("plate").await;
    for amount in [10_000, 25_050] {
        let body = json!({"payload": plate.payload, "amount": amount});
        assert_eq!(bank.own("/buyer/pay", &body).await.status, 200);
    }
    assert_eq!(bank.qr_status(&plate).await, "NEW");
    let info = bank.payment_info(&plate).await;
    assert_eq!((&info["amount"], &info["order"]), (&json!(250.5), &json!("plate")));
    let payments = bank.ledger("payments").await;
    assert_eq!(payments.len(), 3);
    assert_ne!(payments[1]["transaction"], payments[2]["transaction"]);
    assert_eq!(bank.cancel(&plate).await.status, 200);
    assert_eq!(bank.qr_status(&plate).await, "CANCELLED");
}

#[tokio::test]
async fn status_by_order_covers_every_code_of_the_order() {
    let bank = Bank::start().await;
    let path = "/payments/v1/orders/o-1/transaction";
    let answer = bank.get(path).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "ERROR.NOT_FOUND"));
    let orphan = bank.dynamic("o-1").await;
    let shown = bank.dynamic("o-1").await;
    assert_eq!(bank.get(path).await.json()["transaction"]["status"]["value"], "NOT_FOUND");
    bank.buyer("scan", &orphan.payload).await;
    assert_eq!(bank.get(path).await.json()["transaction"]["status"]["value"], "IN_PROGRESS");
    bank.buyer("pay", &orphan.payload).await;
    bank.buyer("decline", &shown.payload).await;
    let transaction = bank.get(path).await.json()["transaction"].clone();
    assert_eq!(transaction["status"]["value"], "SUCCESS");
    assert_eq!(transaction["paymentParams"]["qrId"], orphan.id.as_str());
    assert_eq!((&transaction["orderId"], &transaction["amount"]), (&json!("o-1"), &json!(314)));
    assert_eq!(transaction["paymentMethod"], "sbp");
}

#[tokio::test]
async fn of_several_buyers_who_began_only_one_pays_a_dynamic_code() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let scan = bank.buyer("scan", &code.payload).await.json();
    let again = bank.buyer("scan", &code.payload).await.json();
    assert_eq!(scan["transaction"], again["transaction"]);
    assert_eq!(bank.buyer("pay", &code.payload).await.status, 200);
    assert_eq!(bank.buyer("decline", &code.payload).await.status, 409);
    assert_eq!(bank.payment_status(&code).await, "SUCCESS");
}
