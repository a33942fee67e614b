//! Fiscal receipts that registers printed: kept for the work list of those that they did not.

use crate::step::Step;
use crate::{
    Fact, FiscalReceipt, OperationId, Payment, Phase, Receipted, RefundState, RegisterId, RejectCode,
    Rejection, StoreId,
};

/// A register printed a receipt for its sale that is paid, or for its return that is completed. A later one replaces it.
/// Test money never has one.
pub(crate) fn told(
    step: &mut Step,
    by: (&StoreId, &RegisterId),
    operation: OperationId,
    receipt: FiscalReceipt,
) -> Result<(), Rejection> {
    let payment = &step.payment;
    if payment.is_test() {
        let reason = "this is test money: no fiscal receipt may be printed for it".to_owned();
        return Err(reject(RejectCode::TestMoney, reason));
    }
    let Some(of) = meant(payment, by, &operation) else {
        let reason = "the payment has neither a pay nor a refund of this register by this name".to_owned();
        return Err(reject(RejectCode::UnknownOperation, reason));
    };
    let (known, is_due) = match of {
        Receipted::Sale => (&payment.state.fiscal, matches!(payment.state.phase, Phase::Paid { .. })),
        Receipted::Refund(id) => {
            let refund = payment.refund(id).expect("it was found just now");
            (&refund.fiscal, matches!(refund.state, RefundState::Completed { .. }))
        }
    };
    if !is_due {
        let reason = "a fiscal receipt belongs to money that has moved: this has not".to_owned();
        return Err(reject(RejectCode::NotPaid, reason));
    }
    if known.as_ref() != Some(&receipt) {
        step.record(Fact::Fiscalized { operation, of: Some(of), receipt });
    }
    Ok(())
}

/// What a register calls so: two registers may call two things alike.
fn meant(payment: &Payment, by: (&StoreId, &RegisterId), operation: &OperationId) -> Option<Receipted> {
    let checkout = &payment.checkout;
    if checkout.operation == *operation && (&checkout.store, &checkout.register) == by {
        return Some(Receipted::Sale);
    }
    let mut refunds = payment.state.refunds.iter();
    let found = refunds.find(|refund| refund.operation == *operation && refund.named_at(checkout) == by);
    found.map(|refund| Receipted::Refund(refund.id))
}

fn reject(code: RejectCode, reason: String) -> Rejection {
    Rejection { code, field: Some("operation"), reason }
}
