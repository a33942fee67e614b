//! Whether the bank accepted a request, refused it, or may have acted.
//!
//! Older calls refuse with HTTP 200 and a `code`, newer ones with HTTP 4xx and the same body; so the `code` is looked at
//! before the HTTP status (reference: Raiffeisen §9). Only an explicit refusal is one: a server's own trouble, a page of
//! a gateway or a body without the bank's `code` leave open what happened.

use connector_sdk::http::Answer;
use payment::{CallError, Refusal, RefusalKind};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::wire;

/// The longest part of a bank's text that is kept.
const MESSAGE_MAX_CHARS: usize = 300;

/// Codes that no request of ours can mend: the settings are wrong.
const SETTINGS: [&str; 3] =
    ["ACCOUNT_IS_NOT_REGISTERED", "MERCHANT_NOT_REGISTERED", "SBP_MERCHANT_ID_IS_MISSING"];

/// Parts of codes that speak of the bank's own trouble, not of our request. None is documented; a refund that is called
/// refused while it runs would be paid twice, so such a code is taken as unknown.
const TROUBLE: [&str; 6] = ["INTERNAL", "SYSTEM", "TIMEOUT", "UNAVAILABLE", "UNKNOWN_ERROR", "TRY_AGAIN"];

#[derive(Deserialize)]
struct Envelope {
    code: Option<String>,
    message: Option<String>,
    /// Only the body of the bank's web framework has it: no such address.
    path: Option<IgnoredAny>,
}

/// The body of an accepted request: HTTP 200, 201 or 204 with nothing at all, or with a JSON object that has no `code` or
/// the code `SUCCESS`.
pub(crate) fn accepted(answer: &Answer) -> Result<&[u8], CallError> {
    if answer.status >= 500 {
        return Err(unknown(answer));
    }
    let good = matches!(answer.status, 200 | 201 | 204);
    if good && answer.body.trim_ascii().is_empty() {
        return Ok(&answer.body);
    }
    let envelope: Envelope = match wire::object(&answer.body) {
        Ok(envelope) => envelope,
        Err(_) if good => return Err(unknown(answer)),
        Err(_) => return Err(refused_by_status(answer, false)),
    };
    match envelope.code.as_deref() {
        None | Some("SUCCESS") if good => Ok(&answer.body),
        None => Err(refused_by_status(answer, envelope.path.is_some())),
        Some("SUCCESS") => Err(unknown(answer)),
        Some(code) => Err(refused_by_code(answer, code, envelope.message.as_deref().unwrap_or_default())),
    }
}

/// Whether the bank refused with one of these words. They are given without the family's prefix, on which calls disagree
/// (reference: Raiffeisen §3.4, §5.3).
pub(crate) fn says(refusal: &Refusal, words: &[&str]) -> bool {
    refusal.kind == RefusalKind::Other && words.contains(&bare(&refusal.bank_code))
}

/// A refusal of ours, for what the bank is never asked because this connector does not offer it.
pub(crate) fn not_offered(what: &str) -> CallError {
    refusal(RefusalKind::Other, "not_offered", &format!("this connector does not offer {what}")).into()
}

pub(crate) fn refusal(kind: RefusalKind, bank_code: &str, message: &str) -> Refusal {
    let message = message.chars().map(|character| if character.is_control() { ' ' } else { character });
    Refusal { kind, bank_code: bank_code.to_owned(), message: message.take(MESSAGE_MAX_CHARS).collect() }
}

fn bare(code: &str) -> &str {
    code.strip_prefix("ERROR.").unwrap_or(code)
}

fn refused_by_code(answer: &Answer, code: &str, message: &str) -> CallError {
    let family = code.starts_with("ERROR.") || code.starts_with("ORDER_");
    let refuses = family || (400..500).contains(&answer.status);
    if !refuses || answer.status == 408 || TROUBLE.iter().any(|part| code.contains(part)) {
        return unknown(answer);
    }
    let kind = if SETTINGS.contains(&bare(code)) { RefusalKind::Settings } else { RefusalKind::Other };
    match answer.status {
        429 => too_many(),
        401 | 403 => refusal(RefusalKind::Settings, code, message).into(),
        _ => refusal(kind, code, message).into(),
    }
}

/// No code of the bank: the HTTP status speaks, as far as it is clear.
fn refused_by_status(answer: &Answer, of_the_framework: bool) -> CallError {
    let settings =
        |what: &str| refusal(RefusalKind::Settings, &format!("HTTP {}", answer.status), what).into();
    match answer.status {
        401 | 403 => settings("the bank does not accept the secret key"),
        404 if of_the_framework => settings("the bank has no such address: base_url is wrong"),
        429 => too_many(),
        _ => unknown(answer),
    }
}

/// A gateway's limit: the request was turned away before the bank's software, so it may be sent again later.
fn too_many() -> CallError {
    CallError::NotSent("the bank takes no more requests now (HTTP 429)".to_owned())
}

fn unknown(answer: &Answer) -> CallError {
    CallError::Unknown(format!(
        "HTTP {} with {} bytes that say neither yes nor no",
        answer.status,
        answer.body.len()
    ))
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
