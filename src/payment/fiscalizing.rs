//! Fiscal receipts that the register printed: kept for the work list of those that it did not.

use crate::step::Step;
use crate::{Fact, FiscalReceipt, OperationId, Phase, RefundState, RejectCode, Rejection};

/// The register printed a receipt for a sale that is paid, or for a return that is completed. A later one replaces it.
/// Test money never has one.
pub(crate) fn told(step: &mut Step, operation: OperationId, receipt: FiscalReceipt) -> Result<(), Rejection> {
    let payment = &step.payment;
    if payment.is_test() {
        let reason = "this is test money: no fiscal receipt may be printed for it".to_owned();
        return Err(Rejection { code: RejectCode::TestMoney, field: Some("operation"), reason });
    }
    let refund = payment.state.refunds.iter().find(|refund| refund.operation == operation);
    let (known, is_due) = match refund {
        Some(refund) => (&refund.fiscal, matches!(refund.state, RefundState::Completed { .. })),
        None => (&payment.state.fiscal, matches!(payment.state.phase, Phase::Paid { .. })),
    };
    if !is_due {
        let reason = "a fiscal receipt belongs to money that has moved: this has not".to_owned();
        return Err(Rejection { code: RejectCode::NotPaid, field: Some("operation"), reason });
    }
    if known.as_ref() != Some(&receipt) {
        step.record(Fact::Fiscalized { operation, receipt });
    }
    Ok(())
}
