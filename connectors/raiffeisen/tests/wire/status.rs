//! Status, by the code's id and by the order.

use connector_sdk::conformance::order_request;
use payment::{BankTransaction, CallError, CodeKind, OrderState};

use crate::bank::{Bank, QR, check_request};

const BY_CODE: &str = "/api/sbp/v1/qr/AD10051KNSNR64I98CRUJUASC9M72QTA/payment-info";
const BY_ORDER: &str = "/api/payments/v1/orders/0191f7e25d3a7abc8def012345678001/transaction";

#[tokio::test]
async fn status_is_asked_by_the_codes_id_where_it_is_known() {
    let bank = Bank::start().await;
    let body = r#"{"code":"SUCCESS","paymentStatus":"SUCCESS","amount":1110.11,"currency":"RUB",
        "order":"0191f7e25d3a7abc8def012345678001","transactionId":120059}"#;
    bank.answers("GET", BY_CODE, 200, body).await;
    let status = bank.connect(&[]).status(&order_request(CodeKind::Dynamic, Some(QR))).await.unwrap();
    assert_eq!(status.order.as_deref(), Some("0191f7e25d3a7abc8def012345678001"));
    let OrderState::Paid(notice) = status.state else { panic!("{status:?}") };
    assert_eq!(notice.transaction.as_ref().map(BankTransaction::as_str), Some("120059"));
    assert_eq!(notice.amount.unwrap().minor(), 111_011);
    check_request(&bank.only_request().await, "GET", BY_CODE, None);
}

#[tokio::test]
async fn status_is_asked_by_the_order_where_the_code_is_not_known() {
    let bank = Bank::start().await;
    let body = r#"{"code":"SUCCESS","transaction":{"id":7,"orderId":"0191f7e25d3a7abc8def012345678001",
        "status":{"value":"SUCCESS","date":"2026-11-21T18:01:13+03:00"},"amount":1110.11}}"#;
    bank.answers("GET", BY_ORDER, 200, body).await;
    let status = bank.connect(&[]).status(&order_request(CodeKind::Dynamic, None)).await.unwrap();
    assert!(matches!(status.state, OrderState::Paid(_)), "{status:?}");
    check_request(&bank.only_request().await, "GET", BY_ORDER, None);
}

#[tokio::test]
async fn a_look_up_by_order_that_is_switched_off_is_not_sent() {
    let bank = Bank::start().await;
    let connector = bank.connect(&[("order_status", "off")]);
    let outcome = connector.status(&order_request(CodeKind::Dynamic, None)).await;
    assert!(matches!(outcome, Err(CallError::Refused(_))), "{outcome:?}");
    assert!(!connector.capabilities().kind(CodeKind::Dynamic).unwrap().status_by_order);
    assert!(bank.requests().await.is_empty());
}

#[tokio::test]
async fn not_found_is_an_answer_with_both_of_the_banks_habits() {
    for status in [200, 404] {
        let bank = Bank::start().await;
        let body = r#"{"code":"ERROR.NOT_FOUND","message":"QR-код не найден у данного партнера"}"#;
        bank.answers("GET", BY_CODE, status, body).await;
        let answer = bank.connect(&[]).status(&order_request(CodeKind::Dynamic, Some(QR))).await.unwrap();
        assert_eq!((answer.order, answer.state), (None, OrderState::NotFound));
    }
}

#[tokio::test]
async fn a_notification_is_read_through_the_connector() {
    let bank = Bank::start().await;
    let body = br#"{"transactionId":120059,"qrId":"AD1","sbpMerchantId":"MA0000000552","amount":1110.11,
        "currency":"RUB","transactionDate":"2026-01-15T16:01:49.043924+03:00","paymentStatus":"SUCCESS",
        "order":"1-22-333"}"#;
    let signature = "0f7b4612660477bd3483b084bc67ee41f6fba090319790a913561d758a2be18a";
    let header = |name: &str| (name == "x-api-signature-sha256").then(|| signature.to_owned());
    let notification = bank.connect(&[]).read_notification(&header, body).unwrap();
    assert_eq!(notification.signature, connector_sdk::Signature::Valid);
    assert_eq!(notification.order.as_deref(), Some("1-22-333"));
}
