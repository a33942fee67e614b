//! Money that goes back: one refund in flight per payment, on request or by ourselves.

use crate::step::Step;
use crate::{
    BankTransaction, Credit, CreditRole, Effect, Fact, Money, OperationId, Origin, Payment, Refund,
    RefundAbility, RefundOrder, RefundState, RejectCode, Rejection, Terms, Timestamp, refund_limits,
};

/// More refunds than this of one payment are a loop, not a shop.
const REFUNDS_AT_MOST: usize = 600;
/// So many of them may be our own, of late money: enough is left for the register's.
const REFUNDS_BEFORE_PEOPLE: usize = 500;

/// A register or a person wants money back from the paying credit.
pub(crate) fn request(step: &mut Step, order: RefundOrder) -> Result<(), Rejection> {
    let payment = &step.payment;
    let (credit, money) = money_of(payment, order.transaction.as_ref())?;
    check_free(payment)?; // before the amount: what is under way may fail, and then there is more left
    let amount = amount_of(payment, credit, money, order.amount)?;
    check_ability(terms_of(payment, credit), money, amount)?;
    check_limit(step, credit, amount)?;
    check_second_person(payment, order.alone_up_to_minor, amount)?;
    if money.role == CreditRole::Manual {
        let by = Some(name_of(&order.origin));
        step.record(Fact::CreditAssigned { credit, role: CreditRole::Refunding, by });
    }
    accept(step, credit, amount, Some(order.operation), order.origin, order.reason, step.now);
    Ok(())
}

/// The money that goes back: that which pays, or what a person names of the money that is left to people.
fn money_of<'a>(
    payment: &'a Payment,
    transaction: Option<&BankTransaction>,
) -> Result<(usize, &'a Credit), Rejection> {
    let Some(transaction) = transaction else {
        let not_paid = || reject(RejectCode::NotPaid, None, "the payment has not been paid".to_owned());
        return payment.paying_credit().ok_or_else(not_paid);
    };
    let is_meant = |credit: &Credit| {
        let is_free = !credit.taken && !matches!(credit.role, CreditRole::Held | CreditRole::Offered { .. });
        credit.transaction == *transaction && is_free
    };
    let found = payment.state.credits.iter().enumerate().find(|(_, credit)| is_meant(credit));
    found.ok_or_else(|| {
        let reason = format!("the payment has no credit {transaction} that can be given back by hand");
        reject(RejectCode::Invalid, Some("transaction"), reason)
    })
}

fn name_of(origin: &Origin) -> String {
    match origin {
        Origin::Register { register, .. } => register.to_string(),
        Origin::Admin { who } => who.clone(),
        Origin::Late => "the service".to_owned(),
    }
}

fn amount_of(
    payment: &Payment,
    credit: usize,
    paying: &Credit,
    asked: Option<Money>,
) -> Result<Money, Rejection> {
    let left = payment.left_of_minor(credit);
    let currency = paying.amount.currency();
    let exceeds = || {
        let reason = format!("only {left} minor units of the payment are left");
        reject(RejectCode::RefundExceedsPaid, Some("amount.value"), reason)
    };
    match asked {
        Some(amount) if amount.currency() != currency => {
            let reason = format!("the payment was made in {currency}");
            Err(reject(RejectCode::CurrencyNotSupported, Some("amount.currency"), reason))
        }
        Some(amount) if amount.minor() <= left => Ok(amount),
        Some(_) => Err(exceeds()),
        None => Money::try_new(left, currency).map_err(|_| exceeds()),
    }
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

/// One refund in flight per payment. Late money that only waits for its next try is not in anybody's way.
fn check_free(payment: &Payment) -> Result<(), Rejection> {
    let refunds = &payment.state.refunds;
    let is_in_the_way = |refund: &Refund| match refund.state {
        RefundState::Queued { .. } => refund.origin != Origin::Late,
        _ => refund.is_in_flight(),
    };
    if refunds.iter().any(is_in_the_way) {
        let reason = "another refund of this payment is under way: wait for its end".to_owned();
        return Err(reject(RejectCode::RefundInProgress, None, reason));
    }
    if refunds.len() >= REFUNDS_AT_MOST {
        let reason = format!("a payment has at most {REFUNDS_AT_MOST} refunds");
        return Err(reject(RejectCode::RefundLimit, None, reason));
    }
    Ok(())
}

fn check_limit(step: &Step, credit: usize, amount: Money) -> Result<(), Rejection> {
    let terms = &terms_of(&step.payment, credit).refund;
    match refund_limits::next_try_at(&step.payment, credit, amount, terms) {
        Some(at) if at > step.now => {
            let reason = format!("the payment scheme allows another try of this refund at {at}");
            Err(reject(RejectCode::RefundLimit, None, reason))
        }
        _ => Ok(()),
    }
}

/// Decided with the refund itself: what others have given back since somebody looked counts too.
fn check_second_person(payment: &Payment, up_to_minor: Option<i64>, amount: Money) -> Result<(), Rejection> {
    let in_all = payment.returned_by_people_minor().saturating_add(amount.minor());
    if up_to_minor.is_some_and(|most| in_all > most) {
        let reason = "with what people gave back already, this refund needs a second person".to_owned();
        return Err(reject(RejectCode::Forbidden, Some("amount.value"), reason));
    }
    Ok(())
}

/// Whether late money can go back by itself: the bank can do it, and it has not got out of hand.
pub(crate) fn can_give_back(payment: &Payment, terms: &Terms) -> bool {
    terms.refund.ability != RefundAbility::None && payment.state.refunds.len() < REFUNDS_BEFORE_PEOPLE
}

/// Gives all that is left of a late credit back, by ourselves, as soon as the scheme allows.
pub(crate) fn give_back(step: &mut Step, credit: usize) {
    let currency = step.payment.state.credits[credit].amount.currency();
    let Ok(amount) = Money::try_new(step.payment.left_of_minor(credit), currency) else { return };
    let terms = &terms_of(&step.payment, credit).refund;
    let allowed_at = refund_limits::next_try_at(&step.payment, credit, amount, terms);
    let not_before = allowed_at.unwrap_or(step.now).max(step.now);
    let reason = Some("paid after the sale was over".to_owned());
    accept(step, credit, amount, None, Origin::Late, reason, not_before);
}

/// Gives a credit back by itself where that can be done, else leaves it to people.
pub(crate) fn hand_back(step: &mut Step, credit: usize, by: Option<String>) {
    if can_give_back(&step.payment, terms_of(&step.payment, credit)) {
        step.record(Fact::CreditAssigned { credit, role: CreditRole::Refunding, by });
        give_back(step, credit);
    } else {
        step.record(Fact::CreditAssigned { credit, role: CreditRole::Manual, by });
    }
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
    let number = u16::try_from(step.payment.state.refunds.len() + 1).expect("refunds are at most 600");
    let id = step.payment.id.refund(number);
    let own_name = || OperationId::parse(&format!("auto-{id}")).expect("37 characters are a valid operation");
    let operation = operation.unwrap_or_else(own_name);
    let state = RefundState::Queued { not_before };
    let refund =
        Refund { id, operation, origin, credit, amount, reason, asked_at: step.now, state, fiscal: None };
    step.record(Fact::RefundAccepted { refund });
}

/// Lapses offers that were not claimed in time, and sends the next refund if none is under way at the bank.
pub(crate) fn advance(step: &mut Step) {
    lapse_offers(step);
    if is_busy(&step.payment) {
        return;
    }
    let is_due = |refund: &&Refund| matches!(refund.state, RefundState::Queued { not_before } if not_before <= step.now);
    let Some((id, credit)) =
        step.payment.state.refunds.iter().find(is_due).map(|refund| (refund.id, refund.credit))
    else {
        return;
    };
    let call = step.call(terms_of(&step.payment, credit));
    step.record(Fact::RefundOrdered { refund: id, call });
    step.order(Effect::Refund(id));
}

/// A refund of this payment is, or may be, under way at the bank.
pub(crate) fn is_busy(payment: &Payment) -> bool {
    let is_waiting = |refund: &Refund| matches!(refund.state, RefundState::Queued { .. });
    payment.state.refunds.iter().any(|refund| refund.is_in_flight() && !is_waiting(refund))
}

fn lapse_offers(step: &mut Step) {
    for credit in 0..step.payment.state.credits.len() {
        if let CreditRole::Offered { claim_until } = step.payment.state.credits[credit].role
            && step.now >= claim_until
        {
            hand_back(step, credit, None);
        }
    }
}

/// Asks for the state of refunds that may be under way at the bank.
pub(crate) fn ask(step: &mut Step) {
    for id in step.unfinished_refund_ids() {
        let Some(refund) = step.payment.refund(id) else { continue };
        if matches!(refund.state, RefundState::Unknown { .. } | RefundState::Pending { .. }) {
            step.order(Effect::AskRefund(id));
        }
    }
}

/// The terms of the way that a credit came.
pub(crate) fn terms_of(payment: &Payment, credit: usize) -> &Terms {
    let attempt = payment.state.credits.get(credit).and_then(|credit| payment.attempt(credit.attempt));
    let route = attempt.map_or(0, |attempt| attempt.route);
    &payment.checkout.routes[route].terms
}

fn reject(code: RejectCode, field: Option<&'static str>, reason: String) -> Rejection {
    Rejection { code, field, reason }
}
