//! Cancel, expiry, annulment, and the telling of ends: certain when it is certain, uncertain when time is up.

use crate::step::Step;
use crate::{
    AnnulAnswer, Annulment, Attempt, AttemptId, CallError, DeathCause, Effect, EndCode, EndWord, Ending,
    Fact, Life, Payment, Phase, Timestamp, Wish,
};

/// Buyers may have its code, and it is not certain that the code is dead.
pub(crate) fn may_be_paid_by_the_buyer(attempt: &Attempt) -> bool {
    attempt.shown_at.is_some() && matches!(attempt.life, Life::Issuing(_) | Life::Payable { .. })
}

/// The register wants the end. Never refunds: a paid payment stays paid.
pub(crate) fn cancel(step: &mut Step, reason: Option<String>) {
    match step.payment.state.phase {
        Phase::Opening { .. } | Phase::Showing => {
            if step.payment.state.attempts.iter().any(may_be_paid_by_the_buyer) {
                begin(step, Wish::Cancel, reason);
            } else {
                end(
                    step,
                    EndWord::Cancelled,
                    EndCode::Cancelled,
                    reason.unwrap_or_else(|| "cancelled".to_owned()),
                );
            }
        }
        Phase::Closing { .. } | Phase::Paid { .. } | Phase::Ended(_) | Phase::Review { .. } => {}
    }
}

/// Begins to close: from now on the till sees *cancelling*.
pub(crate) fn begin(step: &mut Step, wish: Wish, reason: Option<String>) {
    let response_timeout = step.payment.checkout.routes.first().map(|route| route.terms.response_timeout);
    let tell_by = step.now.plus(response_timeout.unwrap_or_default());
    step.record(Fact::ClosingBegan { wish, reason, tell_by });
    for attempt in step.payment.state.attempts.clone() {
        if attempt.is_payable() && attempt.shown_at.is_some() && !is_withdrawn_first(step, &attempt) {
            step.order(Effect::AskStatus(attempt.id));
        }
    }
}

/// Where the bank withdraws codes, that answer comes before any status.
fn is_withdrawn_first(step: &Step, attempt: &Attempt) -> bool {
    is_unwanted(&step.payment, attempt) && step.payment.terms_of(attempt).annul
}

/// Ends the payment without money, certain or not as its codes are.
pub(crate) fn end(step: &mut Step, word: EndWord, code: EndCode, reason: String) {
    let payable_until = payable_until(&step.payment, step.now);
    let certain = payable_until.is_none();
    step.record(Fact::Ended(Ending { word, code, reason, certain, payable_until, at: step.now }));
}

/// Until when a shown code may still be paid; `None`: certainly not at all.
fn payable_until(payment: &Payment, now: Timestamp) -> Option<Timestamp> {
    let payable = payment.state.attempts.iter().filter(|attempt| may_be_paid_by_the_buyer(attempt));
    payable.map(|attempt| life_end(payment, attempt, now)).max()
}

fn life_end(payment: &Payment, attempt: &Attempt, now: Timestamp) -> Timestamp {
    let terms = payment.terms_of(attempt);
    let expiry = attempt.expires_at.plus(terms.clock_margin);
    if expiry > now { expiry } else { expiry.plus(terms.dead_after).max(now) }
}

/// Expires what is over, withdraws what nobody should pay, and tells the end when it is certain or time is up.
pub(crate) fn advance(step: &mut Step) {
    expire(step);
    tell(step);
    withdraw(step);
}

fn expire(step: &mut Step) {
    let is_showing = matches!(step.payment.state.phase, Phase::Showing);
    let is_over = step.payment.shown_attempt().is_some_and(|attempt| step.now >= attempt.expires_at);
    if is_showing && is_over {
        begin(step, Wish::Expire, None);
    }
}

fn tell(step: &mut Step) {
    match step.payment.state.phase {
        Phase::Showing => tell_of_sudden_death(step),
        Phase::Closing { wish, tell_by, .. } => {
            let is_certain = !step.payment.state.attempts.iter().any(may_be_paid_by_the_buyer);
            if is_certain || step.now >= tell_by {
                end_by_wish(step, wish);
            }
        }
        _ => {}
    }
}

/// The shown code died without our asking: refused for good, or ended at the bank.
fn tell_of_sudden_death(step: &mut Step) {
    let cause = match step.payment.shown_attempt().map(|attempt| &attempt.life) {
        Some(Life::Dead { cause, .. } | Life::Closed { cause }) => *cause,
        _ => return,
    };
    match cause {
        DeathCause::Declined => {
            end(
                step,
                EndWord::Declined,
                EndCode::Declined,
                "the bank refused the payment for good".to_owned(),
            );
        }
        DeathCause::Annulled => {
            end(
                step,
                EndWord::Cancelled,
                EndCode::Cancelled,
                "the code was withdrawn at the bank".to_owned(),
            );
        }
        DeathCause::Expired | DeathCause::Paid | DeathCause::WaitedOut => end_by_wish(step, Wish::Expire),
    }
}

pub(crate) fn end_by_wish(step: &mut Step, wish: Wish) {
    let (word, code, reason) = match wish {
        Wish::Cancel => (EndWord::Cancelled, EndCode::Cancelled, "cancelled"),
        Wish::Expire => (EndWord::Expired, EndCode::Expired, "not paid in time"),
        Wish::GiveUp => (EndWord::Failed, EndCode::BankUnavailable, "no bank gave a certain answer in time"),
    };
    end(step, word, code, reason.to_owned());
}

/// Orders the withdrawal of every code that nobody should pay and that the bank can withdraw.
fn withdraw(step: &mut Step) {
    for attempt in step.payment.state.attempts.clone() {
        let terms = step.terms_of(&attempt);
        if !is_unwanted(&step.payment, &attempt) || !terms.annul || attempt.code.is_none() {
            continue;
        }
        if attempt.annulment == Annulment::NotWanted {
            step.record(Fact::AnnulmentWanted { attempt: attempt.id });
        }
        let is_due = step
            .attempt(attempt.id)
            .is_some_and(|now| matches!(now.annulment, Annulment::Due { at } if at <= step.now));
        if is_due {
            let call = step.call(&terms);
            step.record(Fact::AnnulmentOrdered { attempt: attempt.id, call });
            step.order(Effect::Annul(attempt.id));
        }
    }
}

/// A payable code that nobody should pay: an orphan, one that is being closed, one of a payment that is over.
/// A code whose expiry the bank keeps by itself needs no withdrawal at its expiry.
fn is_unwanted(payment: &Payment, attempt: &Attempt) -> bool {
    if !attempt.is_payable() {
        return false;
    }
    if attempt.shown_at.is_none() {
        return true;
    }
    let ends_by_itself = attempt.code.as_ref().is_some_and(|code| code.expires_at.is_some());
    match payment.state.phase {
        Phase::Opening { .. } => attempt.code.is_some(),
        Phase::Showing => false,
        Phase::Closing { wish: Wish::Expire, .. } => !ends_by_itself,
        Phase::Closing { .. } | Phase::Paid { .. } | Phase::Review { .. } => true,
        Phase::Ended(ref ending) => ending.word != EndWord::Expired || !ends_by_itself,
    }
}

/// The bank answered a withdrawal, or did not.
pub(crate) fn annulled(step: &mut Step, id: AttemptId, answer: Result<AnnulAnswer, CallError>) {
    let Some(attempt) = step.attempt(id).filter(Attempt::is_payable) else { return };
    match answer {
        Ok(AnnulAnswer::Annulled) => die(step, &attempt, DeathCause::Annulled),
        Ok(AnnulAnswer::Expired) => die(step, &attempt, DeathCause::Expired),
        Ok(AnnulAnswer::NotNow) => uncertain(step, &attempt, "the bank can't withdraw it now".to_owned()),
        Err(error) => uncertain(step, &attempt, error.to_string()),
    }
}

fn uncertain(step: &mut Step, attempt: &Attempt, cause: String) {
    let terms = step.terms_of(attempt);
    let not_before = step.now.plus(terms.poll.pause_at(step.now.since(attempt.watched_since())));
    step.record(Fact::AnnulmentUncertain { attempt: attempt.id, cause, not_before });
    step.order(Effect::AskStatus(attempt.id));
}

/// Notes that a code can't be paid any more; the watch goes on until money under way would have been reported.
pub(crate) fn die(step: &mut Step, attempt: &Attempt, cause: DeathCause) {
    let dead_after = match cause {
        DeathCause::Paid | DeathCause::WaitedOut => std::time::Duration::ZERO,
        DeathCause::Annulled | DeathCause::Expired | DeathCause::Declined => {
            step.terms_of(attempt).dead_after
        }
    };
    let watch_until = step.now.plus(dead_after);
    step.record(Fact::AttemptDied { attempt: attempt.id, cause, watch_until });
}
