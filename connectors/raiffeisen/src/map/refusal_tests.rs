use super::*;
use crate::map::tests::answer;

/// `ok`, `not sent`, `unknown`, or the refusal's kind and code.
fn outcome(status: u16, body: &str) -> String {
    match accepted(&answer(status, body)) {
        Ok(_) => "ok".to_owned(),
        Err(CallError::NotSent(_)) => "not sent".to_owned(),
        Err(CallError::Unknown(_)) => "unknown".to_owned(),
        Err(CallError::Refused(refusal)) => format!("{:?} {}", refusal.kind, refusal.bank_code),
    }
}

#[test]
fn every_documented_code_refuses_with_both_of_the_banks_habits() {
    for (code, kind) in [
        ("ERROR.ACCOUNT_IS_NOT_REGISTERED", "Settings"),
        ("ERROR.INVALID_REQUEST", "Other"),
        ("ERROR.QR_EXPIRATION_DATE_NOT_VALID", "Other"),
        ("ERROR.MERCHANT_NOT_REGISTERED", "Settings"),
        ("ERROR.SBP_MERCHANT_ID_IS_MISSING", "Settings"),
        ("ERROR.ORDER_NUMBER_ALREADY_REGISTERED", "Other"),
        ("ERROR.DYNAMIC_QR_WITHOUT_AMOUNT", "Other"),
        ("ERROR.INVALID_ORDER", "Other"),
        ("ERROR.NOT_FOUND", "Other"),
        ("ERROR.REFUND_INSUFFICIENT_FUNDS", "Other"),
        ("ERROR.REFUND_NOT_FOUND", "Other"),
        ("ERROR.WRONG_QR_STATUS", "Other"),
        ("ORDER_NOT_FOUND", "Other"),
        ("ORDER_HAS_FINAL_STATUS", "Other"),
        ("ERROR.NEW_AND_UNHEARD_OF", "Other"),
    ] {
        let body = format!(r#"{{"code":"{code}","message":"Не передан обязательный параметр"}}"#);
        for status in [200, 400, 404] {
            assert_eq!(outcome(status, &body), format!("{kind} {code}"), "HTTP {status}");
        }
        assert_eq!(outcome(500, &body), "unknown", "{code} with the bank's own trouble");
        assert_eq!(outcome(401, &body), format!("Settings {code}"));
    }
}

#[test]
fn an_answer_is_taken_for_no_more_than_it_says() {
    for (status, body, expected) in [
        (200, r#"{"code":"SUCCESS"}"#, "ok"),
        (200, r#"{"code":null}"#, "ok"),
        (200, r#"{"qrId":"A"}"#, "ok"),
        (201, "{}", "ok"),
        (204, "", "ok"),
        (200, "", "ok"),
        (202, "{}", "unknown"),
        (200, "<html></html>", "unknown"),
        (200, r#"{"code":7}"#, "unknown"),
        (200, r#"{"code":"ERROR.X","message":7}"#, "unknown"),
        (302, "", "unknown"),
        (400, r#"{"code":"SUCCESS"}"#, "unknown"),
        (200, r#"{"code":"PENDING"}"#, "unknown"),
        (400, r#"{"code":"RECEIPT_VALIDATION_FAILED"}"#, "Other RECEIPT_VALIDATION_FAILED"),
        (400, r#"{"code":"ERROR.INTERNAL_ERROR"}"#, "unknown"),
        (200, r#"{"code":"ERROR.TIMEOUT"}"#, "unknown"),
        (408, r#"{"code":"ERROR.INVALID_REQUEST"}"#, "unknown"),
        (400, "Error execution request", "unknown"),
        (400, r#"{"code":7}"#, "unknown"),
        (400, r#"["ERROR.INVALID_REQUEST","text"]"#, "unknown"),
        (401, "", "Settings HTTP 401"),
        (403, "<html>forbidden</html>", "Settings HTTP 403"),
        (404, "<html>not found</html>", "unknown"),
        (
            404,
            r#"{"timestamp":"2026-11-21T10:00:00Z","status":404,"error":"Not Found","message":"","path":"/sbp/v9"}"#,
            "Settings HTTP 404",
        ),
        (429, "", "not sent"),
        (429, r#"{"code":"ERROR.TOO_MANY_REQUESTS"}"#, "not sent"),
        (500, "", "unknown"),
        (503, r#"{"code":"SUCCESS"}"#, "unknown"),
    ] {
        assert_eq!(outcome(status, body), expected, "HTTP {status} {body}");
    }
}

#[test]
fn a_banks_text_is_kept_short_and_plain() {
    let refusal = refusal(RefusalKind::Other, "ERROR.X", &format!("a\nb{}", "я".repeat(1000)));
    assert_eq!(refusal.message.chars().count(), 300);
    assert!(refusal.message.starts_with("a b"));
}

#[test]
fn the_family_prefix_does_not_matter() {
    for code in ["ERROR.WRONG_QR_STATUS", "WRONG_QR_STATUS"] {
        assert!(says(&refusal(RefusalKind::Other, code, ""), &["WRONG_QR_STATUS"]), "{code}");
        assert!(
            !says(&refusal(RefusalKind::Settings, code, ""), &["WRONG_QR_STATUS"]),
            "{code} without access"
        );
    }
}
