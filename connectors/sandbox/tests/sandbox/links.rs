//! Cash links: orders arm them, one at a time.

use std::time::Duration;

use connector_sandbox::BusyLink;
use serde_json::{Value, json};

use crate::support::{Answer, Bank, Code};

async fn arm(bank: &Bank, link: &Code, order: &str) -> Answer {
    let qr = json!({"id": link.id, "additionalInfo": "Касса 3", "paymentDetails": "Чек"});
    let body = json!({"id": order, "amount": 314, "comment": "Чек 1735", "extra": null, "qr": qr});
    bank.post("/payment/v1/orders", &body).await
}

async fn order_status(bank: &Bank, order: &str) -> Value {
    bank.get(&format!("/payment/v1/orders/{order}")).await.json()["status"]["value"].clone()
}

#[tokio::test]
async fn an_order_arms_a_link_until_it_is_paid() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    let answer = bank.buyer("pay", &link.payload).await;
    assert_eq!((answer.status, &answer.json()["error"]), (409, &json!("inactive")));

    let order = arm(&bank, &link, "sale-1").await.json();
    assert_eq!((&order["id"], &order["amount"]), (&json!("sale-1"), &json!(314)));
    assert_eq!(order["status"]["value"], "NEW");
    assert_eq!(order["qr"]["id"], link.id.as_str());
    assert_eq!(order["qr"]["paymentDetails"], "Чек");
    assert!(order["expirationDate"].as_str().unwrap().ends_with('Z'));
    assert_eq!(bank.qr_status(&link).await, "NEW");

    let paid = bank.buyer("pay", &link.payload).await.json();
    assert_eq!((&paid["order"], &paid["amount"]), (&json!("sale-1"), &json!(31_400)));
    assert_eq!(order_status(&bank, "sale-1").await, "PAID");
    assert_eq!(bank.qr_status(&link).await, "INACTIVE");
    assert_eq!(bank.payment_info(&link).await["order"], "sale-1");
    assert_eq!(bank.buyer("pay", &link.payload).await.status, 409);

    assert_eq!(arm(&bank, &link, "sale-2").await.status, 200);
    let rows = bank.ledger("orders").await;
    let words: Vec<_> = rows.iter().map(|row| (row["order"].clone(), row["status"].clone())).collect();
    assert_eq!(words, [(json!("sale-1"), json!("PAID")), (json!("sale-2"), json!("NEW"))]);
    assert!(rows.iter().all(|row| row["qr"] == link.id.as_str()));
    assert_eq!(bank.ledger("links").await[0]["status"], "NEW");
}

#[tokio::test]
async fn a_link_carries_one_order_at_a_time() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    arm(&bank, &link, "first").await;
    assert_eq!(arm(&bank, &link, "second").await.status, 400);
    assert_eq!(bank.delete("/payment/v1/orders/first").await.status, 200);
    assert_eq!(arm(&bank, &link, "second").await.status, 200);

    let bank = Bank::with(|options| options.raiffeisen.busy_link = BusyLink::Replace).await;
    let link = bank.link().await;
    arm(&bank, &link, "first").await;
    assert_eq!(arm(&bank, &link, "second").await.status, 200);
    assert_eq!(order_status(&bank, "first").await, "CANCELLED");
    bank.buyer("scan", &link.payload).await;
    assert_eq!(arm(&bank, &link, "third").await.status, 400);
}

#[tokio::test]
async fn an_order_that_was_named_twice_is_refused() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    arm(&bank, &link, "sale").await;
    bank.delete("/payment/v1/orders/sale").await;
    let answer = arm(&bank, &link, "sale").await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ERROR.ORDER_NUMBER_ALREADY_REGISTERED"));
    assert_eq!(bank.ledger("orders").await.len(), 1);
}

#[tokio::test]
async fn an_order_expires_and_frees_its_link() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    arm(&bank, &link, "sale").await;
    bank.advance(Duration::from_mins(16)).await;
    assert_eq!(order_status(&bank, "sale").await, "EXPIRED");
    assert_eq!(bank.qr_status(&link).await, "INACTIVE");
    assert_eq!(bank.buyer("pay", &link.payload).await.json()["error"], "inactive");
    let body = json!({"id": "next", "amount": 1, "expirationDate": "+5m", "qr": {"id": link.id}});
    assert_eq!(bank.post("/payment/v1/orders", &body).await.status, 200);
}

#[tokio::test]
async fn a_payment_in_progress_keeps_its_order() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    arm(&bank, &link, "sale").await;
    bank.buyer("scan", &link.payload).await;
    assert_eq!(order_status(&bank, "sale").await, "NEW");
    assert_eq!(bank.qr_status(&link).await, "IN_PROGRESS");
    let answer = bank.delete("/payment/v1/orders/sale").await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ERROR.WRONG_QR_STATUS"));
    bank.advance(Duration::from_mins(5)).await;
    bank.buyer("decline", &link.payload).await;
    assert_eq!(bank.delete("/payment/v1/orders/sale").await.status, 200);
}

#[tokio::test]
async fn late_money_of_the_first_sale_does_not_pay_the_second() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    arm(&bank, &link, "first").await;
    bank.fault(&json!({"call": "cancel", "fault": "late_success", "delay_ms": 60_000})).await;
    bank.buyer("scan", &link.payload).await;
    assert_eq!(bank.delete("/payment/v1/orders/first").await.status, 200);
    assert_eq!(arm(&bank, &link, "second").await.status, 200);
    bank.advance(Duration::from_secs(61)).await;
    assert_eq!(order_status(&bank, "first").await, "PAID");
    assert_eq!(order_status(&bank, "second").await, "NEW");
    assert_eq!(bank.buyer("pay", &link.payload).await.json()["order"], "second");
    assert_eq!(bank.ledger("payments").await.len(), 2);
}

#[tokio::test]
async fn a_bad_order_is_refused() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let rows = [
        (json!({}), 400, "ERROR.INVALID_REQUEST"),
        (json!({"amount": 0}), 400, "ERROR.INVALID_REQUEST"),
        (json!({"amount": 1, "id": "ж"}), 400, "ERROR.INVALID_ORDER"),
        (
            json!({"amount": 1, "expirationDate": "2020-01-01T00:00:00Z"}),
            400,
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
        ),
        (json!({"amount": 1, "qr": {}}), 400, "ERROR.INVALID_REQUEST"),
        (json!({"amount": 1, "qr": {"id": "nothing"}}), 404, "ERROR.NOT_FOUND"),
        (json!({"amount": 1, "qr": {"id": code.id}}), 400, "ERROR.INVALID_REQUEST"),
    ];
    for (body, status, error) in rows {
        let answer = bank.post("/payment/v1/orders", &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, error), "{body}");
    }
}

#[tokio::test]
async fn links_cannot_be_withdrawn_and_have_no_version_1() {
    let bank = Bank::start().await;
    let link = bank.link().await;
    assert_eq!(bank.cancel(&link).await.code(), "ERROR.WRONG_QR_STATUS");
    let body = json!({"qrType": "QRVariable", "sbpMerchantId": crate::support::MERCHANT});
    assert_eq!(bank.post("/sbp/v1/qr/register", &body).await.code(), "ERROR.INVALID_REQUEST");
}

#[tokio::test]
async fn a_printed_plate_becomes_a_link_when_it_is_bound() {
    let bank = Bank::start().await;
    let draft = "BS1R0000000000000000000000000001";
    let path = format!("/sbp/v1/qr-drafts/{draft}");
    let body = json!({"account": "40700000000000000000", "qrDescription": "QR на кассе", "qrId": draft});
    let answer = bank.post(&path, &body).await;
    assert_eq!((answer.status, &answer.json()["qrStatus"]), (200, &json!("INACTIVE")));
    assert!(answer.json()["payload"].as_str().unwrap().contains("?type=01&bank="));
    assert_eq!(bank.post(&path, &json!({})).await.status, 200);
    let link = Code { id: draft.to_owned(), payload: draft.to_owned(), answer: Value::Null };
    arm(&bank, &link, "sale").await;
    assert_eq!(bank.buyer("pay", draft).await.json()["order"], "sale");
}
