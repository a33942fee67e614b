use payment::{BankTransaction, Money};

use super::*;
use crate::map::tests::answer;

/// The reference's paid answer, §4.
const PAID: &str = r#"{
  "code": "SUCCESS", "paymentStatus": "SUCCESS", "amount": 1110.11, "currency": "RUB",
  "order": "shop12-till3-0001734", "qrId": "AD10051KNSNR64I98CRUJUASC9M72QTA",
  "sbpMerchantId": "MA0000000552", "merchantId": 1780672001,
  "createDate": "2026-11-21T18:00:02.566125+03:00", "transactionId": 120059,
  "transactionDate": "2026-11-21T18:01:13.109227+03:00", "qrExpirationDate": "2026-11-21T18:05:00+03:00",
  "additionalInfo": "Чек 1734, касса 3", "paymentPurpose": "Оплата по чеку 1734"
}"#;

/// The reference's order-level answer, §4.
const ORDER_PAID: &str = r#"{"code":"SUCCESS","transaction":{"id":120059,"orderId":"testOrder",
  "status":{"value":"SUCCESS","date":"2019-07-11T17:45:13+03:00"},"paymentMethod":"sbp",
  "paymentParams":{"qrId":"AD1"},"amount":12500.5,"comment":"…","extra":{}}}"#;

fn paid(answer: StatusAnswer) -> PaidNotice {
    match answer.state {
        OrderState::Paid(notice) => notice,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_paid_answer_carries_order_transaction_and_amount() {
    let status = payment_info(&answer(200, PAID)).unwrap();
    assert_eq!(status.order.as_deref(), Some("shop12-till3-0001734"));
    let notice = paid(status);
    assert_eq!(notice.transaction.as_ref().map(BankTransaction::as_str), Some("120059"));
    assert_eq!(notice.amount.map(Money::minor), Some(111_011));
    assert_eq!(notice.paid_at.unwrap().to_string(), "2026-11-21T15:01:13.109227Z");
    assert_eq!((notice.payer, notice.instrument.as_deref()), (None, Some("sbp")));
}

#[test]
fn every_word_of_payment_info_has_one_meaning() {
    for (status_word, state) in [
        ("NO_INFO", OrderState::Unpaid),
        ("IN_PROGRESS", OrderState::InProgress),
        ("DECLINED", OrderState::Declined { reason: None, terminal: false }),
        ("REFUNDED", OrderState::InProgress),
        ("success", OrderState::InProgress),
        ("", OrderState::InProgress),
    ] {
        let body =
            format!(r#"{{"code":"SUCCESS","paymentStatus":"{status_word}","order":"1-22-333","amount":0}}"#);
        let status = payment_info(&answer(200, &body)).unwrap();
        assert_eq!(status, StatusAnswer { order: Some("1-22-333".to_owned()), state }, "{status_word}");
    }
}

#[test]
fn a_declined_try_keeps_the_banks_reason() {
    let body =
        r#"{"code":"SUCCESS","paymentStatus":"DECLINED","order":"1","message":"Отказ банка плательщика"}"#;
    let reason = Some("Отказ банка плательщика".to_owned());
    assert_eq!(
        payment_info(&answer(200, body)).unwrap().state,
        OrderState::Declined { reason, terminal: false }
    );
}

#[test]
fn amounts_of_every_spelling_are_exact() {
    for (amount, minor) in [("314", 31_400), ("314.0", 31_400), ("12399.1", 1_239_910), ("1.11E+3", 111_000)]
    {
        let notice = paid(payment_info(&answer(200, &PAID.replace("1110.11", amount))).unwrap());
        assert_eq!(notice.amount.map(Money::minor), Some(minor), "{amount}");
    }
}

#[test]
fn money_whose_amount_can_not_be_read_is_not_believed() {
    for (from, to) in [
        ("1110.11", "\"1110.11\""),
        ("1110.11", "null"),
        ("1110.11", "0"),
        ("1110.11", "1110.111"),
        (r#""amount": 1110.11,"#, ""),
        (r#""currency": "RUB""#, r#""currency": "643""#),
        (r#""paymentStatus": "SUCCESS""#, r#""paymentState": "SUCCESS""#),
        (r#""paymentStatus": "SUCCESS""#, r#""paymentStatus": 1"#),
    ] {
        assert!(PAID.contains(from), "{from}");
        let outcome = payment_info(&answer(200, &PAID.replace(from, to)));
        assert!(matches!(outcome, Err(CallError::Unknown(_))), "{from} → {to}: {outcome:?}");
    }
}

#[test]
fn another_currency_is_handed_on_to_be_compared() {
    let notice = paid(payment_info(&answer(200, &PAID.replace("RUB", "KZT"))).unwrap());
    assert_eq!(notice.amount.unwrap().currency(), Currency::parse("KZT").unwrap());
    let notice = paid(payment_info(&answer(200, &PAID.replace(r#""currency": "RUB","#, ""))).unwrap());
    assert_eq!(notice.amount.unwrap().currency(), Currency::RUB);
}

#[test]
fn paid_without_a_transaction_says_so() {
    for id in ["0", "null", "\"\""] {
        let notice = paid(payment_info(&answer(200, &PAID.replace("120059", id))).unwrap());
        assert_eq!(notice.transaction, None, "{id}");
    }
    let notice = paid(payment_info(&answer(200, &PAID.replace(r#""transactionId": 120059,"#, ""))).unwrap());
    assert_eq!(notice.transaction, None);
}

#[test]
fn a_code_that_is_not_found_is_told_from_one_that_is_not_paid() {
    for status in [200, 404] {
        for (text, state) in [
            ("QR-код не найден у данного партнера", OrderState::NotFound),
            ("QR не был оплачен", OrderState::Unpaid),
        ] {
            let body = format!(r#"{{"code":"ERROR.NOT_FOUND","message":"{text}"}}"#);
            assert_eq!(
                payment_info(&answer(status, &body)),
                Ok(StatusAnswer { order: None, state }),
                "{text}"
            );
        }
    }
    let framework = r#"{"timestamp":"…","status":404,"error":"Not Found","message":"…","path":"/sbp/v1"}"#;
    assert!(
        matches!(payment_info(&answer(404, framework)), Err(CallError::Refused(_))),
        "a wrong path is no answer"
    );
}

#[test]
fn an_order_can_be_looked_up_without_its_code() {
    let status = order_transaction(&answer(200, ORDER_PAID)).unwrap();
    assert_eq!(status.order.as_deref(), Some("testOrder"));
    let notice = paid(status);
    assert_eq!(notice.transaction.as_ref().map(BankTransaction::as_str), Some("120059"));
    assert_eq!(notice.amount.map(Money::minor), Some(1_250_050));
    assert_eq!(notice.paid_at.unwrap().to_string(), "2019-07-11T14:45:13Z");
}

#[test]
fn every_word_of_an_order_has_one_meaning() {
    for (status_word, state) in [
        ("NOT_FOUND", OrderState::NotFound),
        ("NO_INFO", OrderState::Unpaid),
        ("IN_PROGRESS", OrderState::InProgress),
        ("DECLINED", OrderState::Declined { reason: None, terminal: false }),
        ("CANCELLED", OrderState::InProgress),
    ] {
        let body = ORDER_PAID.replace(r#""value":"SUCCESS""#, &format!(r#""value":"{status_word}""#));
        let status = order_transaction(&answer(200, &body)).unwrap();
        assert_eq!(status, StatusAnswer { order: Some("testOrder".to_owned()), state }, "{status_word}");
    }
    for code in ["ERROR.NOT_FOUND", "NOT_FOUND", "ORDER_NOT_FOUND"] {
        let body = format!(r#"{{"code":"{code}","message":"Счет не найден у данного партнера"}}"#);
        assert_eq!(order_transaction(&answer(404, &body)), Ok(without_order(OrderState::NotFound)), "{code}");
    }
}

#[test]
fn an_order_without_its_parts_says_nothing() {
    for body in [
        r#"{"code":"SUCCESS"}"#,
        r#"{"code":"SUCCESS","transaction":null}"#,
        r#"{"code":"SUCCESS","transaction":{"id":1,"amount":1}}"#,
        r#"{"code":"SUCCESS","transaction":{"status":{}}}"#,
        r#"{"code":"SUCCESS","transaction":{"id":1,"status":{"value":"SUCCESS"}}}"#,
    ] {
        assert!(matches!(order_transaction(&answer(200, body)), Err(CallError::Unknown(_))), "{body}");
    }
}
