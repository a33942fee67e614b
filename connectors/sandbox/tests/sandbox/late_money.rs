//! Money that arrives after the till was told that the code is dead.

use std::time::Duration;

use serde_json::json;

use crate::{
    notifications::Merchant,
    support::{Bank, eventually},
};

#[tokio::test]
async fn a_late_success_is_hidden_then_annulled_then_paid() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[]).await;
    let code = bank.dynamic("o").await;
    bank.fault(&json!({"call": "cancel", "fault": "late_success", "delay_ms": 60_000})).await;
    assert_eq!(bank.buyer("scan", &code.payload).await.json()["status"], "IN_PROGRESS");
    assert_eq!(bank.payment_status(&code).await, "NO_INFO");
    assert_eq!(bank.qr_status(&code).await, "NEW");
    assert_eq!(bank.cancel(&code).await.status, 200);
    assert_eq!(bank.qr_status(&code).await, "CANCELLED");
    assert!(bank.ledger("payments").await.is_empty());
    bank.advance(Duration::from_secs(61)).await;
    merchant.has(1).await;
    assert_eq!(bank.payment_status(&code).await, "SUCCESS");
    assert_eq!(bank.qr_status(&code).await, "PAID");
    assert_eq!(bank.ledger("payments").await[0]["order"], "o");
}

#[tokio::test]
async fn the_fault_also_catches_a_payment_that_was_begun_before_it() {
    let bank = Bank::start().await;
    let (seen, unseen) = (bank.dynamic("seen").await, bank.dynamic("unseen").await);
    for code in [&seen, &unseen] {
        bank.buyer("scan", &code.payload).await;
    }
    assert_eq!(bank.payment_status(&seen).await, "IN_PROGRESS");
    bank.fault(&json!({"call": "cancel", "fault": "late_success", "delay_ms": 60_000, "times": 2})).await;
    assert_eq!(bank.payment_status(&seen).await, "NO_INFO");
    for code in [&seen, &unseen] {
        assert_eq!(bank.cancel(code).await.status, 200);
    }
    bank.advance(Duration::from_secs(61)).await;
    assert_eq!(bank.ledger("payments").await.len(), 2);
}

#[tokio::test]
async fn an_annulment_with_nobody_paying_leaves_the_fault_armed() {
    let bank = Bank::start().await;
    bank.fault(&json!({"fault": "late_success", "delay_ms": 0})).await;
    let (idle, begun) = (bank.dynamic("idle").await, bank.dynamic("begun").await);
    assert_eq!(bank.cancel(&idle).await.status, 200);
    bank.buyer("scan", &begun.payload).await;
    assert_eq!(bank.cancel(&begun).await.status, 200);
    eventually("the payment lands", async || bank.ledger("payments").await.len() == 1).await;
    assert_eq!(bank.qr_status(&idle).await, "CANCELLED");
}

#[tokio::test]
async fn a_buyer_can_pay_so_that_the_money_comes_later() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[]).await;
    let code = bank.dynamic("o").await;
    let answer = bank.own("/buyer/pay", &json!({"payload": code.payload, "delay_ms": 3_600_000})).await;
    assert_eq!(answer.json()["status"], "IN_PROGRESS");
    assert_eq!(bank.payment_status(&code).await, "NO_INFO");
    assert_eq!(bank.cancel(&code).await.status, 200);
    bank.advance(Duration::from_hours(1)).await;
    // The clock's shift wakes the bank: the merchant learns of it without asking.
    merchant.has(1).await;
    assert_eq!(bank.payment_status(&code).await, "SUCCESS");
}

#[tokio::test]
async fn the_sandbox_call_pays_after_a_short_delay() {
    let bank = Bank::with(|options| options.raiffeisen.payment_delay = Duration::from_mins(1)).await;
    let code = bank.dynamic("o").await;
    let body = json!({"qrId": code.id, "amount": 314});
    let init = "rfuture/payment/init";
    assert_eq!(bank.post(&format!("/nspc-mock/v01/{init}"), &body).await.status, 200);
    assert_eq!(bank.payment_status(&code).await, "NO_INFO");
    bank.advance(Duration::from_mins(1)).await;
    assert_eq!(bank.payment_status(&code).await, "SUCCESS");

    let plate = bank.fixed("plate").await;
    let bare = json!({"qrId": plate.id});
    assert_eq!(bank.post(&format!("/external-mock/v01/{init}"), &bare).await.status, 400);
    for amount in [json!(100), json!(100)] {
        let body = json!({"qrId": plate.id, "amount": amount});
        assert_eq!(bank.post(&format!("/external-mock/v01/{init}"), &body).await.status, 200);
    }
    bank.advance(Duration::from_mins(1)).await;
    assert_eq!(bank.ledger("payments").await.len(), 3);
    let look = bank.get(&format!("/external-mock/v01/rfuture/qrs/{}", code.id)).await.json();
    let expected =
        json!({"qrcType": "02", "sum": 314, "currency": "RUB", "status": "PAID", "redirectUrl": null});
    assert_eq!(look, expected);
}
