//! From the checkout to a shown code: attempts, failover before showing, orphans of unknown creates.

use std::time::Duration;

use crate::step::Step;
use crate::{
    Annulment, Attempt, AttemptId, CallError, Code, Effect, EndCode, EndWord, Fact, LastTry, Life, Payment,
    Phase, Refusal, RefusalKind, Wish, closing,
};

/// No payment needs more orders than this; a bank that leaves so many unknown is not worth another.
const ATTEMPTS_AT_MOST: usize = 20;

/// The pause before all routes are tried once more.
const PAUSE_BETWEEN_ROUNDS: Duration = Duration::from_secs(1);

/// Starts an attempt, or gives up, if the payment waits for a code.
pub(crate) fn advance(step: &mut Step) {
    let Phase::Opening { next_attempt_at, give_up_at } = step.payment.state.phase else { return };
    if step.now >= give_up_at {
        return give_up(step, EndCode::BankUnavailable, "no bank gave a code in time".to_owned());
    }
    if is_waiting(&step.payment) || step.now < next_attempt_at {
        return;
    }
    match next_route(&step.payment) {
        Some(route) => start_attempt(step, route),
        None => give_up_by_refusal(step),
    }
}

/// An attempt is being issued, or a code that buyers may have is not certainly dead: nothing new may start (P1).
fn is_waiting(payment: &Payment) -> bool {
    payment.state.attempts.iter().any(|attempt| {
        matches!(attempt.life, Life::Issuing(_)) || (attempt.shown_at.is_some() && attempt.is_payable())
    })
}

/// The route after the last one tried, in a circle, that has not refused.
fn next_route(payment: &Payment) -> Option<usize> {
    let attempts = &payment.state.attempts;
    if attempts.len() >= ATTEMPTS_AT_MOST {
        return None;
    }
    let routes = payment.checkout.routes.len();
    let first = attempts.last().map_or(0, |last| last.route + 1);
    (0..routes).map(|offset| (first + offset) % routes).find(|route| !has_refused(payment, *route))
}

fn has_refused(payment: &Payment, route: usize) -> bool {
    let refused = |attempt: &Attempt| matches!(attempt.life, Life::NotIssued { refusal: Some(_) });
    payment.state.attempts.iter().any(|attempt| attempt.route == route && refused(attempt))
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

fn give_up_by_refusal(step: &mut Step) {
    let refusal = step.payment.state.attempts.iter().rev().find_map(|attempt| match &attempt.life {
        Life::NotIssued { refusal } => refusal.clone(),
        _ => None,
    });
    match refusal {
        Some(refusal) => {
            let code = match refusal.kind {
                RefusalKind::AmountOutOfRange => EndCode::AmountOutOfRange,
                _ => EndCode::BankRefused,
            };
            give_up(step, code, refusal.to_string());
        }
        None => give_up(step, EndCode::BankUnavailable, "every try at every bank stayed unknown".to_owned()),
    }
}

/// Nothing was shown: the end is certain at once. Something may have been shown: its death comes first.
fn give_up(step: &mut Step, code: EndCode, reason: String) {
    if step.payment.state.attempts.iter().any(closing::may_be_paid_by_the_buyer) {
        closing::begin(step, Wish::GiveUp, Some(reason));
    } else {
        closing::end(step, EndWord::Failed, code, reason);
    }
}

/// The bank answered a request for a code, or did not. Late answers are taken too.
pub(crate) fn issued(step: &mut Step, id: AttemptId, answer: Result<Code, CallError>) {
    let Some(attempt) = step.attempt(id) else { return };
    let is_calling = matches!(attempt.life, Life::Issuing(_));
    match answer {
        Ok(code) if is_calling && matches!(step.payment.state.phase, Phase::Opening { .. }) => {
            step.record(Fact::CodeShown { attempt: id, code });
        }
        Ok(code) if attempt.code.is_none() => step.record(Fact::CodeKeptAside { attempt: id, code }),
        Err(CallError::Unknown(cause)) if is_calling => {
            let next_attempt_at = step.now;
            step.record(Fact::IssueUnknown { attempt: id, cause, next_attempt_at });
        }
        Err(CallError::NotSent(cause)) if is_calling => not_issued(step, &attempt, cause, None),
        Err(CallError::Refused(refusal)) if is_calling => {
            not_issued(step, &attempt, refusal.to_string(), Some(refusal));
        }
        Ok(_) | Err(_) => {}
    }
}

fn not_issued(step: &mut Step, attempt: &Attempt, cause: String, refusal: Option<Refusal>) {
    let routes = step.payment.checkout.routes.len();
    let ends_a_round = step.payment.state.attempts.len().is_multiple_of(routes);
    let pause = if refusal.is_none() && ends_a_round { PAUSE_BETWEEN_ROUNDS } else { Duration::ZERO };
    let next_attempt_at = step.now.plus(pause);
    step.record(Fact::NotIssued { attempt: attempt.id, cause, refusal, next_attempt_at });
}
