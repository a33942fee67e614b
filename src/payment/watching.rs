//! Status is the truth: what it says of orders and of money.

use crate::step::Step;
use crate::{
    Annulment, Attempt, AttemptId, CodeKind, Credit, CreditRole, DeathCause, Effect, Fact, LastTry,
    LateMoney, Life, OrderState, PaidNotice, Payment, Phase, RejectCode, Rejection, StatusAnswer, Timestamp,
    closing, refunding,
};

/// Asks for the state of everything that is watched and can be asked.
pub(crate) fn ask(step: &mut Step) {
    for attempt in step.payment.state.attempts.clone() {
        if attempt.is_watched() && can_be_asked(&step.payment, &attempt) {
            step.order(Effect::AskStatus(attempt.id));
        }
    }
}

pub(crate) fn can_be_asked(payment: &Payment, attempt: &Attempt) -> bool {
    attempt.code.is_some() || payment.terms_of(attempt).status_by_order
}

/// Lets go of what can't be asked: an orphan whose life, and the time for money under way, has been waited out.
pub(crate) fn advance(step: &mut Step) {
    for attempt in step.payment.state.attempts.clone() {
        if can_be_asked(&step.payment, &attempt) {
            continue;
        }
        if attempt.is_payable() && step.now >= waited_out_at(&step.payment, &attempt) {
            closing::die(step, &attempt, DeathCause::WaitedOut);
        }
    }
}

/// When an orphan that can't be asked has been waited out.
pub(crate) fn waited_out_at(payment: &Payment, attempt: &Attempt) -> Timestamp {
    let terms = payment.terms_of(attempt);
    attempt.expires_at.plus(terms.clock_margin).plus(terms.dead_after)
}

/// A bank told the state of an order.
pub(crate) fn status(step: &mut Step, id: AttemptId, asked_at: Timestamp, answer: StatusAnswer) {
    let Some(attempt) = step.attempt(id).filter(Attempt::is_watched) else { return };
    let names_our_order = answer.order.as_deref() == Some(id.to_string().as_str());
    match answer.state {
        OrderState::Paid(notice) => paid(step, &attempt, names_our_order, notice),
        _ if !names_our_order && answer.order.is_some() => {} // speaks of another order: nothing is learned
        OrderState::InProgress => in_progress(step, &attempt),
        OrderState::Declined { reason, terminal } => declined(step, &attempt, asked_at, reason, terminal),
        OrderState::Annulled => dead_by_status(step, &attempt, asked_at, DeathCause::Annulled),
        OrderState::Expired => dead_by_status(step, &attempt, asked_at, DeathCause::Expired),
        OrderState::Unpaid | OrderState::NotFound => {
            if attempt.last_try == LastTry::InProgress {
                step.record(Fact::ProcessingGone { attempt: id });
            }
            unpaid(step, &attempt, asked_at);
        }
    }
}

fn in_progress(step: &mut Step, attempt: &Attempt) {
    if attempt.is_payable() && attempt.last_try != LastTry::InProgress {
        step.record(Fact::ProcessingSeen { attempt: attempt.id });
    }
}

fn declined(step: &mut Step, attempt: &Attempt, asked_at: Timestamp, reason: Option<String>, terminal: bool) {
    if terminal && attempt.is_payable() {
        return closing::die(step, attempt, DeathCause::Declined);
    }
    if attempt.is_payable() && attempt.last_try != LastTry::Declined {
        step.record(Fact::TryDeclined { attempt: attempt.id, reason });
    }
    unpaid(step, attempt, asked_at);
}

fn dead_by_status(step: &mut Step, attempt: &Attempt, asked_at: Timestamp, cause: DeathCause) {
    if attempt.is_payable() {
        closing::die(step, attempt, cause);
    } else {
        end_watch(step, attempt, asked_at);
    }
}

/// Unpaid and not in progress: the moment for certainty, for another withdrawal, or for the end of the watch.
fn unpaid(step: &mut Step, attempt: &Attempt, asked_at: Timestamp) {
    let terms = step.terms_of(attempt);
    let bank_ends_it = attempt.code.as_ref().is_none_or(|code| code.expires_at.is_some());
    if !attempt.is_payable() {
        end_watch(step, attempt, asked_at);
    } else if bank_ends_it && asked_at >= attempt.expires_at.plus(terms.clock_margin) {
        closing::die(step, attempt, DeathCause::Expired);
    } else if let Annulment::AfterStatus { not_before } = attempt.annulment {
        if step.now >= not_before {
            step.record(Fact::AnnulmentWanted { attempt: attempt.id });
        }
    } else if let Phase::Closing { wish, .. } = step.payment.state.phase {
        let is_before_expiry = asked_at < attempt.expires_at;
        if !terms.annul && attempt.shown_at.is_some() && is_before_expiry {
            closing::end_by_wish(step, wish); // this bank can't withdraw: told at once, uncertain
        }
    }
}

fn end_watch(step: &mut Step, attempt: &Attempt, asked_at: Timestamp) {
    if let Life::Dead { watch_until, .. } = attempt.life
        && asked_at >= watch_until
    {
        step.record(Fact::WatchEnded { attempt: attempt.id });
    }
}

/// The bank says that money has arrived. Believed only with its transaction; without it the bank is asked again.
fn paid(step: &mut Step, attempt: &Attempt, names_our_order: bool, notice: PaidNotice) {
    let Some(transaction) = notice.transaction.clone() else {
        return in_progress(step, attempt);
    };
    let server = step.payment.route_of(attempt).server.clone();
    let is_known = step
        .payment
        .state
        .credits
        .iter()
        .any(|known| known.server == server && known.transaction == transaction);
    if is_known {
        return;
    }
    let asked = step.payment.checkout.amount;
    let amount_matches = notice.amount.is_none_or(|amount| amount == asked);
    let proven = names_our_order && amount_matches;
    let role = role_of(&step.payment, attempt, proven);
    let credit = Credit {
        server,
        transaction,
        attempt: attempt.id,
        amount: notice.amount.unwrap_or(asked),
        found_at: step.now,
        paid_at: notice.paid_at,
        payer: notice.payer,
        instrument: notice.instrument,
        proven,
        role,
    };
    if role == CreditRole::Held && step.payment.is_open() {
        begin_review(step, &credit, names_our_order);
    }
    step.record(Fact::CreditFound { credit });
    let takes_one_payment = matches!(step.payment.checkout.kind, CodeKind::Dynamic | CodeKind::Buyer);
    if names_our_order && takes_one_payment {
        closing::die(step, attempt, DeathCause::Paid);
    }
    if role == CreditRole::Refunding {
        refunding::give_back(step, step.payment.state.credits.len() - 1);
    }
}

/// What a newly found credit is to its payment (design.md §4 "Credits"), by order of commits.
fn role_of(payment: &Payment, attempt: &Attempt, proven: bool) -> CreditRole {
    match &payment.state.phase {
        Phase::Review { .. } => CreditRole::Held,
        _ if !proven => {
            if payment.is_open() {
                CreditRole::Held
            } else {
                CreditRole::Manual
            }
        }
        Phase::Opening { .. } | Phase::Showing | Phase::Closing { .. } if attempt.shown_at.is_some() => {
            CreditRole::Pays
        }
        Phase::Ended(ending) => match payment.checkout.late_money {
            LateMoney::Offer { claim_within }
                if attempt.shown_at.is_some() && payment.state.credits.is_empty() =>
            {
                CreditRole::Offered { claim_until: ending.at.plus(claim_within) }
            }
            LateMoney::Offer { .. } | LateMoney::Refund => late_role(payment, attempt),
        },
        Phase::Opening { .. } | Phase::Showing | Phase::Closing { .. } | Phase::Paid { .. } => {
            late_role(payment, attempt)
        }
    }
}

fn late_role(payment: &Payment, attempt: &Attempt) -> CreditRole {
    if refunding::can_give_back(payment.terms_of(attempt)) {
        CreditRole::Refunding
    } else {
        CreditRole::Manual
    }
}

fn begin_review(step: &mut Step, credit: &Credit, names_our_order: bool) {
    let (code, reason) = if names_our_order {
        (
            "amount_mismatch",
            format!("the bank reports {} for an order over {}", credit.amount, step.payment.checkout.amount),
        )
    } else {
        ("order_mismatch", "the bank's answer names another order than ours".to_owned())
    };
    step.record(Fact::ReviewBegan { code: code.to_owned(), reason });
}

/// The register takes the late money that it was offered.
pub(crate) fn claim(step: &mut Step) -> Result<(), Rejection> {
    if matches!(step.payment.state.phase, Phase::Paid { .. }) {
        return Ok(());
    }
    let is_offered = |credit: &Credit| matches!(credit.role, CreditRole::Offered { claim_until } if step.now < claim_until);
    let Some(credit) = step.payment.state.credits.iter().position(is_offered) else {
        let reason = "there is no late money to claim, or the time to claim it is over".to_owned();
        return Err(Rejection { code: RejectCode::NothingToClaim, field: None, reason });
    };
    let by = Some(step.payment.checkout.register.to_string());
    step.record(Fact::CreditAssigned { credit, role: CreditRole::Pays, by });
    Ok(())
}
