//! Answers and notifications that no bank would send. An input of `answers` is an HTTP status, a space, and the body. Answers
//! are looked at as the engine gets them: tidied.

use connector_sdk::conformance::{issue_request, plate, refund_request};
use connector_sdk::http::Answer;
use connector_sdk::tidy;
use fuzz::{Target, Tongue};
use payment::{CallError, CodeKind, OrderState, RefundAnswer, Refusal, StatusAnswer};
use secrecy::SecretString;
use serde_json::Value;

use crate::map::{code, link, refund, status};
use crate::notification;

const KEY: &str = "the-secret-key-of-the-shop";

#[test]
fn answers() {
    Target::new("raiffeisen_answers", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/answers"))
        .tongue(Tongue::Lines)
        .run(|input| {
            let end = input.iter().position(|byte| *byte == b' ').unwrap_or(input.len());
            let status = std::str::from_utf8(&input[..end]).ok().and_then(|text| text.parse().ok());
            let body = input[end..].to_vec();
            check(&Answer { status: status.unwrap_or(200), body: body.into() });
        });
}

fn check(answer: &Answer) {
    let (request, link_request) = (issue_request(CodeKind::Dynamic), issue_request(CodeKind::CashLink));
    let codes = [
        code::issued(answer, request.amount, Some(request.expires_at)),
        link::armed(answer, &link_request, &plate(), link_request.expires_at),
    ];
    for code in codes {
        if let Some(code) = bounded(answer, code.and_then(tidy::code)) {
            assert!(code.payload.len() <= tidy::PAYLOAD_AT_MOST_BYTES, "a code that no screen can show");
            assert!(!code.payload.contains(char::is_control), "a code with control characters");
        }
    }
    for found in [status::payment_info(answer), status::order_transaction(answer)] {
        if let Some(found) = bounded(answer, found.map(tidy::status)) {
            check_status(&found);
        }
    }
    bounded(answer, code::withdrawal(answer));
    bounded(answer, code::state(answer));
    bounded(answer, link::withdrawal(answer));
    bounded(answer, link::plate(answer).and_then(tidy::plate));
    if let Some(word) = bounded(answer, link::order_word(answer)) {
        link::withdrawn(word);
    }
    let request = refund_request(CodeKind::Dynamic);
    for outcome in [refund::sent(&request, answer), refund::found(&request, answer)] {
        if let Some(RefundAnswer::Declined(refusal)) = bounded(answer, outcome.map(tidy::refund)) {
            check_refusal(&refusal);
        }
    }
}

fn check_status(found: &StatusAnswer) {
    match &found.state {
        OrderState::Declined { reason, .. } => reason.iter().for_each(|text| check_text(text)),
        OrderState::Paid(notice) => {
            notice.payer.iter().chain(&notice.instrument).for_each(|text| check_text(text));
        }
        _ => {}
    }
}

/// What a call came to, if it came to something. Errors quote no more of the bank than its own code and text.
fn bounded<T>(answer: &Answer, outcome: Result<T, CallError>) -> Option<T> {
    match outcome.map_err(tidy::error) {
        Ok(found) => return Some(found),
        Err(CallError::Refused(refusal)) => check_refusal(&refusal),
        Err(CallError::NotSent(text)) => check_text(&text),
        Err(CallError::Unknown(text)) => {
            check_text(&text);
            check_quotes_nothing(answer, &text);
        }
    }
    None
}

fn check_refusal(refusal: &Refusal) {
    check_text(&refusal.bank_code);
    check_text(&refusal.message);
}

fn check_text(text: &str) {
    assert!(text.chars().count() <= tidy::TEXT_AT_MOST_CHARS, "a text without bounds: {} bytes", text.len());
    assert!(!text.contains(char::is_control), "control characters travel on: {text:?}");
}

/// Bodies can hold a buyer's data.
fn check_quotes_nothing(answer: &Answer, text: &str) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let payer = body.pointer("/payer").or(body.pointer("/transaction/payer")).and_then(Value::as_str);
    let is_quoted = payer.is_some_and(|payer| payer.len() > 6 && text.contains(payer));
    assert!(!is_quoted, "the buyer is quoted: {text}");
}

#[test]
fn notifications() {
    Target::new("raiffeisen_notifications", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/notifications"))
        .run(|body| {
            let key = SecretString::from(KEY);
            for signature in [None, Some(""), Some("00ff"), Some(KEY)] {
                match notification::read(&key, signature, body) {
                    Ok(read) => {
                        assert_eq!(read.signature, connector_sdk::Signature::Invalid, "nobody signed this");
                        assert!(read.order.is_some() || read.code.is_some());
                    }
                    Err(error) => {
                        check_text(&error.to_string());
                        assert!(!error.to_string().contains(KEY));
                    }
                }
            }
        });
}
