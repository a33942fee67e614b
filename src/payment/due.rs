//! When a payment must be looked at again (P6).

use std::time::Duration;

use crate::watching::{can_be_asked, waited_out_at};
use crate::{
    Annulment, Attempt, Call, CreditRole, Life, Payment, Phase, Refund, RefundState, Timestamp, refunding,
};

/// A review wakes its people daily.
const REVIEW_EVERY: Duration = Duration::from_hours(24);
/// How long after everything is done the outbox is looked at for the last time, and again until it is empty.
const SETTLE_AFTER: Duration = Duration::from_mins(1);
/// How long after its deadline a call is given up by the wake, if the caller itself did not tell.
const CALL_GRACE: Duration = Duration::from_secs(2);

/// When a call counts as lost even if nobody tells so.
pub(crate) fn given_up_at(call: Call) -> Timestamp {
    call.deadline.plus(CALL_GRACE)
}

/// The earliest thing still due; `None` only when settled.
pub(crate) fn wake_at(payment: &Payment, now: Timestamp) -> Option<Timestamp> {
    if payment.state.settled {
        return None;
    }
    let calls = payment.calls().map(given_up_at);
    let attempts =
        payment.state.attempts.iter().flat_map(|attempt| attempt_due(payment, attempt, now)).flatten();
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
        Phase::Opening { next_attempt_at, give_up_at } => {
            let waits_for_a_call =
                payment.state.attempts.iter().any(|attempt| matches!(attempt.life, Life::Issuing(_)));
            Some(if waits_for_a_call { give_up_at } else { next_attempt_at.max(now).min(give_up_at) })
        }
        Phase::Showing => payment.shown_attempt().map(|attempt| attempt.expires_at),
        Phase::Closing { tell_by, .. } => Some(tell_by),
        Phase::Review { .. } => Some(now.plus(REVIEW_EVERY)),
        Phase::Paid { .. } | Phase::Ended(_) => None,
    }
}

fn attempt_due(payment: &Payment, attempt: &Attempt, now: Timestamp) -> [Option<Timestamp>; 3] {
    let terms = payment.terms_of(attempt);
    if !attempt.is_watched() {
        return [None; 3];
    }
    if !can_be_asked(payment, attempt) {
        return [Some(waited_out_at(payment, attempt)), None, None];
    }
    let is_live = payment.is_open() && attempt.shown_at.is_some() && attempt.is_payable();
    let plan = if is_live { terms.poll.clone() } else { terms.poll.for_the_dead() };
    let age_from = match payment.state.phase {
        Phase::Closing { since, .. } if is_live => since,
        _ => attempt.watched_since(),
    };
    let poll = now.plus(plan.pause_at(now.since(age_from)));
    let certain_from = attempt.expires_at.plus(terms.clock_margin);
    let certainty = (attempt.is_payable() && certain_from > now).then_some(certain_from);
    let annulment = match attempt.annulment {
        Annulment::Due { at } => Some(at.max(now)),
        _ => None,
    };
    [Some(poll), certainty, annulment]
}

fn refund_due(payment: &Payment, refund: &Refund, now: Timestamp) -> Option<Timestamp> {
    let plan = refunding::terms_of(payment, refund.credit).poll;
    match refund.state {
        RefundState::Queued { not_before } => {
            let waits_for_another =
                payment.state.refunds.iter().any(|other| other.id != refund.id && other.is_in_flight());
            Some(if waits_for_another {
                not_before.max(now.plus(plan.pause_at(Duration::ZERO)))
            } else {
                not_before.max(now)
            })
        }
        RefundState::Unknown { since, .. } | RefundState::Pending { since } => {
            Some(now.plus(plan.pause_at(now.since(since))))
        }
        RefundState::Parked { .. } => Some(now.plus(REVIEW_EVERY)),
        RefundState::Sending(_) | RefundState::Completed { .. } | RefundState::Failed { .. } => None,
    }
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
