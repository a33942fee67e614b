//! A bank reports money for our order that belongs to another payment: a person looks, and nothing is believed.

use payment::{CodeKind, OrderState, RejectCode, Verdict};

use crate::common::shop::{PRICE, one_bank, roubles};
use crate::common::story::{Story, notice, second};

/// A code is shown since 1 s.
fn shown() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1);
    story
}

#[test]
fn an_open_payment_goes_to_review_and_its_code_is_withdrawn() {
    let mut story = shown();
    story.at(5).paid_with_others_money(1, "T1");
    assert_eq!(story.stands(), "review (transaction_mismatch)");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 held", "annul 1"));
    assert_eq!(story.told(), "review_began, credit_found, annulment_wanted, annulment_ordered");
}

#[test]
fn hearing_it_again_changes_nothing() {
    let mut story = shown();
    story.at(5).paid_with_others_money(1, "T1").at(6).not_now(1);
    story.at(7).paid_with_others_money(1, "T1");
    assert_eq!((story.told().as_str(), story.money().as_str()), ("nothing", "T1 held"));
    story.at(8).paid(1, "T1");
    assert_eq!(story.money(), "T1 held", "it does not become proven either");
    assert!(!story.payment.state.credits[0].is_believed());
}

#[test]
fn a_status_that_reports_it_again_does_not_end_the_watch() {
    let mut story = shown();
    story.at(5).paid_with_others_money(1, "T1").at(6).not_now(1);
    story.at(7).paid(1, "T1"); // as a plain status: there is no new credit that a store could refuse
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("nothing", "1 payable"));
    story.at(8).paid(1, "T2");
    assert_eq!(story.money(), "T1 held, T2 held", "our own money is still found");
}

#[test]
fn money_of_our_own_that_is_reported_later_is_held_beside_it_and_can_be_accepted() {
    let mut story = shown();
    story.at(5).paid_with_others_money(1, "T1").at(6).not_now(1).at(7).paid(1, "T2");
    assert_eq!(story.money(), "T1 held, T2 held");
    assert_eq!(story.accept("T1").unwrap_err(), RejectCode::Invalid, "it is another payment's");
    story.at(8).accept("T2").unwrap();
    assert_eq!((story.stands().as_str(), story.money().as_str()), ("paid by T2", "T1 manual, T2 pays"));
}

#[test]
fn a_person_ends_it_as_failed_and_nothing_goes_back() {
    let mut story = shown();
    story.at(5).paid_with_others_money(1, "T1").at(6).annulled(1);
    story.at(9).end_review(Verdict::Failed).unwrap();
    assert_eq!(
        (story.stands().as_str(), story.money().as_str()),
        ("failed for certain (review_failed)", "T1 manual")
    );
    assert_eq!(story.returns(), "nothing");
}

#[test]
fn a_code_that_stays_paid_with_it_is_watched_until_its_life_is_waited_out() {
    let mut story = shown();
    story.at(5).paid_with_others_money(1, "T1").at(6).not_now(1);
    story.at(361).paid_with_others_money(1, "T1");
    assert_eq!(story.orders(), "1 payable");
    story.at(362).paid_with_others_money(1, "T1");
    assert_eq!(story.orders(), "1 closed");
}

#[test]
fn a_dead_code_that_its_bank_calls_paid_with_it_is_let_go_when_its_watch_is_over() {
    let mut story = shown();
    story.at(5).cancel().annulled(1).at(66).paid_with_others_money(1, "T1");
    assert_eq!(story.orders(), "1 dead");
    story.at(67).paid_with_others_money(1, "T1");
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("watch_ended", "1 closed"));
}

#[test]
fn a_static_code_without_an_end_is_withdrawn_again_and_never_held_for_waited_out() {
    let mut story = one_bank().kind(CodeKind::Static).open();
    story.at(1).endless_code(1);
    story.at(5).paid_with_others_money(1, "T1").at(6).not_now(1);
    story.at(400).paid_with_others_money(1, "T1");
    assert_eq!((story.orders().as_str(), story.did().as_str()), ("1 payable", "annul 1"));
    story.annulled(1);
    assert_eq!(story.orders(), "1 dead");
}

#[test]
fn after_the_end_and_for_an_orphan_it_is_left_to_people() {
    let mut ended = shown();
    ended.at(5).cancel().annulled(1).at(6).paid_with_others_money(1, "T1");
    assert_eq!(
        (ended.stands().as_str(), ended.money().as_str()),
        ("cancelled for certain (cancelled)", "T1 manual")
    );

    let mut orphan = one_bank().open();
    orphan.at(1).code_unknown(1).at(2).paid_with_others_money(1, "T1");
    assert_eq!((orphan.money().as_str(), orphan.returns().as_str()), ("T1 manual", "nothing"));
    assert!(orphan.payment.is_open());
}

#[test]
fn money_that_was_reported_before_and_proves_to_be_anothers_is_marked_so() {
    let mut story = shown();
    let unproven = OrderState::Paid(notice(Some("T1"), Some(roubles(PRICE))));
    story.at(5).status_of(1, None, second(5), unproven);
    assert_eq!((story.stands().as_str(), story.money().as_str()), ("review (order_mismatch)", "T1 held"));
    assert!(!story.payment.state.credits[0].is_believed(), "an answer without our order proves nothing");
    story.at(6).paid_with_others_money(1, "T1");
    assert_eq!(story.told(), "credit_taken");
    assert_eq!(story.at(7).accept("T1").unwrap_err(), RejectCode::Invalid);
}
