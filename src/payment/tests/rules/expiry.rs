//! Expiry, declined tries, and codes that die at the bank by themselves.

use std::time::Duration;

use payment::{OrderState, PollPlan};

use crate::common::shop::one_bank;
use crate::common::story::{Story, second};

fn shown() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1);
    story
}

#[test]
fn an_expired_code_is_certain_once_a_later_status_says_unpaid() {
    let mut story = shown();
    story.at(300).wake();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("closing_began", "ask 1"));
    assert_eq!(story.stands(), "cancelling");
    story.at(301).unpaid(1);
    assert_eq!(story.stands(), "cancelling", "the bank's clock may be behind ours");
    story.at(302).unpaid(1);
    assert_eq!(story.stands(), "expired for certain (expired)");
}

#[test]
fn a_status_that_was_asked_before_the_end_of_the_code_proves_nothing() {
    let mut story = shown();
    story.at(300).wake().at(310).status_asked(1, second(301), OrderState::Unpaid);
    assert_eq!(story.stands(), "cancelling");
}

#[test]
fn the_next_status_is_asked_when_it_can_be_certain() {
    for (floor_ms, wakes_in_ms) in [(1_000, 2_000), (3_000, 3_000)] {
        let slow = PollPlan { steps_ms: Vec::new(), after_ms: 10_000, floor_ms };
        let mut story = one_bank().banks(|terms| terms.poll = slow.clone()).open();
        story.at(1).code(1).at(300).wake();
        assert_eq!(
            story.wakes_in_ms(),
            Some(wakes_in_ms),
            "not only ten seconds later, but by the bank's floor"
        );
    }
}

#[test]
fn the_plan_holds_where_the_next_status_comes_in_time_and_after_a_status_could_be_certain() {
    let slow = PollPlan { steps_ms: Vec::new(), after_ms: 10_000, floor_ms: 1_000 };
    let shop = || one_bank().banks(|terms| (terms.poll, terms.annul) = (slow.clone(), false));
    for (now, wakes_in_ms) in [(291, 10_000), (292, 10_000), (293, 9_000), (302, 10_000), (310, 10_000)] {
        let mut story = shop().open();
        story.at(1).code(1).at(290).cancel().at(now).wake().in_progress(1);
        assert_eq!(story.wakes_in_ms(), Some(wakes_in_ms), "at {now} s");
    }
}

#[test]
fn a_code_that_ends_by_itself_is_withdrawn_after_its_end_only_if_it_was_paid() {
    let shop = one_bank().kind(payment::CodeKind::Static);
    let mut story = shop.banks(|terms| terms.response_timeout = Duration::from_secs(1)).open();
    story.at(1).code(1).at(300).wake().at(301).in_progress(1).wake();
    assert_eq!((story.stands().as_str(), story.did().as_str()), ("expired, payable until 302 s", "ask 1"));
    let mut unpaid = story.clone();
    unpaid.unpaid(1);
    assert_eq!((unpaid.did().as_str(), unpaid.orders().as_str()), ("nothing", "1 payable"));
    story.paid(1, "T1");
    assert_eq!((story.did().as_str(), story.orders().as_str()), ("annul 1, refund 1", "1 payable"));
}

#[test]
fn the_bank_may_say_itself_that_a_code_has_expired() {
    let mut story = shown();
    story.at(299).status(1, OrderState::Expired);
    assert_eq!(story.stands(), "expired for certain (expired)");
}

#[test]
fn a_code_that_ends_by_itself_is_not_withdrawn_at_its_end() {
    let mut story = shown();
    story.at(300).wake();
    assert_eq!(story.did(), "ask 1");
    story.at(360).wake();
    assert_eq!((story.did().as_str(), story.stands().as_str()), ("ask 1", "expired, payable until 362 s"));
}

#[test]
fn a_code_without_an_end_of_its_own_is_withdrawn_at_its_end() {
    let mut story = one_bank().open();
    story.at(1).endless_code(1).at(300).wake();
    assert_eq!(story.did(), "ask 1, annul 1");
    story.at(302).wake().at(303).unpaid(1);
    assert_eq!(story.stands(), "cancelling", "time alone does not kill it");
    story.at(304).annulled(1);
    assert_eq!(story.stands(), "expired for certain (expired)");
}

#[test]
fn money_that_arrives_after_the_expiry_but_before_the_end_is_told_pays() {
    let mut story = shown();
    story.at(300).wake().at(301).in_progress(1).at(303).in_progress(1);
    assert_eq!(story.stands(), "cancelling");
    story.at(305).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
}

#[test]
fn a_payment_in_progress_for_too_long_ends_uncertain() {
    let mut story = shown();
    story.at(300).wake().at(310).in_progress(1).at(360).wake();
    assert_eq!(story.stands(), "expired, payable until 362 s");
    story.at(370).unpaid(1);
    assert_eq!(story.orders(), "1 dead");
}

#[test]
fn where_nothing_can_be_withdrawn_an_expiry_is_not_told_before_it_is_certain() {
    let mut story = one_bank().banks(|terms| terms.annul = false).open();
    story.at(1).code(1).at(300).wake().at_ms(300_300).status_asked(1, second(299), OrderState::Unpaid);
    assert_eq!(story.stands(), "cancelling", "two seconds later it will be certain");
    story.at(302).unpaid(1);
    assert_eq!(story.stands(), "expired for certain (expired)");
}

#[test]
fn a_declined_try_is_not_the_end() {
    let mut story = shown();
    story.at(5).try_declined(1);
    assert_eq!((story.told().as_str(), story.stands().as_str()), ("try_declined", "awaiting_payment"));
    story.at(6).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
}

#[test]
fn a_declined_try_that_nobody_repeats_ends_as_expired() {
    let mut story = shown();
    story.at(5).try_declined(1).at(300).wake().at(302).try_declined(1);
    assert_eq!(story.stands(), "expired for certain (expired)");
}

#[test]
fn a_terminal_decline_is_declined_for_certain() {
    let mut story = shown();
    story.at(5).declined_for_good(1);
    assert_eq!(story.stands(), "declined for certain (declined)");
}

#[test]
fn a_terminal_decline_while_cancelling_is_cancelled_for_certain() {
    let mut story = shown();
    story.at(4).cancel().at(5).declined_for_good(1);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_code_that_was_withdrawn_at_the_bank_cancels_the_payment() {
    let mut story = shown();
    story.at(5).status(1, OrderState::Annulled);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn answers_that_name_another_order_teach_nothing() {
    let mut story = shown();
    let other = Some(story.order(2).to_string());
    let asked_at = second(5);
    for state in [
        OrderState::Annulled,
        OrderState::Expired,
        OrderState::InProgress,
        OrderState::Declined { reason: None, terminal: true },
        OrderState::Paid(crate::common::story::notice(None, None)),
    ] {
        story.at(5).status_of(1, other.clone(), asked_at, state.clone());
        assert_eq!(story.told(), "nothing", "{state:?}");
    }
}

#[test]
fn an_expired_code_is_watched_until_money_under_way_would_have_come() {
    let mut story = shown();
    story.at(300).wake().at(302).unpaid(1);
    assert_eq!(story.orders(), "1 dead");
    story.at(364).unpaid(1);
    assert_eq!(story.orders(), "1 closed");
}

#[test]
fn a_watch_goes_on_while_the_bank_reports_a_payment_in_progress() {
    let mut story = shown();
    story.at(300).wake().at(302).unpaid(1).at(400).in_progress(1);
    assert_eq!(story.orders(), "1 dead");
    story.at(500).unpaid(1);
    assert_eq!(story.orders(), "1 closed");
}

#[test]
fn a_shown_code_whose_life_can_only_be_waited_out_ends_uncertain() {
    // A plate whose arming was not answered, at a bank that can't be asked by order.
    let mut story = one_bank()
        .kind(payment::CodeKind::CashLink)
        .banks(|terms| {
            terms.status_by_order = false;
            terms.response_timeout = Duration::from_secs(1_000);
        })
        .open();
    story.at(10).code_unknown(1);
    assert_eq!((story.did().as_str(), story.orders().as_str()), ("nothing", "1 payable"));
    story.at(11).cancel();
    assert_eq!((story.did().as_str(), story.stands().as_str()), ("nothing", "cancelling"), "nobody to ask");
    story.at(362).wake();
    assert_eq!(story.orders(), "1 closed");
    assert_eq!(story.stands(), "cancelled, payable until 362 s", "it may have been paid unseen");
}

#[test]
fn a_late_answer_for_a_plate_that_was_waited_out_is_kept_aside_once() {
    let mut story = one_bank()
        .kind(payment::CodeKind::CashLink)
        .banks(|terms| {
            terms.status_by_order = false;
            terms.response_timeout = Duration::from_secs(1_000);
        })
        .open();
    story.at(10).code_unknown(1).at(362).wake();
    assert_eq!((story.orders().as_str(), story.stands().as_str()), ("1 closed", "accepted"));
    let attempt = story.order(1);
    for (now, told) in [(370, "code_kept_aside"), (371, "nothing")] {
        let answer = Ok(crate::common::story::code(1, Some(second(4_000))));
        story.at(now).feed(payment::Input::Issued { attempt, answer });
        assert_eq!((story.told().as_str(), story.orders().as_str()), (told, "1 payable"));
    }
}
