//! Settled: final for the till, nothing payable left at the bank, refunds final, events delivered.

use payment::{OrderState, RefundAnswer};

use crate::common::shop::one_bank;
use crate::common::story::{Story, notice};

fn paid() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid(1, "T1");
    story
}

/// Whether a wake after delivery settles it.
fn settles(story: &mut Story) -> bool {
    story.wake_delivered();
    story.payment.state.settled
}

#[test]
fn a_paid_payment_settles_once_its_events_are_delivered() {
    let mut story = paid();
    assert_eq!(story.wakes_in_ms(), Some(60_000));
    story.at(65).wake();
    assert_eq!((story.told().as_str(), story.wakes_in_ms()), ("nothing", Some(60_000)));
    story.at(125).wake_delivered();
    assert_eq!((story.told().as_str(), story.wakes_in_ms()), ("settled", None));
    story.at(200).wake_delivered();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("nothing", "nothing"));
}

#[test]
fn an_open_payment_does_not_settle() {
    let mut story = one_bank().open();
    assert!(!settles(story.at(1)));
    story.code(1);
    assert!(!settles(story.at(2)));
    story.cancel();
    assert!(!settles(story.at(3)));
}

#[test]
fn a_payment_settles_only_after_the_watch_of_all_its_codes() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(2, "T2");
    assert!(!settles(story.at(100)), "an orphan may be paid");
    story.at(310).unpaid(1);
    assert!(!settles(story.at(311)), "money may be under way");
    story.at(400).unpaid(1);
    assert!(settles(story.at(401)));
}

#[test]
fn a_payment_settles_only_after_its_refunds_are_final() {
    let mut story = paid();
    story.at(10).refund(Some(100)).unwrap();
    assert!(!settles(story.at(11)), "sending");
    story.refunded(1, Ok(RefundAnswer::Pending));
    assert!(!settles(story.at(12)), "pending");
    story.refund_done(1);
    assert!(settles(story.at(13)));
}

#[test]
fn a_parked_refund_keeps_a_payment_unsettled_until_a_person_has_ended_it() {
    let mut story = one_bank().banks(|terms| terms.refund.lookup_by_key = false).open();
    story.at(1).code(1).at(5).paid(1, "T1").at(10).refund(None).unwrap().at(20).refund_unknown(1);
    assert!(!settles(story.at(21)));
    assert_eq!(story.wakes_in_ms(), Some(24 * 3_600 * 1_000), "it wakes people daily");
    story.at(30).refund_looked_up(1, RefundAnswer::Completed { transaction: None });
    assert!(settles(story.at(31)));
}

#[test]
fn an_open_offer_keeps_a_payment_unsettled() {
    let mut story = one_bank().offers_late_money(300).open();
    story.at(1).code(1).at(10).cancel().at(11).annulled(1).at(20).paid(1, "T1");
    assert!(!settles(story.at(21)));
    story.feed(payment::Input::Claim);
    assert!(settles(story.at(22)));
}

#[test]
fn a_review_keeps_a_payment_unsettled_and_money_left_to_people_does_not() {
    let mut story = one_bank().open();
    story
        .at(1)
        .code(1)
        .at(5)
        .status(1, OrderState::Paid(notice(Some("T1"), Some(crate::common::shop::roubles(1)))));
    assert!(!settles(story.at(6)));
    story.end_review(payment::Verdict::Failed).unwrap();
    assert_eq!(story.money(), "T1 manual");
    assert!(settles(story.at(7)));
}

#[test]
fn a_refund_reopens_a_settled_payment_which_settles_again() {
    let mut story = paid();
    assert!(settles(story.at(70)));
    story.at(1_000).refund(Some(100)).unwrap();
    assert!(!story.payment.state.settled);
    assert_eq!((story.did().as_str(), story.wakes_in_ms()), ("refund 1", Some(12_000)));
    story.at(1_001).refund_done(1);
    assert!(settles(story.at(1_002)));
}
