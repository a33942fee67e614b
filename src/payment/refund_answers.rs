//! What banks say of refunds. None is sent again while its first sending may have worked (P4).

use crate::step::Step;
use crate::{
    Call, CallError, CreditRole, Effect, Fact, Origin, Refund, RefundAnswer, RefundId, RefundState,
    RefundTerms, Refusal, RefusalKind, Timestamp, due, refund_limits, refunding,
};

/// Late money that goes on being refused is tried for so many days, then left to people.
const DAYS_OF_TRIES: usize = 7;

/// The bank answered a refund, or did not. What it tells of the money is taken whenever it comes; an error speaks only of
/// its own call.
pub(crate) fn answered(step: &mut Step, id: RefundId, call: Call, answer: Result<RefundAnswer, CallError>) {
    let Some(refund) = step.payment.refund(id).filter(|refund| !refund.is_final()).cloned() else { return };
    let is_awaited = refund.call() == Some(call);
    match answer {
        Ok(answer) => truth(step, &refund, answer),
        Err(CallError::NotSent(cause)) if is_awaited => {
            let pause = due::refund_pause(&step.payment, &refund, step.now);
            step.record(Fact::RefundNotSent { refund: id, cause, not_before: step.now.plus(pause) });
        }
        Err(CallError::Unknown(cause)) if is_awaited => unknown(step, &refund, cause),
        Err(CallError::Refused(refusal)) if is_awaited || was_sent_once(step, &refund) => {
            fail(step, &refund, refusal);
        }
        Err(_) => {}
    }
}

fn terms_of<'a>(step: &'a Step, refund: &Refund) -> &'a RefundTerms {
    &refunding::terms_of(&step.payment, refund.credit).refund
}

/// It may have reached the bank, and under these terms it has certainly not reached it twice: a late no is its end.
fn was_sent_once(step: &Step, refund: &Refund) -> bool {
    let terms = terms_of(step, refund);
    let is_sent_again = terms.lookup_by_key && terms.keys_idempotent;
    let is_at_the_bank = !matches!(refund.state, RefundState::Sending(_) | RefundState::Queued { .. });
    is_at_the_bank && !is_sent_again
}

/// It may have worked: the bank is asked for it by its key, or a person where the bank can't be asked.
fn unknown(step: &mut Step, refund: &Refund, cause: String) {
    step.record(Fact::RefundUnknown { refund: refund.id, cause });
    if terms_of(step, refund).lookup_by_key {
        step.order(Effect::AskRefund(refund.id));
    } else {
        park(step, refund.id, "it may have worked, and this bank can't be asked for it");
    }
}

fn truth(step: &mut Step, refund: &Refund, answer: RefundAnswer) {
    let id = refund.id;
    match answer {
        RefundAnswer::Completed { transaction } => {
            step.record(Fact::RefundCompleted { refund: id, transaction });
        }
        RefundAnswer::Declined(refusal) => fail(step, refund, refusal),
        RefundAnswer::Pending => pending(step, refund),
        RefundAnswer::NotFound if refund.call().is_some() => {
            unknown(step, refund, "the bank answered that it does not know it".to_owned());
        }
        RefundAnswer::NotFound => {}
    }
}

fn pending(step: &mut Step, refund: &Refund) {
    let can_be_asked = terms_of(step, refund).lookup_by_key;
    let is_known = match refund.state {
        RefundState::Pending { .. } => true,
        RefundState::Parked { .. } => !can_be_asked,
        _ => false,
    };
    if is_known {
        return;
    }
    step.record(Fact::RefundPending { refund: refund.id });
    if !can_be_asked {
        park(step, refund.id, "the bank works on it and can't be asked for it");
    }
}

/// The bank, or a person who asked it, told the state of a refund. *Not found* twice, the second time a call's time-out
/// later, is an answer.
pub(crate) fn looked_up(step: &mut Step, id: RefundId, asked_at: Timestamp, answer: RefundAnswer) {
    let Some(refund) = step.payment.refund(id).filter(|refund| !refund.is_final()).cloned() else { return };
    if answer != RefundAnswer::NotFound {
        return truth(step, &refund, answer);
    }
    let call_timeout = refunding::terms_of(&step.payment, refund.credit).call_timeout;
    match refund.state {
        RefundState::Pending { .. } | RefundState::Unknown { not_found_at: None, .. } => {
            step.record(Fact::RefundNotFound { refund: id });
        }
        RefundState::Unknown { not_found_at: Some(first), .. } if asked_at >= first.plus(call_timeout) => {
            if terms_of(step, &refund).keys_idempotent {
                let cause = "the bank does not know it, asked twice: sent again with the same key".to_owned();
                step.record(Fact::RefundNotSent { refund: id, cause, not_before: step.now });
            } else {
                park(step, id, "the bank does not know it, and sending its key again is not safe there");
            }
        }
        _ => {}
    }
}

fn park(step: &mut Step, id: RefundId, reason: &str) {
    step.record(Fact::RefundParked { refund: id, reason: reason.to_owned() });
}

/// The bank refused it for certain. Late money is tried again as a new refund, within the scheme's limits.
fn fail(step: &mut Step, refund: &Refund, refusal: Refusal) {
    let (credit, amount, now) = (refund.credit, refund.amount, step.now);
    let retry_at =
        refund_limits::next_try_after_refusal(&step.payment, credit, amount, terms_of(step, refund), now);
    let retry_at = match refusal.kind {
        RefusalKind::AmountOutOfRange | RefusalKind::Settings => None,
        RefusalKind::Other
        | RefusalKind::InsufficientFunds
        | RefusalKind::Limit
        | RefusalKind::Unavailable => Some(retry_at),
    };
    let can_ever_work = refusal.kind != RefusalKind::AmountOutOfRange; // people mend settings
    step.record(Fact::RefundFailed { refund: refund.id, refusal, retry_at });
    if refund.origin == Origin::Late {
        if can_ever_work && has_tries_left(step, refund) {
            refunding::give_back(step, credit);
        } else {
            step.record(Fact::CreditAssigned { credit, role: CreditRole::Manual, by: None });
        }
    }
}

fn has_tries_left(step: &Step, refund: &Refund) -> bool {
    let tries = step.payment.state.refunds.iter().filter(|other| other.credit == refund.credit).count();
    let a_day = usize::try_from(terms_of(step, refund).tries_per_day.max(1)).unwrap_or(usize::MAX);
    let terms = refunding::terms_of(&step.payment, refund.credit);
    tries < a_day.saturating_mul(DAYS_OF_TRIES) && refunding::can_give_back(&step.payment, terms)
}
