//! "I paid, but…": what a cashier can tell the buyer, from the state alone.

use payment::{Credit, CreditRole, LastTry, Payment, Phase, Refund, RefundState, Timestamp};

/// A sentence: the key of its words, with what fills its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) key: &'static str,
    /// Minor units that it speaks of.
    pub(super) minor: Option<i64>,
    /// A time that it speaks of.
    pub(super) until: Option<Timestamp>,
}

impl Sentence {
    fn of(key: &'static str) -> Self {
        Self { key, minor: None, until: None }
    }

    fn about(key: &'static str, minor: i64) -> Self {
        Self { minor: Some(minor), ..Self::of(key) }
    }

    fn until(key: &'static str, until: Timestamp) -> Self {
        Self { until: Some(until), ..Self::of(key) }
    }
}

/// The sentence for the buyer. Money that is known comes first: nobody is told "nothing was paid" while there is some.
pub(super) fn sentence(payment: &Payment, now: Timestamp) -> Sentence {
    let late = payment.state.credits.iter().enumerate().find(|(_, credit)| credit.is_late() && !credit.taken);
    match (&payment.state.phase, late) {
        (Phase::Review { .. }, _) => Sentence::of("buyer-review"),
        (Phase::Paid { .. }, Some((index, credit))) => paid_more(payment, index, credit),
        (Phase::Paid { credit, .. }, None) => paid(payment, *credit),
        (_, Some((index, credit))) => late_money(payment, index, credit),
        (Phase::Closing { .. }, None) => Sentence::of("buyer-closing"),
        (Phase::Ended(ending), None) => {
            match ending.payable_until.filter(|until| !ending.certain && *until > now) {
                Some(until) => Sentence::until("buyer-may-still-pay", until),
                None if !ending.certain => Sentence::of("buyer-ended-uncertain"),
                None if payment.state.attempts.iter().all(|attempt| attempt.shown_at.is_none()) => {
                    Sentence::of("buyer-never-shown")
                }
                None => Sentence::of("buyer-nothing-paid"),
            }
        }
        (Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Showing, None) => open(payment),
    }
}

fn open(payment: &Payment) -> Sentence {
    match payment.shown_attempt().map(|attempt| attempt.last_try) {
        None => Sentence::of("buyer-no-code"),
        Some(LastTry::None) => Sentence::of("buyer-not-seen"),
        Some(LastTry::InProgress) => Sentence::of("buyer-in-progress"),
        Some(LastTry::Declined) => Sentence::of("buyer-declined"),
    }
}

fn paid(payment: &Payment, credit: usize) -> Sentence {
    let amount = payment.state.credits.get(credit).map_or(0, |credit| credit.amount.minor());
    match last_refund(payment, credit) {
        None => Sentence::about("buyer-paid", amount),
        Some(refund) => match going(refund) {
            Going::Back => Sentence::about("buyer-refunding", refund.amount.minor()),
            Going::Done => Sentence::about("buyer-refunded", payment.refunded_minor()),
            Going::Stuck => Sentence::about("buyer-refund-stuck", refund.amount.minor()),
        },
    }
}

/// Paid, and there is money beyond that.
fn paid_more(payment: &Payment, index: usize, credit: &Credit) -> Sentence {
    let amount = credit.amount.minor();
    match last_refund(payment, index).map(going) {
        Some(Going::Done) => Sentence::about("buyer-paid-twice-returned", amount),
        Some(Going::Back) => Sentence::about("buyer-paid-twice-returning", amount),
        Some(Going::Stuck) | None => Sentence::about("buyer-paid-twice", amount),
    }
}

/// Not paid in time, but there is money.
fn late_money(payment: &Payment, index: usize, credit: &Credit) -> Sentence {
    let amount = credit.amount.minor();
    if let CreditRole::Offered { claim_until } = credit.role {
        return Sentence { until: Some(claim_until), ..Sentence::about("buyer-late-offered", amount) };
    }
    match last_refund(payment, index).map(going) {
        Some(Going::Done) => Sentence::about("buyer-late-returned", amount),
        Some(Going::Back) => Sentence::about("buyer-late-returning", amount),
        Some(Going::Stuck) | None => Sentence::about("buyer-late-people", amount),
    }
}

fn last_refund(payment: &Payment, credit: usize) -> Option<&Refund> {
    payment.state.refunds.iter().rev().find(|refund| refund.credit == credit)
}

enum Going {
    Back,
    Done,
    Stuck,
}

fn going(refund: &Refund) -> Going {
    match refund.state {
        RefundState::Completed { .. } => Going::Done,
        RefundState::Failed { .. } | RefundState::Parked { .. } => Going::Stuck,
        _ => Going::Back,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use console::Language;
    use payment::{EndCode, EndWord, Ending, Origin, Wish};

    use super::*;
    use crate::page_tests::samples::{self, NOW};
    use crate::words::Words;

    type Change = fn(&mut Payment);

    fn shown(last_try: LastTry) -> Payment {
        let mut payment = samples::shown(1);
        payment.state.attempts[0].last_try = last_try;
        payment
    }

    fn ended(certain: bool, payable_until: Option<Timestamp>) -> Payment {
        let mut payment = samples::shown(1);
        payment.state.phase = Phase::Ended(Ending {
            word: EndWord::Cancelled,
            code: EndCode::Cancelled,
            reason: "cancelled".to_owned(),
            certain,
            payable_until,
            at: NOW,
        });
        payment
    }

    fn with(mut payment: Payment, role: CreditRole, refund: Option<RefundState>) -> Payment {
        samples::add_credit(&mut payment, role);
        if let Some(state) = refund {
            let credit = payment.state.credits.len() - 1;
            samples::add_refund(&mut payment, credit, Origin::Late, state);
        }
        payment
    }

    #[test]
    fn the_buyer_is_told_what_is_known_and_what_happens_next() {
        let later = NOW.plus(Duration::from_mins(5));
        let earlier = NOW.minus(Duration::from_mins(5));
        let queued = RefundState::Queued { not_before: NOW };
        let done = RefundState::Completed { at: NOW, transaction: None };
        let parked = RefundState::Parked { since: NOW, reason: "unknown".to_owned() };
        let unknown = RefundState::Unknown { since: NOW, not_found_at: None };
        let paid = || samples::paid(1);
        let closing: Change = |payment| {
            payment.state.phase =
                Phase::Closing { wish: Wish::Cancel, since: NOW, tell_by: NOW, reason: None };
        };
        let review: Change = |payment| {
            payment.state.phase = Phase::Review { code: "x".to_owned(), reason: "x".to_owned(), since: NOW };
        };
        let altered = |mut payment: Payment, change: Change| {
            change(&mut payment);
            payment
        };
        let refunded = |state| {
            let mut payment = paid();
            samples::add_refund(&mut payment, 0, Origin::Admin { who: "olga".to_owned() }, state);
            payment
        };
        let refunding = CreditRole::Refunding;
        let offered = CreditRole::Offered { claim_until: later };
        let cases = [
            (samples::accepted(1), "buyer-no-code"),
            (shown(LastTry::None), "buyer-not-seen"),
            (shown(LastTry::InProgress), "buyer-in-progress"),
            (shown(LastTry::Declined), "buyer-declined"),
            (altered(samples::shown(1), closing), "buyer-closing"),
            (paid(), "buyer-paid"),
            (refunded(queued.clone()), "buyer-refunding"),
            (refunded(unknown.clone()), "buyer-refunding"),
            (refunded(done.clone()), "buyer-refunded"),
            (refunded(parked.clone()), "buyer-refund-stuck"),
            (with(paid(), refunding, Some(queued.clone())), "buyer-paid-twice-returning"),
            (with(paid(), refunding, Some(done.clone())), "buyer-paid-twice-returned"),
            (with(paid(), CreditRole::Manual, None), "buyer-paid-twice"),
            (ended(true, None), "buyer-nothing-paid"),
            (altered(ended(true, None), |payment| payment.state.attempts.clear()), "buyer-never-shown"),
            (ended(false, Some(later)), "buyer-may-still-pay"),
            (ended(false, Some(earlier)), "buyer-ended-uncertain"),
            (with(ended(true, None), refunding, Some(unknown)), "buyer-late-returning"),
            (with(ended(true, None), refunding, Some(done)), "buyer-late-returned"),
            (with(ended(true, None), refunding, Some(parked)), "buyer-late-people"),
            (with(ended(true, None), CreditRole::Manual, None), "buyer-late-people"),
            (with(ended(false, Some(later)), offered, None), "buyer-late-offered"),
            (with(altered(samples::shown(1), closing), refunding, Some(queued)), "buyer-late-returning"),
            (altered(with(samples::shown(1), CreditRole::Held, None), review), "buyer-review"),
            (altered(with(samples::shown(1), CreditRole::Manual, None), review), "buyer-review"),
        ];
        for (payment, key) in cases {
            assert_eq!(sentence(&payment, NOW).key, key, "{:?}", payment.state);
            for language in [Language::Russian, Language::English] {
                let places = [("amount", "1".to_owned()), ("until", "2".to_owned())];
                assert_ne!(Words::of(language).fill(key, &places), key, "{key} has no words");
            }
        }
    }

    #[test]
    fn money_of_another_payment_is_not_the_buyers() {
        let mut payment = with(ended(true, None), CreditRole::Manual, None);
        payment.state.credits[0].taken = true;
        assert_eq!(sentence(&payment, NOW).key, "buyer-nothing-paid");
    }
}
