//! Money that banks report: what is believed of it, and what it is to its payment (design.md §4 "Credits").

use crate::step::Step;
use crate::{
    Attempt, AttemptId, Credit, CreditRole, DeathCause, Fact, LateMoney, Life, PaidNotice, Payment, Phase,
    RejectCode, Rejection, Timestamp, refunding, watching, withdrawing,
};

/// The code of a review: the bank reports money that it has reported for another order.
const TRANSACTION_MISMATCH: &str = "transaction_mismatch";

/// The bank says that money has arrived on an order. Believed only with its transaction; without it we ask again.
pub(crate) fn paid(
    step: &mut Step,
    attempt: &Attempt,
    asked_at: Timestamp,
    order: Option<&str>,
    notice: PaidNotice,
) {
    let is_ours = order == Some(attempt.id.to_string().as_str());
    if !is_ours && (attempt.shown_at.is_none() || (order.is_some() && notice.transaction.is_none())) {
        return; // what names another order can neither pay nor be an orphan's money
    }
    if notice.transaction.is_none() {
        return watching::in_progress(step, attempt);
    }
    let amount_matches = notice.amount.is_none_or(|amount| amount == step.payment.checkout.amount);
    let proven = is_ours && amount_matches;
    match known(&step.payment, attempt, &notice) {
        Some(credit) if step.payment.state.credits[credit].taken => {
            return taken(step, attempt.id, asked_at, notice); // it says nothing of our own code's money
        }
        Some(credit) => confirm(step, credit, attempt, proven),
        None => find(step, attempt, is_ours, proven, notice),
    }
    if is_ours {
        after_money(step, attempt, asked_at);
    }
}

/// A notification with a valid signature told of money that no status shows: a person looks, nothing goes back unasked.
pub(crate) fn notified(step: &mut Step, id: AttemptId, notice: PaidNotice) {
    let Some(attempt) = step.attempt(id) else { return };
    if known(&step.payment, &attempt, &notice).is_none() {
        record(step, &attempt, Belief::Unproven, CreditRole::Manual, notice);
    }
}

/// The bank reports money for our order that another payment has: the bank is in error, or was when it spoke of the
/// other. A person looks. The code is not held for paid: it is withdrawn and watched until its life has been waited out.
pub(crate) fn taken(step: &mut Step, id: AttemptId, asked_at: Timestamp, notice: PaidNotice) {
    let Some(attempt) = step.attempt(id) else { return };
    let is_shown = attempt.shown_at.is_some();
    if is_shown && step.payment.is_open() {
        review(
            step,
            TRANSACTION_MISMATCH,
            "the bank reports money that belongs to another payment".to_owned(),
        );
    }
    match known(&step.payment, &attempt, &notice) {
        Some(credit) if !step.payment.state.credits[credit].taken => {
            step.record(Fact::CreditTaken { credit });
        }
        Some(_) => {}
        None => {
            let is_held = is_shown && matches!(step.payment.state.phase, Phase::Review { .. });
            let role = if is_held { CreditRole::Held } else { CreditRole::Manual };
            record(step, &attempt, Belief::Taken, role, notice);
        }
    }
    if !step.payment.checkout.kind.takes_one_payment() {
        return watching::unpaid(step, &attempt, asked_at); // its life need not be over with its time
    }
    if asked_at < watching::waited_out_at(&step.payment, &attempt) {
        return;
    }
    match attempt.life {
        Life::Payable { .. } => withdrawing::die(step, id, DeathCause::Paid),
        Life::Dead { .. } => step.record(Fact::WatchEnded { attempt: id }),
        _ => {}
    }
}

/// A credit is unique by authorization server and bank transaction.
fn known(payment: &Payment, attempt: &Attempt, notice: &PaidNotice) -> Option<usize> {
    let server = &payment.route_of(attempt).server;
    let is_it = |credit: &Credit| {
        credit.server == *server && notice.transaction.as_ref() == Some(&credit.transaction)
    };
    payment.state.credits.iter().position(is_it)
}

fn find(step: &mut Step, attempt: &Attempt, is_ours: bool, proven: bool, notice: PaidNotice) {
    let is_sole = step.payment.state.credits.is_empty();
    let role = role_of(step, attempt, proven, is_sole);
    if role == CreditRole::Held && step.payment.is_open() {
        let amount = notice.amount.unwrap_or(step.payment.checkout.amount);
        if is_ours {
            let asked = step.payment.checkout.amount;
            review(step, "amount_mismatch", format!("the bank reports {amount} for an order over {asked}"));
        } else {
            review(step, "order_mismatch", "the bank's answer names another order than ours".to_owned());
        }
    }
    record(step, attempt, if proven { Belief::Proven } else { Belief::Unproven }, role, notice);
    if role == CreditRole::Refunding {
        refunding::give_back(step, step.payment.state.credits.len() - 1);
    }
}

/// What is believed of money when it is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Belief {
    Proven,
    Unproven,
    Taken,
}

fn record(step: &mut Step, attempt: &Attempt, belief: Belief, role: CreditRole, notice: PaidNotice) {
    let Some(transaction) = notice.transaction else { return };
    let credit = Credit {
        server: step.payment.route_of(attempt).server.clone(),
        transaction,
        attempt: attempt.id,
        amount: notice.amount.unwrap_or(step.payment.checkout.amount),
        found_at: step.now,
        paid_at: notice.paid_at,
        payer: notice.payer,
        instrument: notice.instrument,
        proven: belief == Belief::Proven,
        taken: belief == Belief::Taken,
        role,
    };
    step.record(Fact::CreditFound { credit });
}

/// Status reports money that is known already, and is not another payment's. If it was not proven before, it may be now; left to people for that
/// reason, it becomes what it would have been at once.
fn confirm(step: &mut Step, credit: usize, attempt: &Attempt, proven: bool) {
    let found = &step.payment.state.credits[credit];
    let is_proof = proven && found.attempt == attempt.id && found.amount == step.payment.checkout.amount;
    if found.proven || !is_proof {
        return;
    }
    let was_left_to_people = found.role == CreditRole::Manual;
    step.record(Fact::CreditProven { credit });
    if !was_left_to_people {
        return;
    }
    let is_sole = step.payment.state.credits.len() == 1;
    let role = role_of(step, attempt, true, is_sole);
    if role != CreditRole::Manual {
        step.record(Fact::CreditAssigned { credit, role, by: None });
    }
    if role == CreditRole::Refunding {
        refunding::give_back(step, credit);
    }
}

/// What a credit is to its payment, by the order of commits.
fn role_of(step: &Step, attempt: &Attempt, proven: bool, is_sole: bool) -> CreditRole {
    let is_shown = attempt.shown_at.is_some();
    match &step.payment.state.phase {
        _ if step.payment.is_open() && is_shown && proven => CreditRole::Pays,
        _ if step.payment.is_open() && is_shown => CreditRole::Held,
        Phase::Review { .. } if is_shown => CreditRole::Held,
        _ if !proven => CreditRole::Manual,
        Phase::Ended(_) if is_shown && is_sole => match step.payment.checkout.late_money {
            LateMoney::Offer { claim_within } => {
                CreditRole::Offered { claim_until: step.now.plus(claim_within) }
            }
            LateMoney::Refund => late_role(&step.payment, attempt),
        },
        _ => late_role(&step.payment, attempt),
    }
}

fn late_role(payment: &Payment, attempt: &Attempt) -> CreditRole {
    if refunding::can_give_back(payment, payment.terms_of(attempt)) {
        CreditRole::Refunding
    } else {
        CreditRole::Manual
    }
}

/// A code that takes one payment is dead now. One that takes several goes on, and no other money is under way.
fn after_money(step: &mut Step, attempt: &Attempt, asked_at: Timestamp) {
    if step.payment.is_open() && attempt.shown_at.is_some() {
        let reason = "the bank reports money for our order that it has reported for another one".to_owned();
        review(step, TRANSACTION_MISMATCH, reason);
    }
    if !step.payment.checkout.kind.takes_one_payment() {
        watching::unpaid(step, attempt, asked_at);
    } else if !matches!(attempt.life, Life::Closed { .. }) {
        withdrawing::die(step, attempt.id, DeathCause::Paid);
    }
}

fn review(step: &mut Step, code: &str, reason: String) {
    step.record(Fact::ReviewBegan { code: code.to_owned(), reason });
}

/// The register takes the late money that it was offered. A repeated claim changes nothing.
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
