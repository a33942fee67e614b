//! Whatever stands in an answer, nothing panics, and money, an end or a withdrawal is claimed only where the bank says it.

use connector_sdk::conformance::refund_request;
use connector_sdk::http::Answer;
use payment::{AnnulAnswer, CodeKind, OrderState, RefundAnswer, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::Value;

use super::code::Withdrawal;
use super::{code, refund, status};

/// Every field that an answer may claim something with, and the value that claims it.
const CLAIMS: [(&str, &str); 11] = [
    ("code", r#""SUCCESS""#),
    ("paymentStatus", r#""SUCCESS""#),
    ("refundStatus", r#""COMPLETED""#),
    ("qrStatus", r#""CANCELLED""#),
    ("amount", "150"),
    ("order", r#""1-22-333""#),
    ("transactionId", "120059"),
    ("qrId", r#""AD1""#),
    ("payload", r#""https://qr.nspk.ru/AD1""#),
    ("status", r#"{"value":"COMPLETED"}"#),
    ("transaction", r#"{"id":7,"orderId":"1-22-333","amount":150,"status":{"value":"SUCCESS"}}"#),
];

const OTHERS: [&str; 20] = [
    r#""PAID""#,
    r#""EXPIRED""#,
    r#""DECLINED""#,
    r#""NO_INFO""#,
    r#""NEW""#,
    r#""PENDING""#,
    r#""ERROR.NOT_FOUND""#,
    r#""ERROR.REFUND_NOT_FOUND""#,
    r#""ERROR.WRONG_QR_STATUS""#,
    r#""ERROR.X""#,
    "150.00",
    "0",
    "-0",
    "1e30",
    "null",
    "true",
    "[]",
    "{}",
    r#""""#,
    r#"{"value":"SUCCESS"}"#,
];

/// A body where each field claims what it can, says something else, or is missing.
fn likely() -> impl Strategy<Value = String> {
    let fields: Vec<_> = CLAIMS
        .into_iter()
        .map(|(name, claim)| {
            prop_oneof![
                7 => Just(Some(claim)),
                2 => prop::sample::select(&OTHERS[..]).prop_map(Some),
                1 => Just(None),
            ]
            .prop_map(move |value| value.map(|value| format!("\"{name}\":{value}")))
        })
        .collect();
    fields.prop_map(|fields| format!("{{{}}}", fields.into_iter().flatten().collect::<Vec<_>>().join(",")))
}

/// Bodies from noise to right.
fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => likely().prop_map(String::into_bytes),
        2 => (likely(), any::<prop::sample::Index>()).prop_map(|(body, end)| {
            let end = end.index(body.len());
            body.into_bytes()[..end].to_vec()
        }),
        1 => likely().prop_map(|body| format!("[{body}]").into_bytes()),
        2 => vec(any::<u8>(), 0..200),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let status = prop_oneof![4 => Just(200), 1 => prop::sample::select(vec![201, 202, 204, 302, 400, 401, 404, 429, 500, 503])];
    (status, body()).prop_map(|(status, body)| Answer { status, body: body.into() })
}

/// What the JSON says at a place such as `transaction/status/value`; `None` where it is no object.
fn says(answer: &Answer, place: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(&answer.body).ok()?;
    value.as_object()?;
    value.pointer(&format!("/{place}"))?.as_str().map(str::to_owned)
}

fn accepted(answer: &Answer) -> bool {
    let code = says(answer, "code");
    matches!(answer.status, 200 | 201 | 204) && code.is_none_or(|code| code == "SUCCESS")
}

#[test]
fn the_rightest_of_these_bodies_claims_everything() {
    let body = CLAIMS.map(|(name, claim)| format!("\"{name}\":{claim}")).join(",");
    let answer = Answer { status: 200, body: format!("{{{body}}}").into() };
    let request = refund_request(CodeKind::Dynamic);
    let amount = request.amount;
    assert!(matches!(status::payment_info(&answer).unwrap().state, OrderState::Paid(_)));
    assert!(matches!(status::order_transaction(&answer).unwrap().state, OrderState::Paid(_)));
    assert_eq!(code::withdrawal(&answer), Ok(Withdrawal::Certain(AnnulAnswer::Annulled)));
    assert_eq!(code::state(&answer), Ok(AnnulAnswer::Annulled));
    assert_eq!(refund::sent(&request, &answer), Ok(RefundAnswer::Completed { transaction: None }));
    assert!(code::issued(&answer, amount, Some(Timestamp::from_micros(0))).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn paid_is_claimed_only_by_an_answer_that_says_so(answer in answer()) {
        for (outcome, place) in [
            (status::payment_info(&answer), "paymentStatus"),
            (status::order_transaction(&answer), "transaction/status/value"),
        ] {
            let word = says(&answer, place);
            match outcome.map(|status| status.state) {
                Ok(OrderState::Paid(notice)) => {
                    prop_assert!(accepted(&answer) && word.as_deref() == Some("SUCCESS") && notice.amount.is_some());
                }
                Ok(OrderState::Unpaid) => prop_assert_eq!(word.as_deref(), Some("NO_INFO")),
                Ok(OrderState::Annulled | OrderState::Expired) => prop_assert!(false, "no status says this"),
                _ => {}
            }
        }
    }

    #[test]
    fn a_withdrawal_is_claimed_only_by_an_answer_that_says_so(answer in answer()) {
        let word = says(&answer, "qrStatus");
        let empty = answer.body.trim_ascii().is_empty();
        if let Ok(Withdrawal::Certain(outcome)) = code::withdrawal(&answer) {
            prop_assert!(accepted(&answer));
            let named = word.as_deref() == Some("CANCELLED")
                || (word.is_none() && says(&answer, "code").as_deref() == Some("SUCCESS"));
            prop_assert!(outcome != AnnulAnswer::Annulled || empty || named);
            prop_assert!(outcome != AnnulAnswer::Expired || word.as_deref() == Some("EXPIRED"));
        }
        match code::state(&answer) {
            Ok(AnnulAnswer::Annulled) => prop_assert!(accepted(&answer) && word.as_deref() == Some("CANCELLED")),
            Ok(AnnulAnswer::Expired) => prop_assert!(accepted(&answer) && word.as_deref() == Some("EXPIRED")),
            _ => {}
        }
    }

    #[test]
    fn a_refund_is_done_only_by_an_answer_that_says_so(answer in answer()) {
        let request = refund_request(CodeKind::Dynamic);
        for outcome in [refund::sent(&request, &answer), refund::found(&request, &answer)] {
            if let Ok(RefundAnswer::Completed { .. }) = outcome {
                let words = [says(&answer, "refundStatus"), says(&answer, "status/value")];
                prop_assert!(accepted(&answer) && words.contains(&Some("COMPLETED".to_owned())));
            }
        }
    }

    #[test]
    fn a_code_is_there_only_with_its_id_and_payload(answer in answer()) {
        let amount = refund_request(CodeKind::Dynamic).amount;
        if let Ok(code) = code::issued(&answer, amount, Some(Timestamp::from_micros(0))) {
            prop_assert!(accepted(&answer));
            prop_assert_eq!(says(&answer, "payload"), Some(code.payload));
            prop_assert_eq!(says(&answer, "qrId"), Some(code.id.as_str().to_owned()));
        }
    }

    #[test]
    fn a_notification_of_any_bytes_is_read_or_refused(body in body(), signature in "[0-9a-f]{0,64}") {
        let key = SecretString::from("test-secret-key");
        if let Ok(notification) = crate::notification::read(&key, Some(&signature), &body) {
            prop_assert_eq!(notification.signature, connector_sdk::Signature::Invalid);
        }
    }
}
