//! Cancel, expiry and the telling of ends: certain when it is certain, uncertain when time is up.

use crate::step::Step;
use crate::{
    Attempt, DeathCause, Effect, EndCode, EndWord, Ending, Fact, Life, Payment, Phase, Timestamp, Wish,
    withdrawing,
};

/// Buyers may have its code, and as far as is known it may still be paid.
pub(crate) fn may_be_paid(attempt: &Attempt) -> bool {
    attempt.shown_at.is_some() && matches!(attempt.life, Life::Issuing(_) | Life::Payable { .. })
}

/// It was withdrawn, but it takes several payments: only a status that was asked since tells whether it was paid before.
fn may_have_been_paid(payment: &Payment, attempt: &Attempt) -> bool {
    let was_withdrawn = matches!(attempt.life, Life::Dead { cause: DeathCause::Annulled, .. });
    attempt.shown_at.is_some() && was_withdrawn && !payment.checkout.kind.takes_one_payment()
}

/// Buyers had its code, and no bank has said that it can't be paid any more.
pub(crate) fn is_in_doubt(attempt: &Attempt) -> bool {
    let was_waited_out = matches!(attempt.life, Life::Closed { cause: DeathCause::WaitedOut });
    may_be_paid(attempt) || (attempt.shown_at.is_some() && was_waited_out)
}

/// The register wants the end. Never refunds: a paid payment stays paid. The first wish to close is the one that is told.
pub(crate) fn cancel(step: &mut Step, reason: Option<String>) {
    match step.payment.state.phase {
        Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Showing => {
            if step.payment.state.attempts.iter().any(may_be_paid) {
                begin(step, Wish::Cancel, reason);
            } else {
                let reason = reason.unwrap_or_else(|| "cancelled".to_owned());
                end(step, EndWord::Cancelled, EndCode::Cancelled, reason);
            }
        }
        Phase::Closing { .. } | Phase::Paid { .. } | Phase::Ended(_) | Phase::Review { .. } => {}
    }
}

/// Begins to close: from now on the till sees *cancelling*, at most for the response timeout of the code's server.
pub(crate) fn begin(step: &mut Step, wish: Wish, reason: Option<String>) {
    let payment = &step.payment;
    let shown = payment.shown_attempt().map(|attempt| payment.terms_of(attempt));
    let terms = shown.unwrap_or(&payment.checkout.routes[0].terms);
    let tell_by = step.now.plus(terms.response_timeout);
    step.record(Fact::ClosingBegan { wish, reason, tell_by });
    for id in step.attempt_ids() {
        let payment = &step.payment;
        let is_asked = payment.attempt(id).is_some_and(|attempt| {
            attempt.is_payable()
                && attempt.shown_at.is_some()
                && payment.can_be_asked(attempt)
                && !withdrawing::is_to_be_withdrawn(payment, attempt) // that answer comes before any status
        });
        if is_asked {
            step.order(Effect::AskStatus(id));
        }
    }
}

/// Expires a shown code that is over, and tells the end when it is certain or time is up.
pub(crate) fn advance(step: &mut Step) {
    let is_over = step.payment.shown_attempt().is_some_and(|attempt| step.now >= attempt.expires_at);
    if step.payment.state.phase == Phase::Showing && is_over {
        begin(step, Wish::Expire, None);
    }
    match step.payment.state.phase {
        Phase::Showing => tell_of_sudden_death(step),
        Phase::Closing { wish, tell_by, .. } => {
            let payment = &step.payment;
            let can_be_learned = payment
                .state
                .attempts
                .iter()
                .any(|attempt| may_be_paid(attempt) || may_have_been_paid(payment, attempt));
            if !can_be_learned || step.now >= tell_by {
                end_by_wish(step, wish);
            }
        }
        _ => {}
    }
}

/// The shown code died without our asking: refused for good, or ended at the bank.
fn tell_of_sudden_death(step: &mut Step) {
    if let Some(Life::Dead { cause, .. } | Life::Closed { cause }) =
        step.payment.shown_attempt().map(|attempt| &attempt.life)
    {
        end_by_death(step, *cause);
    }
}

/// Tells the end that the death of the shown code is.
pub(crate) fn end_by_death(step: &mut Step, cause: DeathCause) {
    let (word, code, reason) = match cause {
        DeathCause::Declined => {
            (EndWord::Declined, EndCode::Declined, "the bank refused the payment for good")
        }
        DeathCause::Annulled => {
            (EndWord::Cancelled, EndCode::Cancelled, "the code was withdrawn at the bank")
        }
        DeathCause::Expired | DeathCause::WaitedOut | DeathCause::Paid => {
            (EndWord::Expired, EndCode::Expired, "not paid in time")
        }
    };
    end(step, word, code, reason.to_owned());
}

/// Tells the end that was wished for, in the words of who wished it if there were any.
pub(crate) fn end_by_wish(step: &mut Step, wish: Wish) {
    let (word, code, reason) = match wish {
        Wish::Cancel => (EndWord::Cancelled, EndCode::Cancelled, "cancelled"),
        Wish::Expire => (EndWord::Expired, EndCode::Expired, "not paid in time"),
        Wish::GiveUp => (EndWord::Failed, EndCode::BankUnavailable, "no bank gave a certain answer in time"),
    };
    let told = match &step.payment.state.phase {
        Phase::Closing { reason, .. } => reason.clone(),
        _ => None,
    };
    end(step, word, code, told.unwrap_or_else(|| reason.to_owned()));
}

/// Ends the payment without money, certain or not as its codes are.
pub(crate) fn end(step: &mut Step, word: EndWord, code: EndCode, reason: String) {
    let payable_until = payable_until(&step.payment, step.now);
    let certain = payable_until.is_none();
    step.record(Fact::Ended(Ending { word, code, reason, certain, payable_until, at: step.now }));
}

/// Until when a shown code may still be paid; `None`: certainly not at all.
fn payable_until(payment: &Payment, now: Timestamp) -> Option<Timestamp> {
    let doubtful = payment.state.attempts.iter().filter(|attempt| is_in_doubt(attempt));
    doubtful.map(|attempt| life_end(payment, attempt, now)).max()
}

fn life_end(payment: &Payment, attempt: &Attempt, now: Timestamp) -> Timestamp {
    if !may_be_paid(attempt) {
        return now; // it can't be paid any more, only it is not known whether it was
    }
    let terms = payment.terms_of(attempt);
    let expiry = attempt.expires_at.plus(terms.clock_margin);
    if expiry > now { expiry } else { expiry.plus(terms.dead_after).max(now) }
}
