//! What became of an order.

use connector_sdk::http::Answer;
use payment::{CallError, Currency, OrderState, PaidNotice, Refusal, StatusAnswer, Timestamp};
use serde_json::value::RawValue;

use super::refusal::{accepted, says};
use crate::wire::{self, OrderTransaction, PaymentInfo};

/// An older revision of the bank's documents answers `ERROR.NOT_FOUND` with this text for a code that nobody has paid
/// yet; the reference (§4) asks to take it as `NO_INFO`. The only text that decides anything.
const NOT_PAID_YET: &str = "QR не был оплачен";

/// Reads `GET /api/sbp/v1/qr/{qrId}/payment-info`. Its `code` speaks of the request, its `paymentStatus` of the payment.
///
/// A code that nobody has paid is `NO_INFO`. `ERROR.NOT_FOUND` (HTTP 200 or 404) says that *this partner* has no such code
/// (reference: Raiffeisen §3.3, §4, §9). We ask only for codes that the bank gave us, so it never says that nobody has paid:
/// the code belongs to another merchant or another bank's host than the settings name now, or the bank has lost it.
pub(crate) fn payment_info(answer: &Answer) -> Result<StatusAnswer, CallError> {
    let body = match accepted(answer) {
        Ok(body) => body,
        Err(CallError::Refused(refusal)) if is_not_found(&refusal) => {
            let unpaid = refusal.message.contains(NOT_PAID_YET);
            return Ok(without_order(if unpaid { OrderState::Unpaid } else { OrderState::NotFound }));
        }
        Err(error) => return Err(error),
    };
    let info: PaymentInfo<'_> = wire::answer(body)?;
    let status = info.payment_status.as_deref().ok_or_else(|| unreadable("paymentStatus"))?;
    let state = match status {
        "NO_INFO" => OrderState::Unpaid,
        // Whether the code can be paid again is not documented, so the order is not over (reference: pitfall 9).
        "DECLINED" => OrderState::Declined { reason: info.message, terminal: false },
        "SUCCESS" => OrderState::Paid(PaidNotice {
            transaction: super::transaction(info.transaction_id),
            amount: Some(amount(info.amount, info.currency.as_deref())?),
            paid_at: time(info.transaction_date.as_deref()),
            payer: None,
            instrument: Some("sbp".to_owned()),
        }),
        _ => OrderState::InProgress,
    };
    Ok(StatusAnswer { order: info.order, state })
}

/// Reads `GET /api/payments/v1/orders/{order}/transaction`: what is known without the code's id.
///
/// *Not found* stands for two things here: no such order (`NOT_FOUND` as `code`), and no payment of it yet (as
/// `status.value`, the newest SDK; reference: Raiffeisen §4). It is asked for orders of which nothing else is known, where
/// both mean the same, and for armed plates, whose own order says whether it is there (`link::status`).
pub(crate) fn order_transaction(answer: &Answer) -> Result<StatusAnswer, CallError> {
    let body = match accepted(answer) {
        Ok(body) => body,
        Err(CallError::Refused(refusal)) if is_not_found(&refusal) => {
            return Ok(without_order(OrderState::NotFound));
        }
        Err(error) => return Err(error),
    };
    let answer: OrderTransaction<'_> = wire::answer(body)?;
    let transaction = answer.transaction.ok_or_else(|| unreadable("transaction"))?;
    let status = transaction.status.ok_or_else(|| unreadable("status"))?;
    let state = match status.value.as_deref().ok_or_else(|| unreadable("status.value"))? {
        "NO_INFO" => OrderState::Unpaid,
        "NOT_FOUND" => OrderState::NotFound,
        "DECLINED" => OrderState::Declined { reason: None, terminal: false },
        "SUCCESS" => OrderState::Paid(PaidNotice {
            transaction: super::transaction(transaction.id),
            amount: Some(amount(transaction.amount, None)?),
            paid_at: time(status.date.as_deref()),
            payer: None,
            instrument: transaction.payment_method.or_else(|| Some("sbp".to_owned())),
        }),
        _ => OrderState::InProgress,
    };
    Ok(StatusAnswer { order: transaction.order_id, state })
}

fn is_not_found(refusal: &Refusal) -> bool {
    says(refusal, &["NOT_FOUND", "ORDER_NOT_FOUND"])
}

fn without_order(state: OrderState) -> StatusAnswer {
    StatusAnswer { order: None, state }
}

/// The amount of money that arrived. The bank documents it for every payment, so without it nothing is believed. A
/// currency that is left out is the rouble: the bank knows no other.
fn amount(number: Option<&RawValue>, currency: Option<&str>) -> Result<payment::Money, CallError> {
    let currency = Currency::parse(currency.unwrap_or("RUB")).map_err(|_| unreadable("currency"))?;
    number.and_then(|number| wire::money(number, currency)).ok_or_else(|| unreadable("amount"))
}

fn time(date: Option<&str>) -> Option<Timestamp> {
    date.and_then(|date| Timestamp::parse(date).ok())
}

fn unreadable(field: &str) -> CallError {
    CallError::Unknown(format!("the answer has no {field} that can be read"))
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
