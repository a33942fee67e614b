//! The money rules, on our own records alone.

use payment::{Credit, CreditRole, Payment, Refund, RefundState};
use store::PaymentRecord;

use super::{Check, Difference};

/// Checks what one payment's money became.
pub(super) fn check(record: &PaymentRecord, differences: &mut Vec<Difference>) {
    let payment = &record.payment;
    let mut differs = |says: String| differences.push(Difference::new(Check::Money, payment.id, says));
    let paying = payment.state.credits.iter().filter(|credit| credit.role == CreditRole::Pays).count();
    let expected = usize::from(payment.paying_credit().is_some());
    if paying != expected {
        differs(format!("{paying} credits pay it, {expected} should ({})", payment.status().word()));
    }
    for (index, credit) in payment.state.credits.iter().enumerate() {
        if let Some(says) = wrong_with(payment, index, credit) {
            differs(format!("credit {}: {says}", credit.transaction));
        }
    }
    let is_under_way =
        |refund: &&Refund| refund.is_in_flight() && !waits_for_its_hour(payment, refund.credit);
    for refund in payment.state.refunds.iter().filter(is_under_way) {
        differs(format!("refund {} is still under way", refund.operation));
    }
}

fn wrong_with(payment: &Payment, index: usize, credit: &Credit) -> Option<String> {
    if payment.left_of_minor(index) < 0 {
        return Some("more was given back than arrived".to_owned());
    }
    let left = credit.amount.minor() - returned_minor(payment, index);
    match credit.role {
        CreditRole::Pays if credit.amount != payment.checkout.amount => {
            Some(format!("{} paid a checkout over {}", credit.amount, payment.checkout.amount))
        }
        CreditRole::Refunding if left != 0 && !waits_for_its_hour(payment, index) => {
            Some(format!("{left} of late money is not given back"))
        }
        _ => None,
    }
}

/// Whether the bank refused to give late money back, and is asked again later: the scheme limits how often.
fn waits_for_its_hour(payment: &Payment, credit: usize) -> bool {
    let mut refunds = payment.state.refunds.iter().filter(|refund| refund.credit == credit);
    refunds.any(|refund| matches!(refund.state, RefundState::Failed { retry_at: Some(_), .. }))
}

/// Minor units of a credit that went back for certain.
pub(super) fn returned_minor(payment: &Payment, credit: usize) -> i64 {
    let completed =
        payment.state.refunds.iter().filter(|refund| {
            refund.credit == credit && matches!(refund.state, RefundState::Completed { .. })
        });
    completed.map(|refund| refund.amount.minor()).sum()
}
