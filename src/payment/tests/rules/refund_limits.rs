//! The scheme's limits: one try an hour, five a day, counted for the same credit and amount after a decline.

use payment::{RefundAnswer, RefusalKind, RejectCode};

use crate::common::shop::one_bank;
use crate::common::story::{Story, refusal};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

fn paid() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid(1, "T1");
    story
}

/// Asks for the whole payment back and is refused, a moment later.
fn refused_at(story: &mut Story, second: u64, n: u16) {
    story.at(second).refund(None).unwrap().refund_refused(n, RefusalKind::InsufficientFunds);
}

/// Late money whose first refund was refused at 21 s.
fn late_and_refused(kind: RefusalKind) -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1).at(10).cancel().at(11).annulled(1).at(20).paid(1, "T1");
    story.at(21).refund_refused(1, kind);
    story
}

#[test]
fn a_declined_refund_may_be_asked_again_after_an_hour() {
    let mut story = paid();
    refused_at(&mut story, 10, 1);
    assert_eq!(story.at(11).refund(None).err(), Some(RejectCode::RefundLimit));
    assert_eq!(story.at(10 + HOUR - 1).refund(None).err(), Some(RejectCode::RefundLimit));
    assert!(story.at(10 + HOUR).refund(None).is_ok());
}

#[test]
fn the_sixth_try_within_a_day_waits_until_the_first_is_a_day_old() {
    let mut story = paid();
    for n in 1..=5 {
        refused_at(&mut story, 10 + u64::from(n) * HOUR, n);
    }
    assert_eq!(story.at(10 + 6 * HOUR).refund(None).err(), Some(RejectCode::RefundLimit));
    assert_eq!(story.at(9 + HOUR + DAY).refund(None).err(), Some(RejectCode::RefundLimit));
    assert!(story.at(10 + HOUR + DAY).refund(None).is_ok());
}

#[test]
fn the_answer_to_a_decline_says_when_to_ask_again() {
    let mut story = paid();
    refused_at(&mut story, 10, 1);
    assert_eq!(story.returns(), "1: 19800 failed, again from 3610 s");
    let mut story = paid();
    story.at(10).refund(None).unwrap().refund_refused(1, RefusalKind::AmountOutOfRange);
    assert_eq!(story.returns(), "1: 19800 failed", "asking again makes no sense");
}

#[test]
fn a_scheme_may_want_a_longer_pause_than_a_day() {
    let mut story =
        one_bank().banks(|terms| terms.refund.retry_pause = std::time::Duration::from_secs(2 * DAY)).open();
    story.at(1).code(1).at(5).paid(1, "T1");
    refused_at(&mut story, 10, 1);
    assert_eq!(story.at(9 + 2 * DAY).refund(None).err(), Some(RejectCode::RefundLimit));
    assert!(story.at(10 + 2 * DAY).refund(None).is_ok());
}

#[test]
fn the_same_amount_of_other_money_is_another_refund() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(2, "T2").at(13).paid(1, "T1");
    story.at(14).refund_refused(1, RefusalKind::InsufficientFunds);
    assert_eq!(story.returns(), "1: 19800 failed, again from 3614 s, 2: 19800 queued until 3614 s");
    assert!(story.at(15).refund(None).is_ok(), "of the sale nothing was refused yet");
}

#[test]
fn another_amount_is_another_refund() {
    let mut story = paid();
    refused_at(&mut story, 10, 1);
    assert!(story.at(11).refund(Some(100)).is_ok());
}

#[test]
fn completed_refunds_do_not_count() {
    let mut story = paid();
    for n in 1..=10 {
        story.at(10 + u64::from(n)).refund(Some(100)).unwrap().refund_done(n);
    }
    assert!(story.at(30).refund(Some(100)).is_ok());
}

#[test]
fn a_decline_that_a_lookup_tells_counts_too() {
    let mut story = paid();
    story.at(10).refund(None).unwrap().at(20).refund_unknown(1);
    story.at(21).refund_looked_up(1, RefundAnswer::Declined(refusal(RefusalKind::Limit)));
    assert_eq!(story.at(22).refund(None).err(), Some(RejectCode::RefundLimit));
}

#[test]
fn refused_late_money_is_tried_again_as_a_new_refund_after_an_hour() {
    let mut story = late_and_refused(RefusalKind::InsufficientFunds);
    assert_eq!(story.told(), "refund_failed, refund_accepted");
    assert_eq!(story.returns(), "1: 19800 failed, again from 3621 s, 2: 19800 queued until 3621 s");
    story.at(3_621).wake();
    assert_eq!(story.did(), "refund 2");
}

#[test]
fn refused_late_money_is_tried_for_a_week_within_the_limits_and_then_left_to_people() {
    let mut story = late_and_refused(RefusalKind::InsufficientFunds);
    let mut tries = vec![story.now];
    while story.money() == "T1 refunding" {
        story.now = story.last.wake_at.unwrap();
        story.wake();
        if story.did().contains("refund") {
            let n = u16::try_from(story.payment.state.refunds.len()).unwrap();
            story.refund_refused(n, RefusalKind::InsufficientFunds);
            tries.push(story.now);
        }
        if story.orders() == "1 dead" {
            story.unpaid(1);
        }
    }
    assert_eq!((tries.len(), story.money().as_str()), (35, "T1 manual"));
    let hour = std::time::Duration::from_secs(HOUR);
    assert!(tries.windows(2).all(|pair| pair[1].since(pair[0]) >= hour), "one an hour");
    assert!(tries.windows(6).all(|six| six[5].since(six[0]) >= 24 * hour), "five a day");
}

#[test]
fn late_money_that_the_bank_can_never_give_back_is_left_to_people_at_once() {
    let story = late_and_refused(RefusalKind::AmountOutOfRange);
    assert_eq!(story.money(), "T1 manual");
}

#[test]
fn late_money_waits_for_people_to_mend_wrong_settings() {
    let story = late_and_refused(RefusalKind::Settings);
    assert_eq!(story.returns(), "1: 19800 failed, 2: 19800 queued until 3621 s");
}
