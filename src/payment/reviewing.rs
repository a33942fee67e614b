//! A person ends a review: as paid by a credit, or as failed. Who and why are recorded.

use crate::step::Step;
use crate::{
    BankTransaction, Credit, CreditRole, EndCode, EndWord, Fact, Phase, RejectCode, Rejection, Verdict,
    closing, refunding,
};

/// Ends a review. Held credits that do not pay go back if they are proven ours, else people handle them.
pub(crate) fn end(step: &mut Step, verdict: &Verdict, who: &str, why: &str) -> Result<(), Rejection> {
    if !matches!(step.payment.state.phase, Phase::Review { .. }) {
        return Err(reject(None, "the payment is not under review".to_owned()));
    }
    let accepted = match verdict {
        Verdict::Failed => None,
        Verdict::Paid { transaction } => Some(held_credit(step, transaction)?),
    };
    step.record(Fact::ReviewEnded { who: who.to_owned(), why: why.to_owned() });
    let by = || Some(who.to_owned());
    match accepted {
        Some(credit) => step.record(Fact::CreditAssigned { credit, role: CreditRole::Pays, by: by() }),
        None => closing::end(step, EndWord::Failed, EndCode::ReviewFailed, why.to_owned()),
    }
    for credit in 0..step.payment.state.credits.len() {
        match &step.payment.state.credits[credit] {
            other if other.role != CreditRole::Held => {}
            held if held.proven => refunding::hand_back(step, credit, by()),
            _ => step.record(Fact::CreditAssigned { credit, role: CreditRole::Manual, by: by() }),
        }
    }
    Ok(())
}

fn held_credit(step: &Step, transaction: &BankTransaction) -> Result<usize, Rejection> {
    let is_meant = |credit: &Credit| credit.role == CreditRole::Held && credit.transaction == *transaction;
    let found = step.payment.state.credits.iter().position(is_meant);
    match found {
        Some(credit) if !step.payment.state.credits[credit].taken => Ok(credit),
        Some(_) => {
            Err(reject(Some("transaction"), format!("credit {transaction} belongs to another payment")))
        }
        None => Err(reject(Some("transaction"), format!("no credit {transaction} is held for this payment"))),
    }
}

fn reject(field: Option<&'static str>, reason: String) -> Rejection {
    Rejection { code: RejectCode::Invalid, field, reason }
}
