//! Cancel: told when certain, or uncertain when time is up; it never refunds.

use std::time::Duration;

use payment::{AnnulAnswer, CallError, CodeKind, Input, OrderState, Phase};

use crate::common::shop::{one_bank, two_banks};
use crate::common::story::{Story, second};

fn shown() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1);
    story
}

fn shown_where_nothing_can_be_withdrawn() -> Story {
    let mut story = one_bank().banks(|terms| terms.annul = false).open();
    story.at(1).code(1);
    story
}

#[test]
fn before_a_code_is_shown_the_end_is_certain_at_once() {
    let mut story = one_bank().open();
    story.at(1).cancel();
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
    story.at(2).code(1);
    assert_eq!(
        (story.told().as_str(), story.did().as_str()),
        ("code_kept_aside, annulment_wanted, annulment_ordered", "annul 1")
    );
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_shown_code_is_withdrawn_and_the_till_sees_cancelling_until_the_bank_confirms() {
    let mut story = shown();
    story.at(10).cancel();
    assert_eq!(
        (story.told().as_str(), story.did().as_str()),
        ("closing_began, annulment_wanted, annulment_ordered", "annul 1")
    );
    assert_eq!(story.stands(), "cancelling");
    story.at(11).annulled(1);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
    assert_eq!(story.did(), "nothing", "a code that takes one payment was not paid before");
}

#[test]
fn of_a_payment_that_is_being_closed_the_code_that_buyers_have_is_asked_for_at_once() {
    let mut story = two_banks().banks(|terms| terms.annul = false).open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).cancel();
    assert_eq!((story.did().as_str(), story.orders().as_str()), ("ask 2", "1 payable, 2 payable"));
    story.at(13).unpaid(1);
    assert_eq!(story.stands(), "cancelling", "that nobody has paid an orphan says nothing of the code");
}

#[test]
fn the_end_is_told_in_the_words_of_who_wished_it() {
    for (reason, told) in [(Some("the buyer left"), "the buyer left"), (None, "cancelled")] {
        for is_shown in [true, false] {
            let mut story = if is_shown { shown() } else { one_bank().open() };
            story.at(10).feed(Input::Cancel { reason: reason.map(str::to_owned) });
            if is_shown {
                story.at(11).annulled(1);
            }
            let Phase::Ended(end) = &story.payment.state.phase else { panic!("it has not ended") };
            assert_eq!(end.reason, told, "{is_shown}");
        }
    }
}

#[test]
fn a_code_that_was_dead_already_makes_the_cancel_certain() {
    let mut story = shown();
    story.at(10).cancel().at(11).annulment(1, Ok(AnnulAnswer::Expired));
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_cancel_that_meets_a_paid_code_answers_paid() {
    let mut story = shown();
    story.at(10).cancel().at(11).not_now(1);
    assert_eq!(story.did(), "ask 1", "status tells why it can't be withdrawn");
    story.at(12).paid(1, "T1");
    assert_eq!((story.stands().as_str(), story.returns().as_str()), ("paid by T1", "nothing"));
    story.at(13).cancel();
    assert_eq!((story.told().as_str(), story.returns().as_str()), ("nothing", "nothing"), "never refunds");
}

#[test]
fn a_withdrawal_is_tried_again_each_time_after_a_status_that_says_unpaid() {
    let mut story = shown();
    story.at(10).cancel().at(11).not_now(1);
    story.at_ms(11_200).unpaid(1);
    assert_eq!(story.did(), "nothing", "not before the pause is over");
    story.at(12).wake();
    assert_eq!(story.did(), "ask 1");
    story.at_ms(12_100).in_progress(1);
    assert_eq!(story.did(), "nothing", "not while somebody is paying");
    story.at(13).wake().at_ms(13_100).try_declined(1);
    assert_eq!(
        (story.told().as_str(), story.did().as_str()),
        ("try_declined, annulment_wanted, annulment_ordered", "annul 1")
    );
    story.at(14).annulled(1);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_status_that_was_asked_before_the_withdrawal_failed_does_not_repeat_it() {
    let mut story = shown();
    story.at(10).cancel().at(11).not_now(1).at(14).status_asked(1, second(10), OrderState::Unpaid);
    assert_eq!(story.did(), "nothing");
}

#[test]
fn p7_an_unknown_withdrawal_is_no_withdrawal() {
    let mut story = shown();
    story.at(10).cancel().at(20).annulment(1, Err(CallError::Unknown("time-out".to_owned())));
    assert_eq!(
        (story.told().as_str(), story.did().as_str(), story.stands().as_str()),
        ("annulment_uncertain", "ask 1", "cancelling")
    );
    story.at(21).status(1, OrderState::Annulled);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_withdrawal_that_was_lost_in_a_crash_is_tried_again_after_a_status() {
    let mut story = shown();
    story.at(10).cancel().at(11).crash();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("annulment_uncertain", "ask 1"));
    story.at(12).wake().unpaid(1);
    assert_eq!(story.did(), "annul 1");
}

#[test]
fn without_certainty_within_the_response_timeout_the_end_is_told_uncertain() {
    let mut story = shown();
    story.at(10).cancel();
    for second in 11..70 {
        story.at(second).wake();
        assert_eq!(story.stands(), "cancelling", "at {second} s");
        story.in_progress(1);
    }
    story.at(70).wake();
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
}

#[test]
fn after_an_uncertain_end_the_withdrawal_goes_on_and_the_end_stays() {
    let mut story = shown();
    story.at(10).cancel().at(11).not_now(1).at(70).wake();
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
    story.at(80).unpaid(1);
    assert_eq!(story.did(), "annul 1");
    story.at(81).annulled(1);
    assert_eq!(story.told(), "attempt_died");
    assert_eq!(story.stands(), "cancelled, payable until 302 s", "p3");
}

#[test]
fn the_response_timeout_is_that_of_the_bank_whose_code_is_shown() {
    let mut story = two_banks().bank(1, |terms| terms.response_timeout = Duration::from_secs(5)).open();
    story.at(1).code_not_sent(1).at(2).code(2).at(10).cancel().at(14).wake();
    assert_eq!(story.stands(), "cancelling");
    story.at(15).wake();
    assert!(story.stands().starts_with("cancelled, payable until"));
}

#[test]
fn where_nothing_can_be_withdrawn_the_end_is_told_once_a_status_says_unpaid() {
    let mut story = shown_where_nothing_can_be_withdrawn();
    story.at(10).cancel();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("closing_began", "ask 1"));
    story.at(11).unpaid(1);
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
}

#[test]
fn where_nothing_can_be_withdrawn_a_status_that_was_asked_in_the_moment_of_the_cancel_counts() {
    let mut story = shown_where_nothing_can_be_withdrawn();
    story.at(10).cancel().unpaid(1);
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
}

#[test]
fn an_uncertain_end_names_the_codes_end_or_if_that_is_over_when_money_under_way_would_have_come() {
    for (cancelled_at, stands) in
        [(241, "cancelled, payable until 302 s"), (242, "cancelled, payable until 362 s")]
    {
        let mut story = shown_where_nothing_can_be_withdrawn();
        story.at(cancelled_at).cancel().at(cancelled_at + 1).in_progress(1).at(cancelled_at + 60).wake();
        assert_eq!(story.stands(), stands, "told at {} s", cancelled_at + 60);
    }
}

#[test]
fn tries_after_the_end_was_told_are_not_told_any_more() {
    let mut story = shown_where_nothing_can_be_withdrawn();
    story.at(10).cancel().unpaid(1).at(11).in_progress(1);
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("nothing", "1 payable"));
    let mut gone = shown_where_nothing_can_be_withdrawn();
    gone.at(5).in_progress(1).at(10).cancel().at(70).wake().at(80).unpaid(1);
    assert_eq!((gone.told().as_str(), gone.stands().as_str()), ("nothing", "cancelled, payable until 302 s"));
    let mut dead = one_bank().kind(CodeKind::Static).open();
    dead.at(1).code(1).at(10).cancel().at(11).annulled(1).at(12).in_progress(1);
    assert_eq!(
        (dead.told().as_str(), dead.stands().as_str()),
        ("nothing", "cancelling"),
        "nobody can pay it"
    );
}

#[test]
fn where_nothing_can_be_withdrawn_a_payment_in_progress_is_waited_for() {
    let mut story = shown_where_nothing_can_be_withdrawn();
    story.at(10).cancel().at(11).in_progress(1);
    assert_eq!(story.stands(), "cancelling");
    story.at(12).try_declined(1);
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
}

#[test]
fn where_nothing_can_be_withdrawn_a_status_from_before_the_cancel_says_nothing() {
    let mut story = shown_where_nothing_can_be_withdrawn();
    story.at(9).wake().at(10).cancel().at(11).status_asked(1, second(9), OrderState::Unpaid);
    assert_eq!(story.stands(), "cancelling", "somebody may have begun to pay since");
}

#[test]
fn where_nothing_can_be_withdrawn_but_the_expiry_has_passed_the_end_is_certain() {
    let mut story = shown_where_nothing_can_be_withdrawn();
    story.at(290).cancel().at(303).unpaid(1);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_second_cancel_changes_nothing() {
    let mut story = shown();
    story.at(10).cancel().at(11).cancel();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("nothing", "nothing"));
    story.at(12).annulled(1).at(13).cancel();
    assert_eq!(story.told(), "nothing");
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_cancel_of_a_code_that_is_expiring_leaves_the_word_expired() {
    let mut story = shown();
    story.at(300).wake().at(301).cancel();
    assert_eq!((story.told().as_str(), story.stands().as_str()), ("nothing", "cancelling"));
    story.at(303).unpaid(1);
    assert_eq!(story.stands(), "expired for certain (expired)");
}

#[test]
fn money_before_the_end_is_told_pays_although_a_cancel_was_asked() {
    let mut story = shown();
    story.at(10).cancel().at(11).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
    story.at(12).annulled(1);
    assert_eq!(story.told(), "nothing");
}

#[test]
fn a_withdrawn_code_is_watched_until_money_under_way_would_have_come() {
    let mut story = shown();
    story.at(10).cancel().at(11).annulled(1);
    assert_eq!(story.orders(), "1 dead");
    story.at(72).unpaid(1);
    assert_eq!(story.orders(), "1 dead", "a minute for money under way, and a margin");
    story.at(74).status_asked(1, second(72), OrderState::Annulled);
    assert_eq!(story.orders(), "1 dead", "the answer is older than the end of the watch");
    story.at(75).status(1, OrderState::Annulled);
    assert_eq!(story.orders(), "1 closed");
}

#[test]
fn a_withdrawn_static_code_may_have_been_paid_before_so_a_status_is_asked_first() {
    let mut story = one_bank().kind(CodeKind::Static).open();
    story.at(1).code(1).at(10).cancel().at(11).annulled(1);
    assert_eq!((story.did().as_str(), story.stands().as_str()), ("ask 1", "cancelling"));
    let mut unpaid = story.clone();
    unpaid.at(12).status_asked(1, second(10), OrderState::Unpaid);
    assert_eq!(unpaid.stands(), "cancelling", "that was asked before the withdrawal");
    unpaid.at(13).status(1, OrderState::Annulled);
    assert_eq!(unpaid.stands(), "cancelled for certain (cancelled)");
    let mut at_once = story.clone();
    at_once.status(1, OrderState::Annulled);
    assert_eq!(
        at_once.stands(),
        "cancelled for certain (cancelled)",
        "asked in the moment of the withdrawal"
    );
    let mut over = one_bank().kind(CodeKind::Static).open();
    over.at(1).code(1).at(5).paid(1, "T1").at(6).annulled(1);
    assert_eq!(over.did(), "nothing", "its register has its end: the watch asks");
    story.at(12).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
}

#[test]
fn a_static_code_that_ended_by_itself_or_that_nobody_had_is_not_waited_for() {
    let mut story = one_bank().kind(CodeKind::Static).open();
    story.at(10).code_unknown(1).at(11).code(1).at(12).annulled(1).at(13).code(2);
    story.at(14).cancel().at(15).annulment(2, Ok(AnnulAnswer::Expired));
    assert_eq!(
        (story.orders().as_str(), story.stands().as_str()),
        ("1 dead, 2 dead", "cancelled for certain (cancelled)")
    );
}

#[test]
fn a_withdrawn_static_code_whose_status_does_not_come_in_time_is_certain_all_the_same() {
    let mut story = one_bank().kind(CodeKind::Static).open();
    story.at(1).code(1).at(10).cancel().at(11).annulled(1).at(70).wake();
    assert_eq!(story.stands(), "cancelled for certain (cancelled)", "nobody can pay it any more");
}
