//! Refunds by both of the bank's interfaces.

use connector_sdk::conformance::refund_request;
use payment::{CallError, CodeKind, RefundAnswer};

use crate::bank::{Bank, check_request};

const SEND: &str = "/api/sbp/v1/refund";
const LOOK_UP: &str = "/api/sbp/v1/refund/0191f7e25d3a7abc8def012345678801";
const BY_ORDER: &str =
    "/api/payments/v2/orders/0191f7e25d3a7abc8def012345678001/refunds/0191f7e25d3a7abc8def012345678801";

#[tokio::test]
async fn a_refund_is_sent_by_its_transaction() {
    let bank = Bank::start().await;
    bank.answers("POST", SEND, 200, r#"{"code":"SUCCESS","amount":150,"refundStatus":"IN_PROGRESS"}"#).await;
    let outcome = bank.connect(&[]).refund(&refund_request(CodeKind::Dynamic)).await;
    assert_eq!(outcome, Ok(RefundAnswer::Pending));
    let expected = concat!(
        r#"{"amount":150,"refundId":"0191f7e25d3a7abc8def012345678801","#,
        r#""order":"0191f7e25d3a7abc8def012345678001","transactionId":120059,"#,
        r#""paymentDetails":"Return of receipt 1734"}"#
    );
    check_request(&bank.only_request().await, "POST", SEND, Some(expected));
}

#[tokio::test]
async fn a_refund_is_looked_up_by_our_key() {
    let bank = Bank::start().await;
    bank.answers("GET", LOOK_UP, 200, r#"{"code":"SUCCESS","amount":150,"refundStatus":"COMPLETED"}"#).await;
    let outcome = bank.connect(&[]).refund_status(&refund_request(CodeKind::Dynamic)).await;
    assert_eq!(outcome, Ok(RefundAnswer::Completed { transaction: None }));
    check_request(&bank.only_request().await, "GET", LOOK_UP, None);
}

#[tokio::test]
async fn a_refund_that_the_bank_does_not_know_is_not_found() {
    for status in [200, 404] {
        let bank = Bank::start().await;
        let body = r#"{"code":"ERROR.REFUND_NOT_FOUND","message":"Возврат с refundId … не найден"}"#;
        bank.answers("GET", LOOK_UP, status, body).await;
        bank.answers("GET", BY_ORDER, 404, body).await;
        let outcome = bank.connect(&[]).refund_status(&refund_request(CodeKind::Dynamic)).await;
        assert_eq!(outcome, Ok(RefundAnswer::NotFound), "HTTP {status}");
    }
}

#[tokio::test]
async fn p4_a_refund_that_was_sent_by_the_other_interface_is_found_there() {
    let not_found = r#"{"code":"ERROR.REFUND_NOT_FOUND","message":"Возврат с refundId … не найден"}"#;
    let by_transaction = r#"{"code":"SUCCESS","amount":150,"refundStatus":"COMPLETED"}"#;
    let by_order = r#"{"amount":150,"status":{"value":"COMPLETED","date":"2026-11-21T18:30:00+03:00"}}"#;
    for (path, asked, sent_by, found) in
        [("v2", BY_ORDER, LOOK_UP, by_transaction), ("v1", LOOK_UP, BY_ORDER, by_order)]
    {
        let bank = Bank::start().await;
        bank.answers("GET", asked, 404, not_found).await;
        bank.answers("GET", sent_by, 200, found).await;
        let connector = bank.connect(&[("refund_path", path)]);
        let outcome = connector.refund_status(&refund_request(CodeKind::Dynamic)).await;
        assert_eq!(
            outcome,
            Ok(RefundAnswer::Completed { transaction: None }),
            "{path}: it is not to be sent again"
        );
    }
}

#[tokio::test]
async fn p7_a_refund_is_not_unknown_to_the_bank_while_one_interface_does_not_answer() {
    let not_found = r#"{"code":"ERROR.REFUND_NOT_FOUND","message":"Возврат с refundId … не найден"}"#;
    let bank = Bank::start().await;
    bank.answers("GET", BY_ORDER, 404, not_found).await;
    bank.answers("GET", LOOK_UP, 502, "").await;
    let outcome =
        bank.connect(&[("refund_path", "v2")]).refund_status(&refund_request(CodeKind::Dynamic)).await;
    assert!(matches!(outcome, Err(CallError::Unknown(_))), "{outcome:?}");
}

#[tokio::test]
async fn one_of_several_payments_on_a_static_code_goes_back_by_its_transaction() {
    let bank = Bank::start().await;
    let connector = bank.connect(&[("refund_path", "v2")]);
    bank.answers("POST", SEND, 200, r#"{"code":"SUCCESS","amount":150,"refundStatus":"IN_PROGRESS"}"#).await;
    assert_eq!(connector.refund(&refund_request(CodeKind::Static)).await, Ok(RefundAnswer::Pending));
    let body: serde_json::Value = serde_json::from_slice(&bank.only_request().await.body).unwrap();
    assert_eq!(body["transactionId"], 120_059, "the order alone would name them all");
}

#[tokio::test]
async fn the_newer_interface_tells_why_a_refund_was_declined() {
    let bank = Bank::start().await;
    let connector = bank.connect(&[("refund_path", "v2")]);
    let running = r#"{"amount":150,"status":{"value":"IN_PROGRESS","date":"2026-11-21T18:30:00+03:00"}}"#;
    bank.answers("POST", BY_ORDER, 200, running).await;
    let declined = r#"{"amount": 150, "status": {"value": "DECLINED", "date": "2026-11-21T18:30:00+03:00",
        "declineReason": "BANK_NOT_SUPPORTED"}}"#;
    bank.answers("GET", BY_ORDER, 200, declined).await;
    let request = refund_request(CodeKind::Dynamic);
    assert_eq!(connector.refund(&request).await, Ok(RefundAnswer::Pending));
    match connector.refund_status(&request).await {
        Ok(RefundAnswer::Declined(refusal)) => assert_eq!(refusal.bank_code, "BANK_NOT_SUPPORTED"),
        other => panic!("{other:?}"),
    }
    let requests = bank.requests().await;
    let body = r#"{"amount":150,"paymentDetails":"Return of receipt 1734"}"#;
    check_request(&requests[0], "POST", BY_ORDER, Some(body));
    check_request(&requests[1], "GET", BY_ORDER, None);
}
