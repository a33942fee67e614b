//! Status is the truth: what it says of orders. What it says of money is in `crediting`.

use crate::step::Step;
use crate::{
    Annulment, Attempt, AttemptId, DeathCause, Effect, Fact, LastTry, Life, OrderState, Payment, Phase,
    StatusAnswer, Timestamp, Wish, closing, crediting, withdrawing,
};

/// Asks for the state of everything that is watched and can be asked.
pub(crate) fn ask(step: &mut Step) {
    for id in step.attempt_ids() {
        let payment = &step.payment;
        if payment.attempt(id).is_some_and(|attempt| attempt.is_watched() && payment.can_be_asked(attempt)) {
            step.order(Effect::AskStatus(id));
        }
    }
}

/// Lets go of what can't be asked: its life, and the time for money under way, has been waited out.
pub(crate) fn advance(step: &mut Step) {
    for id in step.attempt_ids() {
        let payment = &step.payment;
        let Some(attempt) = payment.attempt(id).filter(|attempt| !payment.can_be_asked(attempt)) else {
            continue;
        };
        if attempt.is_watched() && step.now >= waited_out_at(payment, attempt) {
            withdrawing::die(step, id, DeathCause::WaitedOut);
        }
    }
}

/// When a code that can't be asked for has been waited out.
pub(crate) fn waited_out_at(payment: &Payment, attempt: &Attempt) -> Timestamp {
    let terms = payment.terms_of(attempt);
    match attempt.life {
        Life::Dead { watch_until, .. } => watch_until,
        _ => attempt.expires_at.plus(terms.clock_margin).plus(terms.dead_after),
    }
}

/// A bank told the state of an order. What it says of money is heard whenever it comes; all else only while we watch.
pub(crate) fn status(step: &mut Step, id: AttemptId, asked_at: Timestamp, answer: StatusAnswer) {
    let Some(attempt) = step.attempt(id) else { return };
    if let OrderState::Paid(notice) = answer.state {
        return crediting::paid(step, &attempt, asked_at, answer.order.as_deref(), notice);
    }
    let names_another = answer.order.is_some_and(|order| order != id.to_string());
    if names_another {
        return; // of another order nothing is learned about ours
    }
    match answer.state {
        OrderState::Paid(_) => {} // above
        OrderState::InProgress => in_progress(step, &attempt),
        OrderState::Declined { reason, terminal } => declined(step, &attempt, asked_at, reason, terminal),
        OrderState::Annulled => dead_by_status(step, &attempt, asked_at, DeathCause::Annulled),
        OrderState::Expired => dead_by_status(step, &attempt, asked_at, DeathCause::Expired),
        OrderState::NotFound if step.payment.is_confirmed(&attempt) => {
            not_known_any_more(step, &attempt, asked_at);
        }
        OrderState::Unpaid | OrderState::NotFound => {
            if is_live(&step.payment, &attempt) && attempt.last_try == LastTry::InProgress {
                step.record(Fact::ProcessingGone { attempt: id });
            }
            unpaid(step, &attempt, asked_at);
        }
    }
}

/// The tries of buyers are told for the code that they have, while the payment is open.
fn is_live(payment: &Payment, attempt: &Attempt) -> bool {
    payment.is_open() && attempt.shown_at.is_some() && attempt.is_payable()
}

/// A payment is being carried out, or the bank's answer is not to be believed yet.
pub(crate) fn in_progress(step: &mut Step, attempt: &Attempt) {
    if is_live(&step.payment, attempt) && attempt.last_try != LastTry::InProgress {
        step.record(Fact::ProcessingSeen { attempt: attempt.id });
    }
}

fn declined(step: &mut Step, attempt: &Attempt, asked_at: Timestamp, reason: Option<String>, terminal: bool) {
    if terminal && attempt.is_payable() {
        return withdrawing::die(step, attempt.id, DeathCause::Declined);
    }
    if is_live(&step.payment, attempt) && attempt.last_try != LastTry::Declined {
        step.record(Fact::TryDeclined { attempt: attempt.id, reason });
    }
    unpaid(step, attempt, asked_at);
}

fn dead_by_status(step: &mut Step, attempt: &Attempt, asked_at: Timestamp, cause: DeathCause) {
    if attempt.is_payable() {
        withdrawing::die(step, attempt.id, cause);
    } else {
        unpaid_and_dead(step, attempt, asked_at);
    }
}

/// The bank made the order, and says that it does not know it: it is in error, or who answers is not who made it, such as another
/// account. Of money nothing is learned by that (P7). A withdrawal is tried again as after any status. A code that its bank
/// ends is watched until its life has been waited out; that it was not paid is never certain.
fn not_known_any_more(step: &mut Step, attempt: &Attempt, asked_at: Timestamp) {
    let is_waited_out = asked_at >= waited_out_at(&step.payment, attempt);
    match (&attempt.life, attempt.annulment) {
        (Life::Payable { .. }, _) if is_waited_out && is_ended_by_its_bank(attempt) => {
            withdrawing::die(step, attempt.id, DeathCause::WaitedOut);
        }
        (Life::Payable { .. }, Annulment::AfterStatus { not_before }) if asked_at >= not_before => {
            step.record(Fact::AnnulmentWanted { attempt: attempt.id });
        }
        (Life::Dead { .. }, _) if is_waited_out => step.record(Fact::WatchEnded { attempt: attempt.id }),
        _ => {}
    }
}

/// Its life ends without a withdrawal, as far as is known.
fn is_ended_by_its_bank(attempt: &Attempt) -> bool {
    attempt.code.as_ref().is_none_or(|code| code.expires_at.is_some())
}

/// No money is under way, at least none that we do not know of: the moment for certainty, for another withdrawal, for
/// an uncertain end where nothing can be withdrawn, or for the end of the watch.
pub(crate) fn unpaid(step: &mut Step, attempt: &Attempt, asked_at: Timestamp) {
    if !attempt.is_payable() {
        return unpaid_and_dead(step, attempt, asked_at);
    }
    let certain_from = attempt.expires_at.plus(step.payment.terms_of(attempt).clock_margin);
    if is_ended_by_its_bank(attempt) && asked_at >= certain_from {
        return withdrawing::die(step, attempt.id, DeathCause::Expired);
    }
    match (attempt.annulment, &step.payment.state.phase) {
        (Annulment::AfterStatus { not_before }, _) if asked_at >= not_before => {
            step.record(Fact::AnnulmentWanted { attempt: attempt.id });
        }
        (Annulment::NotWanted, &Phase::Closing { wish: wish @ (Wish::Cancel | Wish::GiveUp), since, .. })
            if asked_at >= since
                && attempt.shown_at.is_some()
                && !withdrawing::can_be_withdrawn(&step.payment, attempt) =>
        {
            closing::end_by_wish(step, wish); // there is nothing to wait for: told at once, uncertain
        }
        _ => {}
    }
}

/// A dead code was not paid before its death, which is what a payment that is being closed waits for; and money that was
/// under way then is no longer waited for when the watch is over.
fn unpaid_and_dead(step: &mut Step, attempt: &Attempt, asked_at: Timestamp) {
    let Life::Dead { at, watch_until, .. } = attempt.life else { return };
    if let Phase::Closing { wish, .. } = step.payment.state.phase
        && attempt.shown_at.is_some()
        && asked_at >= at
    {
        closing::end_by_wish(step, wish);
    }
    if asked_at >= watch_until {
        step.record(Fact::WatchEnded { attempt: attempt.id });
    }
}
