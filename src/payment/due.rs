//! When a payment must be looked at again (P6).

use std::time::Duration;

use crate::watching::waited_out_at;
use crate::{
    Attempt, Call, CreditRole, Life, Payment, Phase, Refund, RefundState, Timestamp, Wait, opening, refunding,
};

/// A review, and a refund that was left to a person, wake people daily.
const REMIND_EVERY: Duration = Duration::from_hours(24);
/// How long after everything is done the outbox is looked at for the last time, and again until it is empty.
const SETTLE_AFTER: Duration = Duration::from_mins(1);
/// How often what a payment waits for is looked at, beside the news of it.
const RESOLVE_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How long after its deadline a call is given up by the wake, if the caller itself did not tell.
const CALL_GRACE: Duration = Duration::from_secs(2);

/// When a call counts as lost even if nobody tells so.
pub(crate) fn given_up_at(call: Call) -> Timestamp {
    call.deadline.plus(CALL_GRACE)
}

/// The earliest thing still due of a payment, as seen now; `None` only when settled.
pub fn wake_at(payment: &Payment, now: Timestamp) -> Option<Timestamp> {
    if payment.state.settled {
        return None;
    }
    let calls = payment.calls().map(given_up_at);
    let attempts = payment.state.attempts.iter().filter_map(|attempt| attempt_due(payment, attempt, now));
    let refunds = payment.state.refunds.iter().filter_map(|refund| refund_due(payment, refund, now));
    let offers = payment.state.credits.iter().filter_map(|credit| match credit.role {
        CreditRole::Offered { claim_until } => Some(claim_until),
        _ => None,
    });
    let earliest = calls.chain(attempts).chain(refunds).chain(offers).chain(phase_due(payment, now)).min();
    Some(earliest.unwrap_or_else(|| now.plus(SETTLE_AFTER)))
}

fn phase_due(payment: &Payment, now: Timestamp) -> Option<Timestamp> {
    match payment.state.phase {
        Phase::Waiting { what: Wait::Link { until }, .. } => {
            Some(now.plus(RESOLVE_AGAIN_AFTER).min(until.max(now)))
        }
        Phase::Waiting { what: Wait::Superseded, .. } => Some(now.plus(RESOLVE_AGAIN_AFTER)),
        Phase::Opening { give_up_at, .. } if opening::is_waiting(payment) => Some(give_up_at),
        Phase::Opening { next_attempt_at, give_up_at } => Some(next_attempt_at.max(now).min(give_up_at)),
        Phase::Showing => {
            let over_at = payment.shown_attempt().map(|attempt| attempt.expires_at);
            over_at.into_iter().chain(payment.outputs_due(now)).min()
        }
        Phase::Closing { tell_by, .. } => Some(tell_by),
        Phase::Review { .. } => Some(now.plus(REMIND_EVERY)),
        Phase::Paid { .. } | Phase::Ended(_) => None,
    }
}

/// The next status. A withdrawal has no time of its own: one that is wanted is ordered in the same decision, one under way
/// has its deadline, and one that is uncertain is tried again after a status.
fn attempt_due(payment: &Payment, attempt: &Attempt, now: Timestamp) -> Option<Timestamp> {
    if !attempt.is_watched() {
        None
    } else if payment.can_be_asked(attempt) {
        Some(next_status(payment, attempt, now))
    } else {
        Some(waited_out_at(payment, attempt))
    }
}

/// By the plan, but as soon as a status can be certain; the bank's floor holds for both.
fn next_status(payment: &Payment, attempt: &Attempt, now: Timestamp) -> Timestamp {
    let terms = payment.terms_of(attempt);
    let by_plan = now.plus(poll_pause(payment, attempt, now));
    let certain_from = attempt.expires_at.plus(terms.clock_margin);
    let is_too_close = by_plan.plus(terms.poll.floor()) > certain_from;
    if attempt.is_payable() && certain_from > now && is_too_close {
        certain_from.max(now.plus(terms.poll.floor()))
    } else {
        by_plan
    }
}

/// The pause before an attempt's next status: quick for a code that a buyer has before him, and again while it is being
/// closed; slow for what nobody should pay.
pub(crate) fn poll_pause(payment: &Payment, attempt: &Attempt, now: Timestamp) -> Duration {
    let plan = &payment.terms_of(attempt).poll;
    let is_live = payment.is_open() && attempt.shown_at.is_some() && attempt.is_payable();
    match payment.state.phase {
        Phase::Closing { since, .. } if is_live => plan.pause_at(now.since(since)),
        _ if is_live => plan.pause_at(now.since(attempt.watched_since())),
        _ => plan.for_the_dead().pause_at(now.since(attempt.watched_since())),
    }
}

fn refund_due(payment: &Payment, refund: &Refund, now: Timestamp) -> Option<Timestamp> {
    match refund.state {
        // Behind another refund at the bank it waits for that one's end, which is watched.
        RefundState::Queued { not_before } => (!refunding::is_busy(payment)).then(|| not_before.max(now)),
        RefundState::Unknown { .. } | RefundState::Pending { .. } => {
            Some(now.plus(refund_pause(payment, refund, now)))
        }
        RefundState::Parked { .. } => Some(now.plus(REMIND_EVERY)),
        RefundState::Sending(_) | RefundState::Completed { .. } | RefundState::Failed { .. } => None,
    }
}

/// The pause before a refund's state is asked, or a refund that was not sent is sent again.
pub(crate) fn refund_pause(payment: &Payment, refund: &Refund, now: Timestamp) -> Duration {
    let age_from = match refund.state {
        RefundState::Unknown { since, .. } | RefundState::Pending { since } => since,
        _ => refund.asked_at,
    };
    refunding::terms_of(payment, refund.credit).poll.for_refunds().pause_at(now.since(age_from))
}

/// Nothing is left to do but to deliver events: final for the till, nothing watched, refunds final, no offer open.
pub(crate) fn is_quiet(payment: &Payment) -> bool {
    let is_final = matches!(payment.state.phase, Phase::Paid { .. } | Phase::Ended(_));
    let attempts = &payment.state.attempts;
    let nothing_at_banks =
        attempts.iter().all(|attempt| matches!(attempt.life, Life::Closed { .. } | Life::NotIssued { .. }));
    let nothing_offered =
        !payment.state.credits.iter().any(|credit| matches!(credit.role, CreditRole::Offered { .. }));
    is_final && nothing_at_banks && nothing_offered && payment.state.refunds.iter().all(Refund::is_final)
}
