use super::*;
use crate::signature::tests::{KEY, KNOWN, sign};

/// The reference's notification, §8.3.
const FLAT: &str = r#"{
  "transactionId": 120059, "qrId": "AD10051KNSNR64I98CRUJUASC9M72QTA", "sbpMerchantId": "MA0000000552",
  "merchantId": 1780672001, "amount": 1110.11, "currency": "RUB",
  "transactionDate": "2026-01-15T16:01:49.043924+03:00", "paymentStatus": "SUCCESS",
  "additionalInfo": null, "order": "1-22-333", "createDate": "2026-01-15T16:00:40+03:00"
}"#;

fn told(body: &str, signature: Option<&str>) -> Notification {
    read(&SecretString::from(KEY), signature, body.as_bytes()).unwrap()
}

#[test]
fn a_signed_payment_is_read_whole() {
    let notification = told(FLAT, Some(KNOWN));
    assert_eq!(notification.order.as_deref(), Some("1-22-333"));
    assert_eq!(notification.code.as_ref().map(CodeId::as_str), Some("AD10051KNSNR64I98CRUJUASC9M72QTA"));
    assert_eq!(notification.transaction.as_ref().map(BankTransaction::as_str), Some("120059"));
    assert_eq!(notification.amount.map(Money::minor), Some(111_011));
    assert_eq!(notification.signature, Signature::Valid);
}

#[test]
fn without_a_right_signature_the_same_body_is_only_a_hint() {
    for signature in [None, Some(""), Some("00"), Some(&KNOWN[1..])] {
        let notification = told(FLAT, signature);
        assert_eq!(notification.order.as_deref(), Some("1-22-333"));
        assert_eq!(notification.signature, Signature::Invalid, "{signature:?}");
    }
}

#[test]
fn every_signed_value_is_covered_by_the_signature() {
    for (from, to) in [
        ("1110.11", "1110.12"),
        ("MA0000000552", "MA0000000553"),
        ("1-22-333", "1-22-334"),
        ("SUCCESS", "DECLINED"),
        ("49.043924", "49.043925"),
        (r#""transactionDate""#, r#""anotherDate""#),
    ] {
        assert_eq!(told(&FLAT.replace(from, to), Some(KNOWN)).signature, Signature::Invalid, "{from} → {to}");
    }
}

#[test]
fn a_refused_try_brings_no_transaction() {
    let body = FLAT.replace("SUCCESS", "DECLINED");
    assert_eq!(told(&body, None).transaction, None);
}

#[test]
fn events_of_orders_are_read_and_checked_alike() {
    let older = r#"{"event":"payment","transaction":{"id":120059,"orderId":"order-7",
      "status":{"value":"SUCCESS","date":"2026-01-15T16:01:49+03:00"},"paymentMethod":"sbp",
      "paymentParams":{"qrId":"AS1"},"amount":314,"publicId":"000001680200002-80200002"}}"#;
    let newer = r#"{"event":"PAYMENT","data":{"amount":314,"publicId":"000001680200002-80200002",
      "order":{"id":"order-7"},"status":{"value":"SUCCESS","date":"2026-01-15T16:01:49+03:00"}}}"#;
    let signature = sign(KEY, "314|000001680200002-80200002|order-7|SUCCESS|2026-01-15T16:01:49+03:00");
    for (body, code, transaction) in [(older, Some("AS1"), Some("120059")), (newer, None, None)] {
        let notification = told(body, Some(&signature));
        assert_eq!(notification.order.as_deref(), Some("order-7"));
        assert_eq!(notification.code.as_ref().map(CodeId::as_str), code);
        assert_eq!(notification.transaction.as_ref().map(BankTransaction::as_str), transaction);
        assert_eq!(notification.amount.map(Money::minor), Some(31_400));
        assert_eq!(notification.signature, Signature::Valid);
    }
    let without_public_id = older.replace("publicId", "otherId");
    assert_eq!(told(&without_public_id, Some(&signature)).signature, Signature::Invalid);
}

#[test]
fn what_names_no_payment_is_no_notification() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"[7,"AD1",null,null,null,null,null,"order-7",null,null]"#,
        "not JSON",
        r#"{"event":"subscription","subscription":{"id":"1"}}"#,
        r#"{"event":"payment","transaction":{}}"#,
        r#"{"order":7}"#,
        r#"{"order":"1","order":"2"}"#,
        "{\"order\":\"\u{1}\"}",
    ] {
        let error = read(&SecretString::from(KEY), None, body.as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("subscription"), "errors quote no body: {error}");
    }
}
