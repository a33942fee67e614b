//! A person ends a review: as paid by a credit, or as failed. Who and why are recorded.

use crate::step::Step;
use crate::{
    Credit, CreditRole, EndCode, EndWord, Fact, Phase, RejectCode, Rejection, Verdict, closing, refunding,
};

/// Ends a review. Held credits that do not pay go back if they are proven ours, else people handle them.
pub(crate) fn end(step: &mut Step, verdict: &Verdict, who: String, why: String) -> Result<(), Rejection> {
    if !matches!(step.payment.state.phase, Phase::Review { .. }) {
        return Err(reject("the payment is not under review".to_owned()));
    }
    let accepted = match verdict {
        Verdict::Failed => None,
        Verdict::Paid { transaction } => {
            let is_meant =
                |credit: &Credit| credit.role == CreditRole::Held && credit.transaction == *transaction;
            let found = step.payment.state.credits.iter().position(is_meant);
            Some(found.ok_or_else(|| reject(format!("no credit {transaction} is held for this payment")))?)
        }
    };
    step.record(Fact::ReviewEnded { who: who.clone(), why: why.clone() });
    match accepted {
        Some(credit) => {
            step.record(Fact::CreditAssigned { credit, role: CreditRole::Pays, by: Some(who.clone()) });
        }
        None => closing::end(step, EndWord::Failed, EndCode::ReviewFailed, why),
    }
    for credit in 0..step.payment.state.credits.len() {
        match &step.payment.state.credits[credit] {
            held if held.role != CreditRole::Held => {}
            held if held.proven => refunding::hand_back(step, credit, Some(who.clone())),
            _ => {
                step.record(Fact::CreditAssigned { credit, role: CreditRole::Manual, by: Some(who.clone()) });
            }
        }
    }
    Ok(())
}

fn reject(reason: String) -> Rejection {
    Rejection { code: RejectCode::Invalid, field: Some("transaction"), reason }
}
