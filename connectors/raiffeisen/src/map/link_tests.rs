use connector_sdk::conformance::{issue_request, plate as sample_plate};
use payment::{CodeKind, Money};

use super::*;
use crate::config::tests::config;
use crate::map::tests::answer;

const ORDER: &str = "0191f7e25d3a7abc8def012345678001";

/// The reference's answer to an order, §5.1, with our order number.
fn made(changes: &[(&str, serde_json::Value)]) -> String {
    let mut order = serde_json::json!({
        "id": ORDER, "amount": 1110.11, "comment": "Receipt 1734, till 3",
        "status": {"value": "NEW", "date": "2026-11-21T18:00:02.000Z"},
        "expirationDate": "2026-11-21T15:05:00.000Z", "qr": {"id": "AS100032PQ7739G58NCQ457RA2OG82JP"},
    });
    for (field, value) in changes {
        order[*field] = value.clone();
    }
    order.to_string()
}

fn asked() -> Timestamp {
    Timestamp::parse("2026-11-21T15:05:00Z").unwrap()
}

fn arm(body: &str) -> Result<Code, CallError> {
    armed(&answer(200, body), &issue_request(CodeKind::CashLink), &sample_plate(), asked())
}

#[test]
fn an_arming_says_all_that_the_bank_wants_and_no_more() {
    let (body, expiry) = arming(&issue_request(CodeKind::CashLink), &sample_plate()).unwrap();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        concat!(
            r#"{"id":"0191f7e25d3a7abc8def012345678001","amount":1110.11,"comment":"Receipt 1734, till 3","#,
            r#""expirationDate":"2026-11-21T18:05:00+03:00","#,
            r#""extra":{"apiClient":"universal-integrator","apiClientVersion":""#,
            env!("CARGO_PKG_VERSION"),
            r#""},"qr":{"id":"AS100032PQ7739G58NCQ457RA2OG82JP","additionalInfo":"Receipt 1734, till 3","#,
            r#""paymentDetails":"Receipt 1734, till 3"}}"#
        )
    );
    assert_eq!(expiry.at, asked());
    let tenge = Money::try_new(100, Currency::parse("KZT").unwrap()).unwrap();
    let request = IssueRequest { amount: tenge, ..issue_request(CodeKind::CashLink) };
    assert!(matches!(arming(&request, &sample_plate()), Err(CallError::Refused(_))));
}

#[test]
fn an_armed_plate_is_the_code_until_the_banks_end() {
    let code = arm(&made(&[("expirationDate", "2026-11-21T15:03:00.000Z".into())])).unwrap();
    assert_eq!((code.id, code.payload), (sample_plate().link, sample_plate().payload));
    assert_eq!(code.expires_at, Some(Timestamp::parse("2026-11-21T15:03:00Z").unwrap()));
    let code = arm(&made(&[("expirationDate", serde_json::Value::Null)])).unwrap();
    assert_eq!(code.expires_at, Some(asked()), "ours, where the bank names none");
}

#[test]
fn an_order_that_is_not_the_one_that_was_asked_for_is_unknown() {
    for (field, value) in [
        ("id", "another".into()),
        ("id", serde_json::Value::Null),
        ("amount", 314.into()),
        ("qr", serde_json::json!({"id": "AS2"})),
        ("expirationDate", "soon".into()),
    ] {
        let error = arm(&made(&[(field, value.clone())])).unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{field} = {value}: {error}");
    }
    let taken = r#"{"code":"ERROR.ORDER_NUMBER_ALREADY_REGISTERED","message":"…"}"#;
    let known = armed(&answer(400, taken), &issue_request(CodeKind::CashLink), &sample_plate(), asked());
    assert!(matches!(known, Err(CallError::Unknown(_))), "{known:?}");
    let busy = r#"{"code":"ERROR.WRONG_QR_STATUS","message":"Для QR-кода уже есть активный заказ"}"#;
    let busy = armed(&answer(400, busy), &issue_request(CodeKind::CashLink), &sample_plate(), asked());
    assert!(matches!(busy, Err(CallError::Refused(_))), "{busy:?}");
}

#[test]
fn an_activation_is_what_its_order_and_then_its_money_say() {
    use OrderState::{Annulled, Declined, Expired, InProgress, NotFound, Unpaid};
    let refused = || Declined { reason: None, terminal: false };
    let paid = || {
        OrderState::Paid(payment::PaidNotice {
            transaction: None,
            amount: None,
            paid_at: None,
            payer: None,
            instrument: None,
        })
    };
    for (word, money, expected) in [
        (OrderWord::New, NotFound, Unpaid),
        (OrderWord::New, Unpaid, Unpaid),
        (OrderWord::New, InProgress, InProgress),
        (OrderWord::New, refused(), refused()),
        (OrderWord::New, paid(), paid()),
        (OrderWord::Paid, paid(), paid()),
        (OrderWord::Paid, NotFound, InProgress),
        (OrderWord::Cancelled, NotFound, Annulled),
        (OrderWord::Cancelled, refused(), Annulled),
        (OrderWord::Cancelled, InProgress, InProgress),
        (OrderWord::Cancelled, paid(), paid()),
        (OrderWord::Expired, Unpaid, Expired),
        (OrderWord::Expired, InProgress, InProgress),
        (OrderWord::NotFound, NotFound, NotFound),
        (OrderWord::Other, NotFound, InProgress),
    ] {
        let told = status(ORDER, word, StatusAnswer { order: Some(ORDER.to_owned()), state: money.clone() });
        assert_eq!((told.order.as_deref(), told.state), (Some(ORDER), expected), "{word:?}, {money:?}");
    }
}

#[test]
fn money_of_the_links_next_sale_is_never_ours() {
    let other = StatusAnswer { order: Some("the-next-sale".to_owned()), state: OrderState::InProgress };
    let told = status(ORDER, OrderWord::Cancelled, other);
    assert_eq!((told.order.as_deref(), told.state), (Some(ORDER), OrderState::Annulled));
}

#[test]
fn p5_money_of_a_link_that_names_no_order_is_not_called_ours() {
    let notice =
        payment::PaidNotice { transaction: None, amount: None, paid_at: None, payer: None, instrument: None };
    let nameless = |state| StatusAnswer { order: None, state };
    let told = status(ORDER, OrderWord::New, nameless(OrderState::Paid(notice.clone())));
    assert_eq!(told, nameless(OrderState::Paid(notice)));
    let told = status(ORDER, OrderWord::New, nameless(OrderState::Unpaid));
    assert_eq!((told.order.as_deref(), told.state), (Some(ORDER), OrderState::Unpaid));
}

#[test]
fn orders_are_read_by_their_words() {
    for (http, body, expected) in [
        (200, made(&[]), OrderWord::New),
        (200, made(&[("status", serde_json::json!({"value": "PAID"}))]), OrderWord::Paid),
        (200, made(&[("status", serde_json::json!({"value": "CANCELLED"}))]), OrderWord::Cancelled),
        (200, made(&[("status", serde_json::json!({"value": "EXPIRED"}))]), OrderWord::Expired),
        (200, made(&[("status", serde_json::json!({"value": "SLEEPING"}))]), OrderWord::Other),
        (404, r#"{"code":"ORDER_NOT_FOUND","message":"…"}"#.to_owned(), OrderWord::NotFound),
        (404, r#"{"code":"NOT_FOUND","message":"…"}"#.to_owned(), OrderWord::NotFound),
    ] {
        assert_eq!(order_word(&answer(http, &body)), Ok(expected), "HTTP {http} {body}");
    }
    assert!(matches!(order_word(&answer(200, "{}")), Err(CallError::Unknown(_))));
}

#[test]
fn a_withdrawal_of_an_order_is_certain_only_when_the_bank_says_so() {
    let final_status =
        r#"{"code":"ORDER_HAS_FINAL_STATUS","message":"Заказ с идентификатором … имеет статус PAID"}"#;
    let cancelled = made(&[("status", serde_json::json!({"value": "CANCELLED"}))]);
    for (http, body, expected) in [
        (200, "", Some(AnnulAnswer::Annulled)),
        (200, cancelled.as_str(), Some(AnnulAnswer::Annulled)),
        (400, final_status, None),
        (200, final_status, None),
    ] {
        assert_eq!(withdrawal(&answer(http, body)), Ok(expected), "HTTP {http} {body}");
    }
    let unknown = r#"{"code":"ORDER_NOT_FOUND","message":"…"}"#;
    assert!(matches!(withdrawal(&answer(404, unknown)), Err(CallError::Refused(_))));
    assert!(matches!(withdrawal(&answer(200, "{}")), Err(CallError::Unknown(_))));
    assert_eq!(withdrawn(OrderWord::Paid), AnnulAnswer::NotNow, "its money comes first");
}

#[test]
fn a_plate_is_made_or_bound_with_a_short_label() {
    let request = PlateRequest {
        open_as: None,
        draft: None,
        description: Some("QR на главной кассе магазина у дома".to_owned()),
    };
    let body: serde_json::Value = serde_json::from_slice(&registration(&config(&[]), &request)).unwrap();
    assert_eq!((&body["qrType"], &body["sbpMerchantId"]), (&"QRVariable".into(), &"MA0000000552".into()));
    assert_eq!(body["qrDescription"].as_str().unwrap().chars().count(), 32);
    let body: serde_json::Value =
        serde_json::from_slice(&binding(&config(&[]), &PlateRequest::default())).unwrap();
    assert_eq!(body, serde_json::json!({}));
    let made =
        plate(&answer(200, r#"{"qrId":"AS1","qrStatus":"INACTIVE","payload":"https://qr.nspk.ru/AS1"}"#));
    assert_eq!(made.unwrap().link.as_str(), "AS1");
    assert!(matches!(plate(&answer(200, r#"{"qrId":"AS1"}"#)), Err(CallError::Unknown(_))));
}
