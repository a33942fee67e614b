use connector_sdk::conformance::refund_request;
use payment::{BankTransaction, CodeKind, Money};

use super::*;
use crate::map::tests::answer;

fn request() -> RefundRequest {
    refund_request(CodeKind::Dynamic)
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

#[test]
fn a_refund_names_key_order_and_transaction() {
    assert_eq!(
        text(by_transaction(&request()).unwrap()),
        concat!(
            r#"{"amount":150,"refundId":"0191f7e25d3a7abc8def012345678801","#,
            r#""order":"0191f7e25d3a7abc8def012345678001","transactionId":120059,"#,
            r#""paymentDetails":"Return of receipt 1734"}"#
        )
    );
    assert_eq!(
        text(by_order(&request()).unwrap()),
        r#"{"amount":150,"paymentDetails":"Return of receipt 1734"}"#
    );
}

#[test]
fn a_transaction_that_is_no_number_is_left_out() {
    let transaction = BankTransaction::parse("A22001100263820100000533E625FCB3").unwrap();
    let body = text(by_transaction(&RefundRequest { transaction, purpose: None, ..request() }).unwrap());
    assert!(!body.contains("transactionId") && !body.contains("paymentDetails"), "{body}");
}

#[test]
fn only_roubles_go_back() {
    let amount = Money::try_new(100, Currency::parse("KZT").unwrap()).unwrap();
    let request = RefundRequest { amount, ..request() };
    assert!(matches!(by_transaction(&request), Err(CallError::Refused(_))));
    assert!(matches!(by_order(&request), Err(CallError::Refused(_))));
}

#[test]
fn every_word_of_a_refund_has_one_meaning_in_both_interfaces() {
    let declined = RefundAnswer::Declined(refusal(RefusalKind::Other, "DECLINED", ""));
    for (status_word, expected) in [
        ("IN_PROGRESS", RefundAnswer::Pending),
        ("COMPLETED", RefundAnswer::Completed { transaction: None }),
        ("DECLINED", declined),
        ("QUEUED", RefundAnswer::Pending),
    ] {
        for body in [
            format!(r#"{{"code":"SUCCESS","amount":150,"refundStatus":"{status_word}"}}"#),
            format!(r#"{{"code":"SUCCESS","amount":150.00,"refundStatus":"{status_word}","receipt":{{}}}}"#),
            format!(
                r#"{{"amount":150,"status":{{"value":"{status_word}","date":"2026-11-21T18:30:00+03:00"}}}}"#
            ),
            format!(r#"{{"status":{{"value":"{status_word}"}}}}"#),
        ] {
            assert_eq!(sent(&request(), &answer(200, &body)), Ok(expected.clone()), "{body}");
            assert_eq!(found(&request(), &answer(200, &body)), Ok(expected.clone()), "{body}");
        }
    }
}

#[test]
fn every_reason_of_a_decline_is_kept() {
    for reason in [
        "TIMEOUT",
        "BANK_NOT_SUPPORTED",
        "RECEIVER_ACCOUNT_ERROR",
        "WRONG_RECIPIENT",
        "SYSTEM_ERROR",
        "RECEIVER_ACCOUNT_NOT_ALLOWED",
    ] {
        let body = format!(
            r#"{{"amount": 150, "status": {{"value": "DECLINED", "date": "2026-11-21T18:30:00+03:00", "declineReason": "{reason}"}}}}"#
        );
        let expected = RefundAnswer::Declined(refusal(RefusalKind::Other, reason, ""));
        assert_eq!(found(&request(), &answer(200, &body)), Ok(expected));
    }
}

#[test]
fn an_unknown_refund_is_an_answer_only_to_a_look_up() {
    let body = r#"{"code":"ERROR.REFUND_NOT_FOUND","message":"Возврат с refundId 1 не найден"}"#;
    for status in [200, 404] {
        assert_eq!(found(&request(), &answer(status, body)), Ok(RefundAnswer::NotFound));
        assert!(matches!(sent(&request(), &answer(status, body)), Err(CallError::Refused(_))));
    }
    let no_order = r#"{"code":"ERROR.NOT_FOUND","message":"Счет не найден у данного партнера"}"#;
    assert!(matches!(found(&request(), &answer(404, no_order)), Err(CallError::Refused(_))));
}

#[test]
fn more_than_the_rest_of_the_payment_is_not_a_lack_of_funds() {
    let body = r#"{"code":"ERROR.REFUND_INSUFFICIENT_FUNDS","message":"Сумма возврата больше суммы остатка по платежу"}"#;
    for status in [200, 400] {
        match sent(&request(), &answer(status, body)) {
            Err(CallError::Refused(refusal)) => assert_eq!(refusal.kind, RefusalKind::Other),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_refund_that_says_nothing_or_another_amount_is_not_believed() {
    for body in [
        r#"{"code":"SUCCESS"}"#,
        r#"{"amount":150}"#,
        r#"{"amount":150,"status":{}}"#,
        r#"{"code":"SUCCESS","amount":15,"refundStatus":"COMPLETED"}"#,
        r#"{"code":"SUCCESS","amount":"150","refundStatus":"COMPLETED"}"#,
        r#"{"code":"SUCCESS","amount":150,"refundStatus":7}"#,
        "",
        "null",
    ] {
        assert!(matches!(sent(&request(), &answer(200, body)), Err(CallError::Unknown(_))), "{body}");
    }
}
