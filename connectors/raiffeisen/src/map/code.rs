//! Codes: registration, withdrawal, and what became of one.

use connector_sdk::http::Answer;
use payment::{
    AnnulAnswer, CallError, Code, CodeId, CodeKind, Currency, IssueRequest, Money, RefusalKind, Timestamp,
};

use super::refusal::{accepted, not_offered, says};
use crate::config::Config;
use crate::wire::{self, CodeAnswer, Expiry, Extra, NewCode};

/// The body of a registration, and the end of life that it asks for.
pub(crate) fn registration(config: &Config, request: &IssueRequest) -> Result<(Vec<u8>, Expiry), CallError> {
    let qr_type = match request.kind {
        CodeKind::Dynamic => "QRDynamic",
        CodeKind::Static => "QRStatic",
        CodeKind::CashLink | CodeKind::Buyer => return Err(not_offered(request.kind.word())),
    };
    if request.amount.currency() != Currency::RUB {
        return Err(not_offered(request.amount.currency().code()));
    }
    let expiry = wire::expiry(request.expires_at).ok_or_else(|| not_offered("a life beyond the calendar"))?;
    let purpose = wire::clean(request.purpose.as_deref());
    let body = NewCode {
        qr_type,
        sbp_merchant_id: &config.sbp_merchant_id,
        order: request.order.to_string(),
        amount: wire::roubles(request.amount),
        currency: Currency::RUB.code(),
        account: config.account.as_deref(),
        additional_info: purpose.as_deref(),
        payment_details: purpose.as_deref(),
        qr_expiration_date: &expiry.text,
        redirect_url: config.redirect_url.as_deref(),
        extra: Extra::US,
    };
    Ok((wire::body(&body), expiry))
}

/// The code of an accepted registration. One without an id, a payload or a readable end, or whose payload asks for another
/// amount, is worth nothing: *unknown*.
///
/// *Order already registered* is *unknown* too: our orders are unique, so an earlier sending of this one has worked.
///
/// `asked`: the end of life that holds where the answer names none; a static code without one is believed to have none.
pub(crate) fn issued(answer: &Answer, amount: Money, asked: Option<Timestamp>) -> Result<Code, CallError> {
    let body = accepted(answer).map_err(|error| match error {
        CallError::Refused(refusal) if says(&refusal, &["ORDER_NUMBER_ALREADY_REGISTERED"]) => {
            CallError::Unknown(refusal.to_string())
        }
        other => other,
    })?;
    let code: CodeAnswer = wire::answer(body)?;
    let lacks = |what: &str| CallError::Unknown(format!("the code has no {what} that can be used"));
    let id = code.qr_id.filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let expires_at = match code.qr_expiration_date {
        Some(end) => Some(Timestamp::parse(&end).map_err(|_| lacks("qrExpirationDate"))?),
        None => asked,
    };
    let payload = code.payload.filter(|payload| !payload.is_empty()).ok_or_else(|| lacks("payload"))?;
    if sum_in(&payload).is_some_and(|sum| sum.parse() != Ok(amount.minor())) {
        return Err(CallError::Unknown("the code asks the buyer for another amount".to_owned()));
    }
    Ok(Code {
        id: id.and_then(|id| CodeId::parse(&id).ok()).ok_or_else(|| lacks("qrId"))?,
        payload,
        expires_at,
        payment_url: None,
    })
}

/// The kopecks that the scheme's link asks the buyer for (reference: NSPK §2); `None` where it names no amount.
fn sum_in(payload: &str) -> Option<&str> {
    let (_, parameters) = payload.split_once('?')?;
    parameters.split('&').find_map(|parameter| parameter.strip_prefix("sum="))
}

/// What the answer to a withdrawal settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withdrawal {
    /// The outcome is certain.
    Certain(AnnulAnswer),
    /// The bank refused, most likely for the code's state: the state says which.
    AskState,
}

/// Reads the answer to a withdrawal: an empty body with HTTP 200 is the documented *yes*.
pub(crate) fn withdrawal(answer: &Answer) -> Result<Withdrawal, CallError> {
    let body = match accepted(answer) {
        Ok(body) => body,
        // The spelling of the code for a wrong state is not sure, so every refusal of the request itself is one.
        Err(CallError::Refused(refusal))
            if refusal.kind == RefusalKind::Other && !says(&refusal, &["NOT_FOUND"]) =>
        {
            return Ok(Withdrawal::AskState);
        }
        Err(error) => return Err(error),
    };
    if body.trim_ascii().is_empty() {
        return Ok(Withdrawal::Certain(AnnulAnswer::Annulled));
    }
    let code: CodeAnswer = wire::answer(body)?;
    match (code.qr_status, code.code) {
        (Some(state), _) => Ok(Withdrawal::Certain(by_state(&state))),
        (None, Some(_)) => Ok(Withdrawal::Certain(AnnulAnswer::Annulled)),
        (None, None) => Err(CallError::Unknown("the answer to a withdrawal says nothing".to_owned())),
    }
}

/// What a code's state says of a withdrawal that was refused.
pub(crate) fn state(answer: &Answer) -> Result<AnnulAnswer, CallError> {
    let code: CodeAnswer = wire::answer(accepted(answer)?)?;
    let state = code.qr_status.ok_or_else(|| CallError::Unknown("the code has no qrStatus".to_owned()))?;
    Ok(by_state(&state))
}

/// `NEW`, `IN_PROGRESS`, `PAID` and words that we don't know: the code is not out of the world.
fn by_state(state: &str) -> AnnulAnswer {
    match state {
        "CANCELLED" => AnnulAnswer::Annulled,
        "EXPIRED" => AnnulAnswer::Expired,
        _ => AnnulAnswer::NotNow,
    }
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
