//! From the checkout to a shown code: attempts, failover before showing, orphans of unknown creates.

use std::time::Duration;

use crate::step::Step;
use crate::{
    Annulment, Attempt, AttemptId, CallError, Code, DeathCause, Effect, EndCode, EndWord, Fact, LastTry,
    Life, Payment, Phase, Refusal, RefusalKind, Timestamp, Wish, closing, waiting,
};

/// No payment needs more orders than this; a bank that leaves so many unknown is not worth another.
const ATTEMPTS_AT_MOST: usize = 20;

/// The pause before a bank is tried again that could not be reached, or left two orders unknown.
const PAUSE_BEFORE_THE_SAME_BANK: Duration = Duration::from_secs(1);

/// Starts an attempt, or gives up, if the payment waits for a code.
pub(crate) fn advance(step: &mut Step) {
    waiting::go_on(step);
    let Phase::Opening { next_attempt_at, give_up_at } = step.payment.state.phase else { return };
    if step.payment.state.attempts.iter().any(is_declined_for_good) {
        return closing::end_by_death(step, DeathCause::Declined);
    }
    if step.now >= give_up_at {
        return give_up(step, EndCode::BankUnavailable, "no bank gave a code in time".to_owned());
    }
    if is_waiting(&step.payment) || step.now < next_attempt_at {
        return;
    }
    match next_route(&step.payment, None) {
        Some(_) if step.link_taken => waiting::for_link(step),
        Some(route) => start_attempt(step, route),
        None => give_up_without_a_route(step),
    }
}

/// The buyer's bank refused for good a code that was out before its answer.
fn is_declined_for_good(attempt: &Attempt) -> bool {
    let (Life::Dead { cause, .. } | Life::Closed { cause }) = attempt.life else { return false };
    attempt.shown_at.is_some() && cause == DeathCause::Declined
}

/// An attempt is being issued, or it is not certain that a code that buyers may have was not paid: nothing new may
/// start (P1).
pub(crate) fn is_waiting(payment: &Payment) -> bool {
    let is_issuing = |attempt: &Attempt| matches!(attempt.life, Life::Issuing(_));
    payment.state.attempts.iter().any(|attempt| is_issuing(attempt) || closing::is_in_doubt(attempt))
}

/// The route after the last one tried, in a circle, that has not refused. `refusing` is refusing just now.
fn next_route(payment: &Payment, refusing: Option<usize>) -> Option<usize> {
    let attempts = &payment.state.attempts;
    if attempts.len() >= ATTEMPTS_AT_MOST {
        return None;
    }
    let routes = payment.checkout.routes.len();
    let first = attempts.last().map_or(0, |last| last.route + 1);
    let mut circle = (0..routes).map(|offset| (first + offset) % routes);
    circle.find(|route| refusing != Some(*route) && refusal_of(payment, *route).is_none())
}

fn refusal_of(payment: &Payment, route: usize) -> Option<&Refusal> {
    let tried = payment.state.attempts.iter().rev().filter(|attempt| attempt.route == route);
    tried.into_iter().find_map(|attempt| match &attempt.life {
        Life::NotIssued { refusal } => refusal.as_ref(),
        _ => None,
    })
}

fn start_attempt(step: &mut Step, route: usize) {
    let payment = &step.payment;
    let terms = &payment.checkout.routes[route].terms;
    let number = u16::try_from(payment.state.attempts.len() + 1).expect("attempts are at most 20");
    let wanted = payment.checkout.expires_in_s.map(|seconds| Duration::from_secs(u64::from(seconds)));
    let is_out = payment.checkout.kind.is_out_before_the_answer();
    let attempt = Attempt {
        id: payment.id.attempt(number),
        route,
        expires_at: step.now.plus(terms.code_life(wanted)),
        life: Life::Issuing(step.call(terms)),
        code: None,
        shown_at: is_out.then_some(step.now),
        annulment: Annulment::NotWanted,
        last_try: LastTry::None,
    };
    let id = attempt.id;
    step.record(Fact::IssueOrdered { attempt });
    step.order(Effect::Issue(id));
}

/// Every route has refused, or there were tries enough.
fn give_up_without_a_route(step: &mut Step) {
    let routes = 0..step.payment.checkout.routes.len();
    let refusals: Vec<_> = routes.clone().filter_map(|route| refusal_of(&step.payment, route)).collect();
    let last = refusals.last().filter(|_| refusals.len() == routes.len());
    let unavailable = refusals.iter().find(|refusal| refusal.kind == RefusalKind::Unavailable);
    if let Some(refusal) = last.map(|last| unavailable.unwrap_or(last)) {
        let code = match refusal.kind {
            RefusalKind::AmountOutOfRange => EndCode::AmountOutOfRange,
            RefusalKind::Unavailable => EndCode::BankUnavailable,
            _ => EndCode::BankRefused,
        };
        let reason = refusal.to_string();
        give_up(step, code, reason);
    } else {
        let reason = format!("no bank gave a code in {} tries", step.payment.state.attempts.len());
        give_up(step, EndCode::BankUnavailable, reason);
    }
}

/// Nothing was shown: the end is certain at once. Something may have been shown: its death comes first.
fn give_up(step: &mut Step, code: EndCode, reason: String) {
    if step.payment.state.attempts.iter().any(closing::may_be_paid) {
        closing::begin(step, Wish::GiveUp, Some(reason));
    } else {
        closing::end(step, EndWord::Failed, code, reason);
    }
}

/// The bank answered a request for a code, or did not. Late answers are taken too.
pub(crate) fn issued(step: &mut Step, id: AttemptId, answer: Result<Code, CallError>) {
    let Some(attempt) = step.attempt(id) else { return };
    match answer {
        Ok(code) if may_be_shown(&step.payment, &attempt) => {
            step.record(Fact::CodeShown { attempt: id, code });
        }
        Ok(code) if attempt.code.is_none() => step.record(Fact::CodeKeptAside { attempt: id, code }),
        Err(CallError::Unknown(cause)) if attempt.issue_call().is_some() => {
            let next_attempt_at = next_attempt_at(step, None, 2);
            step.record(Fact::IssueUnknown { attempt: id, cause, next_attempt_at });
        }
        Err(CallError::NotSent(cause)) => not_issued(step, &attempt, cause, None),
        Err(CallError::Refused(refusal)) => {
            not_issued(step, &attempt, refusal.to_string(), Some(refusal));
        }
        Ok(_) | Err(CallError::Unknown(_)) => {} // known already
    }
}

/// The first answer shows a code. After an unknown one a dynamic code stays an orphan for ever; one that buyers had
/// before the answer is simply confirmed.
fn may_be_shown(payment: &Payment, attempt: &Attempt) -> bool {
    let is_awaited = match attempt.life {
        Life::Issuing(_) => true,
        Life::Payable { .. } => attempt.shown_at.is_some() && attempt.code.is_none(),
        _ => false,
    };
    is_awaited && matches!(payment.state.phase, Phase::Opening { .. })
}

/// The bank certainly has no such order. A late no is proof for an orphan too, unless its code is known.
fn not_issued(step: &mut Step, attempt: &Attempt, cause: String, refusal: Option<Refusal>) {
    let id = attempt.id;
    let next_attempt_at = if attempt.issue_call().is_some() {
        next_attempt_at(step, refusal.as_ref().map(|_| attempt.route), 1)
    } else if attempt.is_payable() && attempt.code.is_none() {
        step.now
    } else {
        return;
    };
    step.record(Fact::NotIssued { attempt: id, cause, refusal, next_attempt_at });
}

/// When the next attempt may start: at once, unless its bank has had `tries_at_once` tries already.
fn next_attempt_at(step: &Step, refusing: Option<usize>, tries_at_once: usize) -> Timestamp {
    let is_at = |route| move |attempt: &&Attempt| attempt.route == route;
    let tries = next_route(&step.payment, refusing)
        .map_or(0, |route| step.payment.state.attempts.iter().filter(is_at(route)).count());
    if tries >= tries_at_once { step.now.plus(PAUSE_BEFORE_THE_SAME_BANK) } else { step.now }
}
