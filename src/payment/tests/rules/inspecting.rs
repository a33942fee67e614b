//! What a bank says after all is over, against our books (P12).

use payment::{Currency, Finding, Input, Money, OrderState, PaidNotice, StatusAnswer, difference_to_bank};

use crate::common::shop::one_bank;
use crate::common::story::Story;

fn paid() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid(1, "T1");
    story
}

fn notice(transaction: &str, minor: i64) -> OrderState {
    OrderState::Paid(PaidNotice {
        transaction: Some(payment::BankTransaction::parse(transaction).unwrap()),
        amount: Some(Money::try_new(minor, Currency::RUB).unwrap()),
        paid_at: None,
        payer: None,
        instrument: None,
    })
}

fn difference(story: &Story, state: OrderState) -> String {
    let attempt = &story.payment.state.attempts[0];
    let answer = StatusAnswer { order: Some(attempt.id.to_string()), state };
    difference_to_bank(&story.payment, attempt, &answer).unwrap_or_default()
}

#[test]
fn p12_what_the_bank_says_of_a_paid_order_is_compared_with_our_books() {
    let story = paid();
    let amount = story.payment.checkout.amount.minor();
    for (state, says) in [
        (notice("T1", amount), ""),
        (OrderState::InProgress, ""),
        (OrderState::Declined { reason: None, terminal: false }, ""),
        (notice("T2", amount), "the bank knows credit T2, and we do not"),
        (notice("T1", amount - 1), "the bank says now"),
        (OrderState::Unpaid, "the order is unpaid"),
        (OrderState::NotFound, "the order is not known there"),
        (OrderState::Expired, "the order is expired"),
        (OrderState::Annulled, "the order is withdrawn"),
        (OrderState::Declined { reason: None, terminal: true }, "the order is refused for good"),
    ] {
        let told = difference(&story, state.clone());
        assert!(told.contains(says) && told.is_empty() == says.is_empty(), "{state:?}: {told}");
    }
}

#[test]
fn of_another_order_nothing_is_learned() {
    let story = paid();
    let attempt = &story.payment.state.attempts[0];
    let answer = StatusAnswer { order: Some("another".to_owned()), state: OrderState::Unpaid };
    assert_eq!(difference_to_bank(&story.payment, attempt, &answer), None);
}

#[test]
fn p3_a_finding_is_recorded_and_changes_nothing() {
    let mut story = paid();
    let (before, attempt) = (story.payment.clone(), story.payment.state.attempts[0].id);
    let finding = Finding::BankDiffers { attempt, says: "it says otherwise".to_owned() };
    story.at(6).feed(Input::Inspected { finding });
    assert_eq!(story.told(), "inspected");
    assert_eq!(story.payment.status(), before.status());
    assert_eq!(story.payment.state.credits, before.state.credits);
}
