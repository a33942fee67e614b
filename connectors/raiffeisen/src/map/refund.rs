//! Money that goes back, by both of the bank's interfaces.

use connector_sdk::http::Answer;
use payment::{CallError, Currency, RefundAnswer, RefundRequest, Refusal, RefusalKind};

use super::refusal::{accepted, not_offered, refusal, says};
use crate::wire::{self, NewOrderRefund, NewRefund, RefundState};

/// The body of `POST /api/sbp/v1/refund`. The transaction names the payment; the order is sent since it is required.
pub(crate) fn by_transaction(request: &RefundRequest) -> Result<Vec<u8>, CallError> {
    let amount = roubles(request)?;
    let purpose = wire::clean(request.purpose.as_deref());
    Ok(wire::body(&NewRefund {
        amount,
        refund_id: request.refund.to_string(),
        order: request.order.to_string(),
        transaction_id: request.transaction.as_str().parse().ok(),
        payment_details: purpose.as_deref(),
    }))
}

/// The body of `POST /api/payments/v2/orders/{order}/refunds/{refundId}`.
pub(crate) fn by_order(request: &RefundRequest) -> Result<Vec<u8>, CallError> {
    let amount = roubles(request)?;
    let purpose = wire::clean(request.purpose.as_deref());
    Ok(wire::body(&NewOrderRefund { amount, payment_details: purpose.as_deref() }))
}

/// Reads the answer to a refund that was sent.
pub(crate) fn sent(request: &RefundRequest, answer: &Answer) -> Result<RefundAnswer, CallError> {
    outcome(request, accepted(answer)?)
}

/// Reads the answer to a look-up by our key.
pub(crate) fn found(request: &RefundRequest, answer: &Answer) -> Result<RefundAnswer, CallError> {
    match accepted(answer) {
        Err(CallError::Refused(refusal)) if says(&refusal, &["REFUND_NOT_FOUND"]) => {
            Ok(RefundAnswer::NotFound)
        }
        other => outcome(request, other?),
    }
}

fn roubles(request: &RefundRequest) -> Result<Box<serde_json::value::RawValue>, CallError> {
    let currency = request.amount.currency();
    if currency == Currency::RUB {
        Ok(wire::roubles(request.amount))
    } else {
        Err(not_offered(currency.code()))
    }
}

/// The first answer is normally *in progress*; a word that we don't know counts as that.
fn outcome(request: &RefundRequest, body: &[u8]) -> Result<RefundAnswer, CallError> {
    let state: RefundState<'_> = wire::answer(body)?;
    if state.amount.is_some_and(|amount| wire::money(amount, Currency::RUB) != Some(request.amount)) {
        return Err(CallError::Unknown(
            "the bank tells of another amount under this refund's key".to_owned(),
        ));
    }
    let (value, reason) = match state.status {
        Some(status) => (status.value, status.decline_reason),
        None => (state.refund_status, None),
    };
    match value.as_deref() {
        Some("COMPLETED") => Ok(RefundAnswer::Completed { transaction: None }),
        Some("DECLINED") => Ok(RefundAnswer::Declined(declined(reason.as_deref(), state.message.as_deref()))),
        Some(_) => Ok(RefundAnswer::Pending),
        None => Err(CallError::Unknown("the answer has no refund status".to_owned())),
    }
}

fn declined(reason: Option<&str>, message: Option<&str>) -> Refusal {
    refusal(RefusalKind::Other, reason.unwrap_or("DECLINED"), message.unwrap_or_default())
}

#[cfg(test)]
#[path = "refund_tests.rs"]
mod tests;
