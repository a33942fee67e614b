//! Lists of payments as text and JSON.

use serde_json::json;
use store::PaymentSummary;

/// One line a payment, under a head line.
pub(super) fn table(payments: &[PaymentSummary]) -> Vec<String> {
    if payments.is_empty() {
        return vec!["no payment matches".to_owned()];
    }
    let head = format!(
        "{:<32}  {:<20}  {:<10}  {:<24}  {:>16}  {:<16}  settled",
        "payment", "opened", "register", "operation", "amount", "status"
    );
    let line = |payment: &PaymentSummary| {
        format!(
            "{:<32}  {:<20.20}  {:<10}  {:<24}  {:>16}  {:<16}  {}",
            payment.id.to_string(),
            payment.opened_at.to_string(),
            format!("{}/{}", payment.store, payment.register),
            payment.operation.as_str(),
            payment.amount.to_string(),
            payment.status.word(),
            if payment.settled { "yes" } else { "no" },
        )
    };
    std::iter::once(head).chain(payments.iter().map(line)).collect()
}

/// One JSON object a payment.
pub(super) fn json_lines(payments: &[PaymentSummary]) -> Vec<String> {
    payments.iter().map(|payment| as_json(payment).to_string()).collect()
}

fn as_json(payment: &PaymentSummary) -> serde_json::Value {
    json!({
        "payment": payment.id.to_string(),
        "store": payment.store.as_str(),
        "register": payment.register.as_str(),
        "operation": payment.operation.as_str(),
        "payment_type": payment.payment_type.as_str(),
        "amount": payment.amount,
        "receipt": payment.receipt,
        "status": payment.status.word(),
        "open": payment.is_open,
        "settled": payment.settled,
        "opened_at": payment.opened_at.to_string(),
    })
}
