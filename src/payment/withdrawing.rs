//! Annulment: codes that nobody should pay are withdrawn where the bank can, again after each status, until dead.

use std::time::Duration;

use crate::step::Step;
use crate::{
    AnnulAnswer, Annulment, Attempt, AttemptId, CallError, DeathCause, Effect, EndWord, Fact, Payment, Phase,
    Terms, Wish, due,
};

/// Once the end is told, a withdrawal that goes on failing is tried at most once in this part of the code's age.
const PART_OF_AGE: u32 = 20;

/// Orders the withdrawal of every code that nobody should pay and that the bank can withdraw.
pub(crate) fn advance(step: &mut Step) {
    for id in step.attempt_ids() {
        let Some(attempt) = step.payment.attempt(id) else { continue };
        if !is_to_be_withdrawn(&step.payment, attempt) {
            continue;
        }
        let (annulment, call) = (attempt.annulment, step.call(step.payment.terms_of(attempt)));
        if annulment == Annulment::NotWanted {
            step.record(Fact::AnnulmentWanted { attempt: id });
        }
        if matches!(annulment, Annulment::NotWanted | Annulment::Due { .. }) {
            step.record(Fact::AnnulmentOrdered { attempt: id, call });
            step.order(Effect::Annul(id));
        }
    }
}

/// Nobody should pay it, and its bank can withdraw it.
pub(crate) fn is_to_be_withdrawn(payment: &Payment, attempt: &Attempt) -> bool {
    is_unwanted(payment, attempt) && can_be_withdrawn(payment, attempt)
}

/// The bank withdraws codes, and we know the code's name there.
pub(crate) fn can_be_withdrawn(payment: &Payment, attempt: &Attempt) -> bool {
    payment.terms_of(attempt).annul && payment.code_id(attempt).is_some()
}

/// A payable code that nobody should pay: an orphan, one that is being closed, one of a payment that is over.
/// A code whose expiry the bank keeps by itself needs no withdrawal at its expiry, unless it is paid after that.
fn is_unwanted(payment: &Payment, attempt: &Attempt) -> bool {
    if !attempt.is_payable() {
        return false;
    }
    if attempt.shown_at.is_none() {
        return true;
    }
    let ends_by_itself = attempt.code.as_ref().is_some_and(|code| code.expires_at.is_some());
    match &payment.state.phase {
        Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Showing => false,
        Phase::Closing { wish: Wish::Expire, .. } => !ends_by_itself,
        Phase::Ended(ending) if ending.word == EndWord::Expired => {
            let was_paid = payment.state.credits.iter().any(|credit| credit.attempt == attempt.id);
            !ends_by_itself || was_paid
        }
        Phase::Closing { .. } | Phase::Ended(_) | Phase::Paid { .. } | Phase::Review { .. } => true,
    }
}

/// The bank answered a withdrawal, or did not.
pub(crate) fn annulled(step: &mut Step, id: AttemptId, answer: Result<AnnulAnswer, CallError>) {
    if !step.payment.attempt(id).is_some_and(Attempt::is_payable) {
        return;
    }
    match answer {
        Ok(AnnulAnswer::Annulled) => {
            die(step, id, DeathCause::Annulled);
            if step.payment.is_open() && !step.payment.checkout.kind.takes_one_payment() {
                step.order(Effect::AskStatus(id)); // it may have been paid before
            }
        }
        Ok(AnnulAnswer::Expired) => die(step, id, DeathCause::Expired),
        Ok(AnnulAnswer::NotNow) => uncertain(step, id, "the bank can't withdraw it now".to_owned()),
        Err(error) => uncertain(step, id, error.to_string()),
    }
}

fn uncertain(step: &mut Step, id: AttemptId, cause: String) {
    let Some(attempt) = step.payment.attempt(id) else { return };
    let pause = due::poll_pause(&step.payment, attempt, step.now);
    let at_least = step.now.since(attempt.watched_since()) / PART_OF_AGE;
    let not_before = step.now.plus(if step.payment.is_open() { pause } else { pause.max(at_least) });
    step.record(Fact::AnnulmentUncertain { attempt: id, cause, not_before });
    step.order(Effect::AskStatus(id));
}

/// How long after a code's end money on it may still be reported.
pub(crate) fn watched_for(terms: &Terms) -> Duration {
    terms.dead_after + terms.clock_margin
}

/// Notes that a code can't be paid any more; the watch goes on until money under way would have been reported.
pub(crate) fn die(step: &mut Step, id: AttemptId, cause: DeathCause) {
    let Some(attempt) = step.payment.attempt(id) else { return };
    let terms = step.payment.terms_of(attempt);
    let watched_on = match cause {
        DeathCause::Paid | DeathCause::WaitedOut => Duration::ZERO,
        DeathCause::Annulled | DeathCause::Expired | DeathCause::Declined => watched_for(terms),
    };
    let watch_until = step.now.plus(watched_on);
    step.record(Fact::AttemptDied { attempt: id, cause, watch_until });
}
