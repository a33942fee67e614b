//! Reviews: money that does not fit is never *paid* by itself; a person decides.

use payment::{Fact, OrderState, RejectCode, Verdict};

use crate::common::shop::{one_bank, roubles};
use crate::common::story::{Story, notice, second};

/// Under review since 5 s: the bank reports one kopeck for our order.
fn wrong_amount() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).status(1, OrderState::Paid(notice(Some("T1"), Some(roubles(1)))));
    assert_eq!(story.stands(), "review (amount_mismatch)");
    story
}

/// Under review since 5 s: the bank's answer names another order.
fn wrong_order() -> Story {
    let mut story = one_bank().open();
    let money = OrderState::Paid(notice(Some("T1"), None));
    story.at(1).code(1).at(5).status_of(1, Some("other".to_owned()), second(5), money);
    assert_eq!(story.stands(), "review (order_mismatch)");
    story
}

#[test]
fn a_wrong_amount_is_held_and_nothing_is_given_back_unasked() {
    let story = wrong_amount();
    assert_eq!(story.told(), "review_began, credit_found, attempt_died");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 held", "nothing"));
    assert!(!story.payment.is_open());
}

#[test]
fn while_people_decide_the_code_is_withdrawn() {
    let story = wrong_order();
    assert_eq!(story.did(), "annul 1");
}

#[test]
fn a_review_wakes_people_daily() {
    let mut story = wrong_amount();
    assert_eq!(story.wakes_in_ms(), Some(24 * 3_600 * 1_000));
    story.at(5 + 24 * 3_600).wake();
    assert_eq!(story.wakes_in_ms(), Some(24 * 3_600 * 1_000));
    assert_eq!(story.stands(), "review (amount_mismatch)");
}

#[test]
fn a_cancel_does_not_end_a_review() {
    let mut story = wrong_amount();
    story.at(6).cancel();
    assert_eq!((story.told().as_str(), story.stands().as_str()), ("nothing", "review (amount_mismatch)"));
}

#[test]
fn a_person_accepts_a_credit_by_its_transaction_and_who_and_why_are_recorded() {
    let mut story = wrong_amount();
    story.at(100).accept("T1").unwrap();
    assert_eq!((story.stands().as_str(), story.money().as_str()), ("paid by T1", "T1 pays"));
    let recorded =
        story.last.facts.iter().any(
            |fact| matches!(fact, Fact::ReviewEnded { who, why } if who == "petrova" && why == "statement"),
        );
    assert!(recorded);
}

#[test]
fn a_credit_that_is_not_held_can_not_be_accepted() {
    let mut story = wrong_amount();
    assert_eq!(story.at(100).accept("T9").err(), Some(RejectCode::Invalid));
    assert_eq!(story.stands(), "review (amount_mismatch)");
}

#[test]
fn p4_money_that_goes_back_can_not_be_accepted() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(2);
    story.at(12).status(2, OrderState::Paid(notice(Some("T2"), Some(roubles(1))))).at(13).paid(1, "T1");
    assert_eq!(story.money(), "T2 held, T1 refunding");
    assert_eq!(story.at(100).accept("T1").err(), Some(RejectCode::Invalid));
}

#[test]
fn a_failed_review_leaves_money_that_is_not_proven_ours_to_people() {
    let mut story = wrong_amount();
    story.at(100).end_review(Verdict::Failed).unwrap();
    assert_eq!(story.stands(), "failed for certain (review_failed)");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 manual", "nothing"));
}

#[test]
fn a_failed_review_gives_proven_money_back() {
    let mut story = wrong_order();
    story.at(6).paid(1, "T2");
    assert_eq!(story.money(), "T1 held, T2 held", "nothing pays during a review");
    story.at(100).end_review(Verdict::Failed).unwrap();
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 manual, T2 refunding", "refund 1"));
}

#[test]
fn an_accepted_credit_sends_the_other_proven_ones_back() {
    let mut story = wrong_order();
    story.at(6).paid(1, "T2").at(100).accept("T1").unwrap();
    assert_eq!(story.money(), "T1 pays, T2 refunding");
    assert_eq!(story.stands(), "paid by T1");
}

#[test]
fn a_review_that_fails_while_the_code_may_be_paid_ends_uncertain() {
    let mut story = wrong_order();
    story.at(6).not_now(1).at(100).end_review(Verdict::Failed).unwrap();
    assert_eq!(story.stands(), "failed, payable until 302 s");
}

#[test]
fn only_a_payment_under_review_has_a_review_to_end() {
    let mut story = one_bank().open();
    assert_eq!(story.at(1).end_review(Verdict::Failed).err(), Some(RejectCode::Invalid));
    story.code(1).at(2).paid(1, "T1");
    assert_eq!(story.end_review(Verdict::Failed).err(), Some(RejectCode::Invalid));
    assert_eq!(story.accept("T1").err(), Some(RejectCode::Invalid));
}
