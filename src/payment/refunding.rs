//! Money that goes back: one refund in flight per payment, never sent twice while its first sending may have worked.

use std::time::Duration;

use crate::step::Step;
use crate::{
    CallError, Credit, CreditRole, Effect, Fact, Money, OperationId, Origin, Payment, Refund, RefundAbility,
    RefundAnswer, RefundId, RefundOrder, RefundState, Refusal, RefusalKind, RejectCode, Rejection, Terms,
    Timestamp,
};

/// Most refunds that one payment can have; more is a loop, not a shop.
const REFUNDS_AT_MOST: usize = 500;
const DAY: Duration = Duration::from_hours(24);

/// Whether late money can go back by itself under these terms.
pub(crate) fn can_give_back(terms: &Terms) -> bool {
    terms.refund.ability != RefundAbility::None
}

/// A register or a person wants money back from the paying credit.
pub(crate) fn request(step: &mut Step, order: RefundOrder) -> Result<(), Rejection> {
    let Some((credit, paying)) = step.payment.paying_credit().map(|(index, credit)| (index, credit.clone()))
    else {
        return Err(reject(RejectCode::NotPaid, None, "the payment has not been paid".to_owned()));
    };
    let amount = amount_of(&step.payment, credit, &paying, order.amount)?;
    let terms = terms_of(&step.payment, credit);
    check_ability(&terms, &paying, amount)?;
    if step.payment.state.refunds.iter().any(Refund::is_in_flight)
        || step.payment.state.refunds.len() >= REFUNDS_AT_MOST
    {
        let reason = "another refund of this payment is under way: wait for its end".to_owned();
        return Err(reject(RejectCode::RefundInProgress, None, reason));
    }
    check_limit(step, &terms, credit, amount)?;
    accept(step, credit, amount, Some(order.operation), order.origin, order.reason, step.now);
    Ok(())
}

fn amount_of(
    payment: &Payment,
    credit: usize,
    paying: &Credit,
    asked: Option<Money>,
) -> Result<Money, Rejection> {
    let left = payment.left_of_minor(credit);
    let currency = paying.amount.currency();
    match asked {
        Some(amount) if amount.currency() != currency => {
            let reason = format!("the payment was made in {currency}");
            Err(reject(RejectCode::CurrencyNotSupported, Some("amount.currency"), reason))
        }
        Some(amount) if amount.minor() <= left => Ok(amount),
        Some(_) => Err(exceeds(left)),
        None => Money::try_new(left, currency).map_err(|_| exceeds(left)),
    }
}

fn exceeds(left: i64) -> Rejection {
    reject(
        RejectCode::RefundExceedsPaid,
        Some("amount.value"),
        format!("only {left} minor units of the payment are left"),
    )
}

fn check_ability(terms: &Terms, paying: &Credit, amount: Money) -> Result<(), Rejection> {
    match terms.refund.ability {
        RefundAbility::Part => Ok(()),
        RefundAbility::Whole if amount == paying.amount => Ok(()),
        RefundAbility::Whole => {
            let reason = "this bank gives back the whole payment only".to_owned();
            Err(reject(RejectCode::RefundNotSupported, Some("amount.value"), reason))
        }
        RefundAbility::None => {
            let reason = "this bank gives nothing back through its interface".to_owned();
            Err(reject(RejectCode::RefundNotSupported, None, reason))
        }
    }
}

fn check_limit(step: &Step, terms: &Terms, credit: usize, amount: Money) -> Result<(), Rejection> {
    let refused = refused_today(&step.payment, credit, amount, step.now);
    match next_try_at(&refused, terms) {
        Some(at) if at > step.now => {
            let reason = format!("the payment scheme allows another try of this refund at {at}");
            Err(reject(RejectCode::RefundLimit, None, reason))
        }
        _ => Ok(()),
    }
}

/// When tries of the same refund (same credit and amount) were refused within the last 24 hours, oldest first.
fn refused_today(payment: &Payment, credit: usize, amount: Money, now: Timestamp) -> Vec<Timestamp> {
    let same =
        payment.state.refunds.iter().filter(|refund| refund.credit == credit && refund.amount == amount);
    let refused_at = same.filter_map(|refund| match refund.state {
        RefundState::Failed { at, .. } => Some(at),
        _ => None,
    });
    refused_at.filter(|at| now.since(*at) < DAY).collect()
}

/// When the scheme allows another try after these; `None`: at once.
fn next_try_at(refused: &[Timestamp], terms: &Terms) -> Option<Timestamp> {
    let after_pause = refused.last()?.plus(terms.refund.retry_pause);
    let most = usize::try_from(terms.refund.tries_per_day.max(1)).unwrap_or(usize::MAX);
    let oldest_that_counts = refused.len().checked_sub(most).map(|index| refused[index].plus(DAY));
    Some(oldest_that_counts.map_or(after_pause, |free_at| free_at.max(after_pause)))
}

/// Gives a whole late credit back, by ourselves.
pub(crate) fn give_back(step: &mut Step, credit: usize) {
    let currency = step.payment.state.credits[credit].amount.currency();
    let Ok(amount) = Money::try_new(step.payment.left_of_minor(credit), currency) else { return };
    let refused = refused_today(&step.payment, credit, amount, step.now);
    let not_before = next_try_at(&refused, &terms_of(&step.payment, credit));
    let reason = Some("paid after the sale was over".to_owned());
    accept(step, credit, amount, None, Origin::Late, reason, not_before.unwrap_or(step.now).max(step.now));
}

fn accept(
    step: &mut Step,
    credit: usize,
    amount: Money,
    operation: Option<OperationId>,
    origin: Origin,
    reason: Option<String>,
    not_before: Timestamp,
) {
    let number = u16::try_from(step.payment.state.refunds.len() + 1).expect("refunds are at most 500");
    let id = step.payment.id.refund(number);
    let own_name = || OperationId::parse(&format!("auto-{id}")).expect("37 characters are a valid operation");
    let operation = operation.unwrap_or_else(own_name);
    let state = RefundState::Queued { not_before };
    let refund = Refund { id, operation, origin, credit, amount, reason, asked_at: step.now, state };
    step.record(Fact::RefundAccepted { refund });
}

/// Lapses offers that were not claimed in time, and sends the next refund if none is under way at the bank.
pub(crate) fn advance(step: &mut Step) {
    lapse_offers(step);
    let is_busy = |refund: &Refund| {
        matches!(
            refund.state,
            RefundState::Sending(_) | RefundState::Unknown { .. } | RefundState::Pending { .. }
        )
    };
    if step.payment.state.refunds.iter().any(is_busy) {
        return;
    }
    let is_due = |refund: &&Refund| matches!(refund.state, RefundState::Queued { not_before } if not_before <= step.now);
    let Some(refund) = step.payment.state.refunds.iter().find(is_due).cloned() else { return };
    let call = step.call(&terms_of(&step.payment, refund.credit));
    step.record(Fact::RefundOrdered { refund: refund.id, call });
    step.order(Effect::Refund(refund.id));
}

fn lapse_offers(step: &mut Step) {
    for index in 0..step.payment.state.credits.len() {
        if let CreditRole::Offered { claim_until } = step.payment.state.credits[index].role
            && step.now >= claim_until
        {
            hand_back(step, index, None);
        }
    }
}

/// Gives a credit back by itself where the bank can, else leaves it to people.
pub(crate) fn hand_back(step: &mut Step, credit: usize, by: Option<String>) {
    if can_give_back(&terms_of(&step.payment, credit)) {
        step.record(Fact::CreditAssigned { credit, role: CreditRole::Refunding, by });
        give_back(step, credit);
    } else {
        step.record(Fact::CreditAssigned { credit, role: CreditRole::Manual, by });
    }
}

/// Asks for the state of refunds that may be under way at the bank.
pub(crate) fn ask(step: &mut Step) {
    for refund in step.payment.state.refunds.clone() {
        if matches!(refund.state, RefundState::Unknown { .. } | RefundState::Pending { .. }) {
            step.order(Effect::AskRefund(refund.id));
        }
    }
}

/// The bank answered a refund, or did not. A late answer is taken as what it is: the truth.
pub(crate) fn answered(step: &mut Step, id: RefundId, answer: Result<RefundAnswer, CallError>) {
    let Some(refund) = step.payment.refund(id).cloned() else { return };
    let is_calling = matches!(refund.state, RefundState::Sending(_));
    match answer {
        Ok(answer) => truth(step, &refund, answer),
        Err(_) if !is_calling => {}
        Err(CallError::NotSent(cause)) => {
            let pause = terms_of(&step.payment, refund.credit).poll.pause_at(step.now.since(refund.asked_at));
            step.record(Fact::RefundNotSent { refund: id, cause, not_before: step.now.plus(pause) });
        }
        Err(CallError::Unknown(cause)) => {
            step.record(Fact::RefundUnknown { refund: id, cause });
            if terms_of(&step.payment, refund.credit).refund.lookup_by_key {
                step.order(Effect::AskRefund(id));
            } else {
                park(step, id, "it may have worked, and this bank can't be asked for it");
            }
        }
        Err(CallError::Refused(refusal)) => fail(step, &refund, refusal),
    }
}

fn truth(step: &mut Step, refund: &Refund, answer: RefundAnswer) {
    let id = refund.id;
    if refund.is_final() {
        return;
    }
    match answer {
        RefundAnswer::Pending if matches!(refund.state, RefundState::Pending { .. }) => {}
        RefundAnswer::Pending => {
            step.record(Fact::RefundPending { refund: id });
            if !terms_of(&step.payment, refund.credit).refund.lookup_by_key {
                park(step, id, "the bank works on it and can't be asked for it");
            }
        }
        RefundAnswer::Completed { transaction } => {
            step.record(Fact::RefundCompleted { refund: id, transaction });
        }
        RefundAnswer::Declined(refusal) => fail(step, refund, refusal),
        RefundAnswer::NotFound if matches!(refund.state, RefundState::Sending(_)) => {
            step.record(Fact::RefundUnknown {
                refund: id,
                cause: "the bank answered that it does not know it".to_owned(),
            });
        }
        RefundAnswer::NotFound => {}
    }
}

/// The bank told the state of a refund. *Not found* twice, the second time a call's time-out later, is an answer.
pub(crate) fn looked_up(step: &mut Step, id: RefundId, asked_at: Timestamp, answer: RefundAnswer) {
    let Some(refund) = step.payment.refund(id).cloned() else { return };
    if answer != RefundAnswer::NotFound {
        return truth(step, &refund, answer);
    }
    let terms = terms_of(&step.payment, refund.credit);
    match refund.state {
        RefundState::Pending { .. } | RefundState::Unknown { not_found_at: None, .. } => {
            step.record(Fact::RefundNotFound { refund: id });
        }
        RefundState::Unknown { not_found_at: Some(first), .. }
            if asked_at >= first.plus(terms.call_timeout) =>
        {
            if terms.refund.keys_idempotent {
                let cause = "the bank does not know it, asked twice: sent again with the same key".to_owned();
                step.record(Fact::RefundNotSent { refund: id, cause, not_before: step.now });
            } else {
                park(step, id, "the bank does not know it, and sending its key again is not safe there");
            }
        }
        _ => {}
    }
}

fn park(step: &mut Step, id: RefundId, reason: &str) {
    step.record(Fact::RefundParked { refund: id, reason: reason.to_owned() });
}

fn fail(step: &mut Step, refund: &Refund, refusal: Refusal) {
    let makes_sense = !matches!(refusal.kind, RefusalKind::AmountOutOfRange | RefusalKind::Settings);
    let mut refused = refused_today(&step.payment, refund.credit, refund.amount, step.now);
    refused.push(step.now);
    let terms = terms_of(&step.payment, refund.credit);
    let retry_at = next_try_at(&refused, &terms).filter(|_| makes_sense);
    step.record(Fact::RefundFailed { refund: refund.id, refusal, retry_at });
    if refund.origin == Origin::Late {
        try_late_money_again(step, refund, makes_sense);
    }
}

/// Late money that was refused is tried again as a new refund, within the scheme's limits, for about a week.
fn try_late_money_again(step: &mut Step, refund: &Refund, makes_sense: bool) {
    let tries = step.payment.state.refunds.iter().filter(|other| other.credit == refund.credit).count();
    let most = terms_of(&step.payment, refund.credit).refund.tries_per_day as usize * 7;
    if makes_sense && tries < most.min(REFUNDS_AT_MOST) {
        give_back(step, refund.credit);
    } else {
        step.record(Fact::CreditAssigned { credit: refund.credit, role: CreditRole::Manual, by: None });
    }
}

/// The terms of the way that a credit came.
pub(crate) fn terms_of(payment: &Payment, credit: usize) -> Terms {
    let attempt = payment.state.credits.get(credit).and_then(|credit| payment.attempt(credit.attempt));
    let route = attempt.map_or(0, |attempt| attempt.route);
    payment.checkout.routes[route].terms.clone()
}

fn reject(code: RejectCode, field: Option<&'static str>, reason: String) -> Rejection {
    Rejection { code, field, reason }
}
