//! What a bank says after all is over, against our books (P12).

use payment::{Currency, Finding, Input, Money, OrderState, PaidNotice, StatusAnswer, difference_to_bank};

use crate::common::shop::{PRICE, one_bank, two_banks};
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
    difference_of(story, 1, state)
}

fn difference_of(story: &Story, n: u16, state: OrderState) -> String {
    let attempt = story.payment.attempt(story.order(n)).unwrap();
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
fn p12_a_withdrawal_that_the_bank_confirmed_and_knows_nothing_of_is_a_difference() {
    let mut withdrawn = one_bank().open();
    withdrawn.at(1).code(1).at(5).cancel().at(6).annulled(1);
    let mut closed = withdrawn.clone();
    closed.at(80).unpaid(1);
    assert_eq!((withdrawn.orders().as_str(), closed.orders().as_str()), ("1 dead", "1 closed"));
    let mut expired = one_bank().open();
    expired.at(1).code(1).at(300).wake().at(302).unpaid(1);
    for (story, state, differs) in [
        (&withdrawn, OrderState::Unpaid, true),
        (&closed, OrderState::Unpaid, true),
        (&withdrawn, OrderState::Annulled, false),
        (&withdrawn, OrderState::NotFound, false),
        (&expired, OrderState::Unpaid, false),
    ] {
        assert_eq!(!difference(story, state.clone()).is_empty(), differs, "{} {state:?}", story.orders());
    }
}

#[test]
fn p12_an_order_that_was_waited_out_since_its_bank_does_not_know_it_is_a_difference() {
    let mut story = one_bank().open();
    story.at(1).code(1).at(300).wake().at(362).status(1, OrderState::NotFound);
    assert_eq!(story.orders(), "1 closed");
    assert!(difference(&story, OrderState::NotFound).contains("does not know it"));
    assert_eq!(difference(&story, OrderState::Unpaid), "", "it knows it again");
}

#[test]
fn p12_money_that_is_not_certainly_of_an_order_is_not_missed_at_it() {
    let mut unproven = one_bank().open();
    unproven.at(1).code(1).at(5).status(1, notice("T1", 1));
    assert_eq!(
        (unproven.money().as_str(), difference(&unproven, OrderState::Expired)),
        ("T1 held", String::new())
    );
    let mut taken = one_bank().open();
    taken.at(1).code(1).at(5).paid_with_others_money(1, "T1");
    assert_eq!((taken.money().as_str(), difference(&taken, OrderState::Expired)), ("T1 held", String::new()));
    let mut both = one_bank().open();
    both.at(1).code(1).at(5).paid(1, "T1").paid_with_others_money(1, "T1");
    assert!(both.payment.state.credits[0].proven && both.payment.state.credits[0].taken);
    assert_eq!(difference(&both, OrderState::Expired), "", "it proved to be another payment's");
    let mut other = two_banks().open();
    other.at(10).code_unknown(1).at(11).code(2).at(12).paid(2, "T2");
    assert_eq!(difference_of(&other, 1, OrderState::NotFound), "", "the money came by the other order");
    assert!(difference_of(&other, 2, OrderState::NotFound).contains("T2"));
}

#[test]
fn p12_the_same_transaction_at_another_bank_is_other_money() {
    let mut story = two_banks().open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(2, "T2");
    assert!(difference_of(&story, 1, notice("T2", PRICE)).contains("we do not"));
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
