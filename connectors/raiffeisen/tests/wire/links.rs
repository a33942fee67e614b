//! Cash links: armed, asked for and disarmed by our order, never by the link's id.

use connector_sdk::PlateRequest;
use connector_sdk::conformance::{issue_request, order_request, plate};
use payment::{AnnulAnswer, BankTransaction, CallError, CodeId, CodeKind, OrderState};
use serde_json::json;

use crate::bank::{Bank, check_request};

const ORDERS: &str = "/api/payment/v1/orders";
const ORDER: &str = "/api/payment/v1/orders/0191f7e25d3a7abc8def012345678001";
const MONEY: &str = "/api/payments/v1/orders/0191f7e25d3a7abc8def012345678001/transaction";
const LINK: &str = "AS100032PQ7739G58NCQ457RA2OG82JP";
const NUMBER: &str = "0191f7e25d3a7abc8def012345678001";

fn order(word: &str) -> String {
    json!({"id": NUMBER, "amount": 1110.11, "status": {"value": word, "date": "2026-11-21T18:00:02.000Z"},
        "expirationDate": "2026-11-21T15:05:00.000Z", "qr": {"id": LINK}})
    .to_string()
}

fn money(word: &str, of: &str) -> String {
    json!({"code": "SUCCESS", "transaction": {"id": 120_059, "orderId": of, "amount": 1110.11,
        "status": {"value": word, "date": "2026-11-21T18:01:13+03:00"}, "paymentParams": {"qrId": LINK}}})
    .to_string()
}

#[tokio::test]
async fn an_order_of_ours_arms_the_plate() {
    let bank = Bank::start().await;
    bank.answers("POST", ORDERS, 200, &order("NEW")).await;
    let request = issue_request(CodeKind::CashLink);
    let code = bank.connect(&[]).issue(&request).await.unwrap();
    assert_eq!((code.id, code.payload), (plate().link, plate().payload));
    let sent = bank.only_request().await;
    check_request(&sent, "POST", ORDERS, Some(std::str::from_utf8(&sent.body).unwrap()));
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!((&body["id"], &body["qr"]["id"]), (&json!(NUMBER), &json!(LINK)));
    assert_eq!(body["expirationDate"], "2026-11-21T18:05:00+03:00");
}

#[tokio::test]
async fn a_cash_link_without_a_plate_is_not_asked_for() {
    let bank = Bank::start().await;
    let mut request = issue_request(CodeKind::CashLink);
    request.plate = None;
    assert!(matches!(bank.connect(&[]).issue(&request).await, Err(CallError::Refused(_))));
    assert!(bank.requests().await.is_empty());
}

#[tokio::test]
async fn an_activation_is_asked_for_by_its_order_and_then_its_money() {
    let bank = Bank::start().await;
    bank.answers("GET", ORDER, 200, &order("PAID")).await;
    bank.answers("GET", MONEY, 200, &money("SUCCESS", NUMBER)).await;
    let status = bank.connect(&[]).status(&order_request(CodeKind::CashLink, Some(LINK))).await.unwrap();
    assert_eq!(status.order.as_deref(), Some(NUMBER));
    let OrderState::Paid(notice) = status.state else { panic!("{status:?}") };
    assert_eq!(notice.transaction.as_ref().map(BankTransaction::as_str), Some("120059"));
    let requests = bank.requests().await;
    assert_eq!(requests.len(), 2);
    check_request(&requests[0], "GET", ORDER, None);
    check_request(&requests[1], "GET", MONEY, None);
}

#[tokio::test]
async fn where_money_is_not_found_by_order_the_links_latest_counts_only_if_it_names_our_order() {
    let info = "/api/sbp/v1/qr/AS100032PQ7739G58NCQ457RA2OG82JP/payment-info";
    for (of, is_paid) in [(NUMBER, true), ("the-next-sale", false)] {
        let bank = Bank::start().await;
        bank.answers("GET", ORDER, 200, &order("PAID")).await;
        let body = json!({"code": "SUCCESS", "paymentStatus": "SUCCESS", "amount": 1110.11, "currency": "RUB",
            "order": of, "transactionId": 120_060});
        bank.answers("GET", info, 200, &body.to_string()).await;
        let connector = bank.connect(&[("order_status", "off")]);
        let status = connector.status(&order_request(CodeKind::CashLink, Some(LINK))).await.unwrap();
        assert_eq!(status.order.as_deref(), Some(NUMBER), "{of}");
        assert_eq!(matches!(status.state, OrderState::Paid(_)), is_paid, "{of}: {:?}", status.state);
    }
}

#[tokio::test]
async fn a_plate_is_disarmed_by_our_order() {
    let bank = Bank::start().await;
    bank.answers("DELETE", ORDER, 200, "").await;
    let outcome = bank.connect(&[]).annul(&order_request(CodeKind::CashLink, Some(LINK))).await;
    assert_eq!(outcome, Ok(AnnulAnswer::Annulled));
    check_request(&bank.only_request().await, "DELETE", ORDER, None);
}

#[tokio::test]
async fn a_refused_disarming_is_explained_by_the_orders_word() {
    for (word, expected) in [
        ("CANCELLED", AnnulAnswer::Annulled),
        ("EXPIRED", AnnulAnswer::Expired),
        ("PAID", AnnulAnswer::NotNow),
        ("NEW", AnnulAnswer::NotNow),
    ] {
        let bank = Bank::start().await;
        let refused =
            r#"{"code":"ORDER_HAS_FINAL_STATUS","message":"Заказ с идентификатором … имеет статус …"}"#;
        bank.answers("DELETE", ORDER, 400, refused).await;
        bank.answers("GET", ORDER, 200, &order(word)).await;
        let outcome = bank.connect(&[]).annul(&order_request(CodeKind::CashLink, Some(LINK))).await;
        assert_eq!(outcome, Ok(expected), "{word}");
    }
}

#[tokio::test]
async fn a_plate_is_made_or_a_printed_one_is_bound() {
    let answer = format!(r#"{{"qrId":"{LINK}","qrStatus":"INACTIVE","payload":"{}"}}"#, plate().payload);
    let description = Some("Касса 2".to_owned());
    for (draft, open_as, at, body) in [
        (
            None,
            None,
            "/api/sbp/v2/qrs".to_owned(),
            r#"{"qrType":"QRVariable","sbpMerchantId":"MA0000000552","qrDescription":"Касса 2"}"#,
        ),
        (
            None,
            Some("plate-2".to_owned()),
            "/api/sbp/v2/qrs".to_owned(),
            concat!(
                r#"{"qrType":"QRStatic","sbpMerchantId":"MA0000000552","order":"plate-2","currency":"RUB","#,
                r#""qrDescription":"Касса 2"}"#,
            ),
        ),
        (
            Some(CodeId::parse(LINK).unwrap()),
            None,
            format!("/api/sbp/v1/qr-drafts/{LINK}"),
            r#"{"qrDescription":"Касса 2"}"#,
        ),
    ] {
        let bank = Bank::start().await;
        bank.answers("POST", &at, 200, &answer).await;
        let request = PlateRequest { draft, open_as, description: description.clone() };
        assert_eq!(bank.connect(&[]).make_plate(&request).await.unwrap(), plate());
        check_request(&bank.only_request().await, "POST", &at, Some(body));
    }
}

#[tokio::test]
async fn a_code_without_an_order_of_ours_is_asked_for_its_latest_money() {
    let paid = r#"{"code":"SUCCESS","paymentStatus":"SUCCESS","amount":450.00,"currency":"RUB","order":"plate-2",
        "qrId":"AS1","transactionId":120059,"transactionDate":"2026-11-21T18:01:13.109227+03:00"}"#;
    let unpaid = r#"{"code":"SUCCESS","paymentStatus":"NO_INFO","order":"plate-2","qrId":"AS1"}"#;
    let unknown = r#"{"code":"ERROR.NOT_FOUND","message":"QR не найден"}"#;
    for (answer, expected) in [(paid, Some(("120059", 45_000))), (unpaid, None), (unknown, None)] {
        let bank = Bank::start().await;
        bank.answers("GET", "/api/sbp/v1/qr/AS1/payment-info", 200, answer).await;
        let code = CodeId::parse("AS1").unwrap();
        let found = bank.connect(&[]).latest_credit(&code).await.unwrap();
        let found =
            found.map(|money| (money.transaction.unwrap().to_string(), money.amount.unwrap().minor()));
        assert_eq!(found, expected.map(|(transaction, minor)| (transaction.to_owned(), minor)), "{answer}");
    }
    let bank = Bank::start().await;
    bank.answers("GET", "/api/sbp/v1/qr/AS1/payment-info", 500, "").await;
    let code = CodeId::parse("AS1").unwrap();
    assert!(matches!(bank.connect(&[]).latest_credit(&code).await, Err(CallError::Unknown(_))));
}
