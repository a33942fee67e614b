use connector_sdk::conformance::issue_request;
use payment::Money;

use super::*;
use crate::config::tests::config;
use crate::map::tests::answer;

/// The reference's answer to a registration, §3.1.
const REGISTERED: &str = r#"{
  "qrId": "AD10051KNSNR64I98CRUJUASC9M72QTA",
  "qrStatus": "NEW",
  "qrExpirationDate": "2026-11-21T18:05:00+03:00",
  "payload": "https://qr.nspk.ru/AD10051KNSNR64I98CRUJUASC9M72QTA?type=02&bank=100000000007&sum=111011&cur=RUB&crc=0F02",
  "qrUrl": "https://pay.raif.ru/api/sbp/v1/qr/AD10051KNSNR64I98CRUJUASC9M72QTA/image"
}"#;

fn asked() -> Timestamp {
    Timestamp::parse("2026-11-21T15:05:00Z").unwrap()
}

/// What the reference's code is over.
fn amount() -> Money {
    Money::try_new(111_011, Currency::RUB).unwrap()
}

fn registered(pairs: &[(&str, &str)], request: &IssueRequest) -> serde_json::Value {
    let (body, _) = registration(&config(pairs), request).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_registration_says_all_that_the_bank_wants_and_no_more() {
    let request = issue_request(CodeKind::Dynamic);
    let (body, expiry) = registration(&config(&[]), &request).unwrap();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        concat!(
            r#"{"qrType":"QRDynamic","sbpMerchantId":"MA0000000552","#,
            r#""order":"0191f7e25d3a7abc8def012345678001","amount":1110.11,"currency":"RUB","#,
            r#""additionalInfo":"Receipt 1734, till 3","paymentDetails":"Receipt 1734, till 3","#,
            r#""qrExpirationDate":"2026-11-21T18:05:00+03:00","#,
            r#""extra":{"apiClient":"universal-integrator","apiClientVersion":""#,
            env!("CARGO_PKG_VERSION"),
            r#""}}"#
        )
    );
    assert_eq!(expiry.at, asked());
}

#[test]
fn settings_and_purpose_come_and_go_in_a_registration() {
    let mut request = issue_request(CodeKind::Dynamic);
    request.purpose = Some("☕".to_owned());
    let pairs = [("account", "40700000000000000000"), ("redirect_url", "https://shop.example/thanks")];
    let body = registered(&pairs, &request);
    assert_eq!(body["account"], "40700000000000000000", "a text: the number would overflow");
    assert_eq!(body["redirectUrl"], "https://shop.example/thanks");
    assert!(body.get("additionalInfo").is_none() && body.get("paymentDetails").is_none());
}

#[test]
fn what_is_not_declared_is_refused_before_the_bank_is_asked() {
    let tenge = Money::try_new(100, Currency::parse("KZT").unwrap()).unwrap();
    for request in [
        issue_request(CodeKind::CashLink),
        issue_request(CodeKind::Buyer),
        IssueRequest { amount: tenge, ..issue_request(CodeKind::Dynamic) },
        IssueRequest { expires_at: Timestamp::from_micros(i64::MAX), ..issue_request(CodeKind::Dynamic) },
    ] {
        let error = registration(&config(&[]), &request).unwrap_err();
        assert!(
            matches!(&error, CallError::Refused(refusal) if refusal.bank_code == "not_offered"),
            "{error}"
        );
    }
}

#[test]
fn a_registered_code_is_kept_byte_for_byte() {
    let code = issued(&answer(200, REGISTERED), amount(), Some(asked())).unwrap();
    assert_eq!(code.id.as_str(), "AD10051KNSNR64I98CRUJUASC9M72QTA");
    assert_eq!(
        code.payload,
        "https://qr.nspk.ru/AD10051KNSNR64I98CRUJUASC9M72QTA?type=02&bank=100000000007&sum=111011&cur=RUB&crc=0F02"
    );
    assert_eq!(code.expires_at, Some(asked()));
    assert_eq!(code.payment_url, None);
}

#[test]
fn the_banks_end_of_life_holds_and_ours_where_it_gives_none() {
    for (end, expires_at) in [
        (r#","qrExpirationDate":"2026-11-21T18:03:00+03:00""#, "2026-11-21T15:03:00Z"),
        (r#","qrExpirationDate":"2026-11-21T15:03:00.000Z""#, "2026-11-21T15:03:00Z"),
        (r#","qrExpirationDate":null"#, "2026-11-21T15:05:00Z"),
        ("", "2026-11-21T15:05:00Z"),
    ] {
        let body = format!(r#"{{"code":"SUCCESS","qrId":"AD1","payload":"https://qr.nspk.ru/AD1"{end}}}"#);
        let code = issued(&answer(200, &body), amount(), Some(asked())).unwrap();
        assert_eq!(code.expires_at, Some(Timestamp::parse(expires_at).unwrap()), "{end}");
    }
}

#[test]
fn a_static_code_is_minted_for_one_sale_with_order_amount_and_end() {
    let body = registered(&[], &issue_request(CodeKind::Static));
    assert_eq!((&body["qrType"], &body["amount"].to_string()), (&"QRStatic".into(), &"1110.11".to_owned()));
    assert_eq!(body["order"], "0191f7e25d3a7abc8def012345678001");
    assert_eq!(body["qrExpirationDate"], "2026-11-21T18:05:00+03:00", "without one it would never end");
    let code =
        issued(&answer(200, r#"{"qrId":"AS1","payload":"https://qr.nspk.ru/AS1"}"#), amount(), None).unwrap();
    assert_eq!(code.expires_at, None, "the bank names no end: it is withdrawn at the end of the sale");
}

#[test]
fn a_code_over_another_amount_is_never_shown() {
    for (tail, is_ours) in [
        ("", true),
        ("?type=02&bank=100000000007&crc=0F02", true),
        ("?type=02&bank=100000000007&sum=111011&cur=RUB&crc=0F02", true),
        ("?type=02&bank=100000000007&sum=111111&cur=RUB&crc=0F02", false),
        ("?sum=1110.11", false),
        ("?sum=", false),
    ] {
        let body = format!(r#"{{"qrId":"AD1","payload":"https://qr.nspk.ru/AD1{tail}"}}"#);
        match issued(&answer(200, &body), amount(), Some(asked())) {
            Ok(_) => assert!(is_ours, "{tail}"),
            Err(error) => assert!(!is_ours && matches!(error, CallError::Unknown(_)), "{tail}: {error}"),
        }
    }
}

#[test]
fn a_code_that_can_not_be_used_may_still_exist() {
    for (status, body) in [
        (200, r#"{"payload":"https://qr.nspk.ru/AD1"}"#),
        (200, r#"{"qrId":"","payload":"https://qr.nspk.ru/AD1"}"#),
        (200, r#"{"qrId":"../AD1","payload":"https://qr.nspk.ru/AD1"}"#),
        (200, r#"{"qrId":"AD1"}"#),
        (200, r#"{"qrId":"AD1","payload":""}"#),
        (200, r#"{"qrId":"AD1","payload":"https://qr.nspk.ru/AD1","qrExpirationDate":"tomorrow"}"#),
        (200, r#"{"qrId":"AD1","qrId":"AD2","payload":"https://qr.nspk.ru/AD1"}"#),
        (200, r#"["SUCCESS","AD1","NEW",null,"https://qr.nspk.ru/AD1"]"#),
        (200, ""),
        (400, r#"{"code":"ERROR.ORDER_NUMBER_ALREADY_REGISTERED","message":"…"}"#),
        (200, r#"{"code":"ERROR.ORDER_NUMBER_ALREADY_REGISTERED","message":"…"}"#),
    ] {
        let error = issued(&answer(status, body), amount(), Some(asked())).unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{body}: {error}");
    }
}

#[test]
fn a_withdrawal_is_certain_only_when_the_bank_says_so() {
    const WRONG: &str = "Нельзя сменить статус QR-кода с EXPIRED на CANCELLED";
    let wrong = |code: &str| format!(r#"{{"code":"{code}","message":"{WRONG}"}}"#);
    let certain = Withdrawal::Certain;
    for (status, body, expected) in [
        (200, String::new(), certain(AnnulAnswer::Annulled)),
        (204, String::new(), certain(AnnulAnswer::Annulled)),
        (200, r#"{"code":"SUCCESS"}"#.to_owned(), certain(AnnulAnswer::Annulled)),
        (200, r#"{"qrId":"AD1","qrStatus":"CANCELLED"}"#.to_owned(), certain(AnnulAnswer::Annulled)),
        (200, r#"{"code":"SUCCESS","qrStatus":"PAID"}"#.to_owned(), certain(AnnulAnswer::NotNow)),
        (400, wrong("ERROR.WRONG_QR_STATUS"), Withdrawal::AskState),
        (200, wrong("ERROR.WRONG_QR_STATUS"), Withdrawal::AskState),
        (400, wrong("WRONG_QR_STATUS"), Withdrawal::AskState),
        (400, wrong("ERROR.SPELLED_OTHERWISE"), Withdrawal::AskState),
    ] {
        assert_eq!(withdrawal(&answer(status, &body)), Ok(expected), "HTTP {status} {body}");
    }
}

#[test]
fn a_withdrawal_that_was_not_answered_is_an_error() {
    for (status, body, unknown) in [
        (200, "{}", true),
        (200, "<html></html>", true),
        (202, "", true),
        (500, "", true),
        (401, "", false),
        (404, r#"{"code":"ERROR.NOT_FOUND","message":"QR-код не найден у данного партнера"}"#, false),
    ] {
        let error = withdrawal(&answer(status, body)).unwrap_err();
        assert_eq!(matches!(error, CallError::Unknown(_)), unknown, "HTTP {status} {body}: {error}");
    }
}

#[test]
fn the_state_of_a_code_explains_a_refused_withdrawal() {
    for (state_word, expected) in [
        ("CANCELLED", AnnulAnswer::Annulled),
        ("EXPIRED", AnnulAnswer::Expired),
        ("PAID", AnnulAnswer::NotNow),
        ("IN_PROGRESS", AnnulAnswer::NotNow),
        ("NEW", AnnulAnswer::NotNow),
        ("INACTIVE", AnnulAnswer::NotNow),
        ("SOMETHING_NEW", AnnulAnswer::NotNow),
    ] {
        let body = REGISTERED.replace("NEW", state_word);
        assert_eq!(state(&answer(200, &body)), Ok(expected), "{state_word}");
    }
    assert!(state(&answer(200, r#"{"qrId":"AD1"}"#)).is_err());
}
