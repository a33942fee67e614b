//! What can be done with a payment now, and why the rest can't: nothing is offered that would be refused.

use engine::ports::Destination;
use engine::settings::{EventsBy, Settings};
use payment::{
    Attempt, CreditRole, Money, Origin, Payment, Phase, Refund, RefundAbility, RefundState, Status,
};
use store::PaymentRecord;

/// The key of the words that say why not.
pub(super) type WhyNot = &'static str;

/// Money that can go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Returnable {
    /// The credit, as an index.
    pub(super) credit: usize,
    /// At most so much.
    pub(super) most: Money,
    /// Whether a part of it can.
    pub(super) in_parts: bool,
}

/// Whether the bank can be asked.
pub(super) fn check(payment: &Payment) -> Result<(), WhyNot> {
    let can_be_asked = |attempt: &&Attempt| attempt.is_watched() && payment.can_be_asked(attempt);
    payment.state.attempts.iter().any(|attempt| can_be_asked(&attempt)).then_some(()).ok_or("why-not-watched")
}

/// Whether its end can be wanted.
pub(super) fn cancel(payment: &Payment) -> Result<(), WhyNot> {
    match payment.status() {
        Status::Accepted | Status::AwaitingPayment | Status::Processing => Ok(()),
        Status::Cancelling => Err("why-cancelling"),
        Status::Paid => Err("why-paid"),
        Status::Review => Err("why-in-review"),
        Status::Declined | Status::Expired | Status::Cancelled | Status::Failed => Err("why-over"),
    }
}

/// The money that can go back: that which pays, and what is left to people.
pub(super) fn refund(payment: &Payment) -> Result<Vec<Returnable>, WhyNot> {
    let is_in_the_way = |refund: &Refund| match refund.state {
        RefundState::Queued { .. } => refund.origin != Origin::Late,
        _ => refund.is_in_flight(),
    };
    let paying = payment.paying_credit().map(|(index, _)| index);
    let credits = payment.state.credits.iter().enumerate();
    let mine: Vec<usize> = credits
        .filter(|(index, credit)| {
            Some(*index) == paying || (credit.role == CreditRole::Manual && !credit.taken)
        })
        .map(|(index, _)| index)
        .collect();
    if mine.is_empty() && review(payment).is_ok() {
        return Err("why-in-review");
    }
    if mine.is_empty() {
        return Err(if payment.state.credits.is_empty() { "why-not-paid" } else { "why-handled" });
    }
    if payment.state.refunds.iter().any(is_in_the_way) {
        return Err("why-refund-under-way");
    }
    let (mut offers, mut why) = (Vec::new(), "why-nothing-left");
    for credit in mine {
        match returnable(payment, credit) {
            Ok(offer) => offers.push(offer),
            Err(reason) => why = reason,
        }
    }
    if offers.is_empty() { Err(why) } else { Ok(offers) }
}

fn returnable(payment: &Payment, credit: usize) -> Result<Returnable, WhyNot> {
    let money = &payment.state.credits[credit];
    let left = payment.left_of_minor(credit);
    let most = Money::try_new(left, money.amount.currency()).map_err(|_| "why-nothing-left")?;
    let attempt = payment.attempt(money.attempt).ok_or("why-no-order")?;
    match payment.terms_of(attempt).refund.ability {
        RefundAbility::None => Err("why-bank-can-not"),
        RefundAbility::Whole if most != money.amount => Err("why-bank-whole-only"),
        RefundAbility::Whole => Ok(Returnable { credit, most, in_parts: false }),
        RefundAbility::Part => Ok(Returnable { credit, most, in_parts: true }),
    }
}

/// Whether its events can be sent once more: to registers that get them from a queue.
pub(super) fn resend(record: &PaymentRecord, settings: &Settings) -> Result<(), WhyNot> {
    let by_queue = |to: &Destination| {
        let register = settings.stores.get(&to.store).and_then(|store| store.registers.get(&to.register));
        register.is_none_or(|register| register.events_by != EventsBy::Http)
    };
    let has_queue = record.events.iter().any(|event| by_queue(&event.destination));
    has_queue.then_some(()).ok_or("why-no-queue")
}

/// Whether there is a review to end.
pub(super) fn review(payment: &Payment) -> Result<(), WhyNot> {
    if matches!(payment.state.phase, Phase::Review { .. }) { Ok(()) } else { Err("why-no-review") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page_tests::samples::{self, NOW};

    #[test]
    fn only_what_can_be_done_is_offered() {
        let whole = |mut payment: Payment| {
            samples::set_ability(&mut payment, RefundAbility::Whole);
            payment
        };
        let back = |mut payment: Payment, state| {
            samples::add_refund(&mut payment, 0, Origin::Admin { who: "olga".to_owned() }, state);
            payment
        };
        let done = || RefundState::Completed { at: NOW, transaction: None };
        let mut unable = samples::paid(1);
        samples::set_ability(&mut unable, RefundAbility::None);
        let mut late = samples::shown(1);
        samples::add_credit(&mut late, CreditRole::Refunding);
        for (name, payment, expected) in [
            ("nothing paid", samples::shown(1), Err("why-not-paid")),
            ("late money goes back by itself", late, Err("why-handled")),
            ("paid", samples::paid(1), Ok((19_800, true))),
            ("whole only", whole(samples::paid(1)), Ok((19_800, false))),
            ("a part is back", back(samples::paid(1), done()), Ok((14_800, true))),
            ("a part is back, whole only", whole(back(samples::paid(1), done())), Err("why-bank-whole-only")),
            (
                "under way",
                back(samples::paid(1), RefundState::Queued { not_before: NOW }),
                Err("why-refund-under-way"),
            ),
            ("the bank can't", unable, Err("why-bank-can-not")),
        ] {
            let found = refund(&payment).map(|offers| (offers[0].most.minor(), offers[0].in_parts));
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(check(&samples::shown(1)), Ok(()));
        assert_eq!(check(&samples::accepted(1)), Err("why-not-watched"));
        assert_eq!(cancel(&samples::shown(1)), Ok(()));
        assert_eq!(cancel(&samples::paid(1)), Err("why-paid"));
        assert_eq!(review(&samples::paid(1)), Err("why-no-review"));
    }

    #[test]
    fn money_that_is_left_to_people_can_be_given_back_beside_the_payment() {
        let mut payment = samples::paid(1);
        samples::add_credit(&mut payment, CreditRole::Manual);
        let offers: Vec<usize> = refund(&payment).unwrap().into_iter().map(|offer| offer.credit).collect();
        assert_eq!(offers, [0, 1]);
        payment.state.credits[1].taken = true;
        assert_eq!(refund(&payment).unwrap().len(), 1, "it is another payment's");
    }
}
