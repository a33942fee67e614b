//! Cash links: a plate carries one order at a time. Whoever meets one that is armed waits, and is told so when its time is
//! up; the plate is given back once the bank has said that the order is over.

use payment::{OrderState, RefusalKind};

use crate::common::shop::{one_bank, two_banks};
use crate::common::story::Story;

fn holds(story: &Story) -> Vec<String> {
    let held = story.payment.links_held();
    held.into_iter().map(|(server, link)| format!("{server}/{link}")).collect()
}

fn shown() -> Story {
    let mut story = one_bank().plate().open();
    story.at(1).code(1);
    story
}

#[test]
fn a_plate_belongs_to_its_payment_from_the_first_byte() {
    assert_eq!(holds(&one_bank().plate().open()), ["north/AS1"]);
    assert_eq!(holds(&one_bank().open()), [""; 0], "a dynamic code has no plate");
}

#[test]
fn a_plate_is_given_back_when_the_bank_says_that_the_order_is_over() {
    for (how, over) in [
        ("paid", (|story| story.at(5).paid(1, "T1")) as fn(&mut Story) -> &mut Story),
        ("annulled", |story| story.at(5).cancel().annulled(1)),
        ("ended at the bank", |story| story.at(5).status(1, OrderState::Annulled)),
        ("expired", |story| story.at(400).unpaid(1)),
        ("declined for good", |story| story.at(5).declined_for_good(1)),
    ] {
        let mut story = shown();
        assert_eq!(holds(&story), ["north/AS1"], "{how}: before");
        over(&mut story);
        assert_eq!(holds(&story), [""; 0], "{how}: after");
    }
    let mut refused = one_bank().plate().open();
    refused.at(1).code_refused(1, RefusalKind::Other);
    assert_eq!(holds(&refused), [""; 0], "the bank has no such order");
}

#[test]
fn a_plate_is_kept_while_a_payment_is_in_progress_or_nothing_is_certain() {
    let mut story = shown();
    story.at(5).in_progress(1).at(6).cancel().at(7).not_now(1).in_progress(1);
    assert_eq!((story.stands().as_str(), holds(&story).len()), ("cancelling", 1));
    story.at(70).wake();
    assert_eq!((story.stands().as_str(), holds(&story).len()), ("cancelled, payable until 302 s", 1));
    story.at(80).paid(1, "T1");
    assert_eq!(
        (story.did().as_str(), holds(&story).len()),
        ("refund 1", 0),
        "late money frees it, and goes back"
    );

    let mut unknown = one_bank().plate().open();
    unknown.at(10).code_unknown(1).at(11).status(1, OrderState::NotFound);
    assert_eq!(holds(&unknown).len(), 1, "it may still be made");
}

#[test]
fn an_arming_of_which_nothing_is_known_can_be_withdrawn_since_the_plate_is_known() {
    let mut story = one_bank().plate().open();
    story.at(10).code_unknown(1).at(12).cancel();
    assert_eq!(story.did(), "annul 1");
    story.at(13).annulled(1);
    assert_eq!((story.stands().as_str(), holds(&story).len()), ("cancelled for certain (cancelled)", 0));
}

#[test]
fn a_pay_that_meets_an_armed_plate_waits_without_asking_a_bank() {
    let mut story = one_bank().plate().open_without_link();
    assert_eq!((story.stands().as_str(), story.did().as_str()), ("accepted", "nothing"));
    assert_eq!(story.wakes_in_ms(), Some(1_000));
    story.at(1).wake_without_link();
    assert_eq!(
        (story.told().as_str(), story.wakes_in_ms()),
        ("nothing", Some(1_000)),
        "waiting on costs no commit"
    );
    story.at(2).wake();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("wait_ended, issue_ordered", "issue 1"));
    assert_eq!(holds(&story), ["north/AS1"]);
    story.at(3).code(1).at(4).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
}

#[test]
fn waiting_is_not_counted_into_the_time_that_the_bank_has() {
    let mut story = one_bank().plate().not_after(100).open_without_link();
    story.at(90).wake();
    story.at(149).wake();
    assert_eq!(
        story.stands(),
        "accepted",
        "the call of 10 s is unknown, and the till waits 60 s from the start"
    );
    story.at(150).wake();
    assert_eq!(story.stands(), "cancelling");
}

#[test]
fn a_wait_ends_at_its_time_as_link_busy_and_certain() {
    for (shop, seconds) in [(one_bank().plate(), 60), (one_bank().plate().not_after(20), 20)] {
        let mut story = shop.open_without_link();
        story.at(seconds - 1).wake_without_link();
        assert_eq!((story.stands().as_str(), story.wakes_in_ms()), ("accepted", Some(1_000)));
        story.at(seconds).wake();
        assert_eq!(
            (story.stands().as_str(), story.did().as_str()),
            ("failed for certain (link_busy)", "nothing")
        );
    }
}

#[test]
fn a_cancel_ends_a_wait_at_once_and_for_certain() {
    let mut story = one_bank().plate().open_without_link();
    story.at(5).cancel();
    assert_eq!(
        (story.stands().as_str(), story.did().as_str()),
        ("cancelled for certain (cancelled)", "nothing")
    );
}

#[test]
fn a_plate_that_was_given_back_after_a_call_that_was_not_sent_may_be_lost_to_another() {
    let mut story = one_bank().plate().open();
    story.at(1).code_not_sent(1);
    assert_eq!(holds(&story), [""; 0]);
    story.at(2).wake_without_link();
    assert_eq!((story.told().as_str(), story.stands().as_str()), ("wait_began", "accepted"));
    story.at(4).wake();
    assert_eq!((story.did().as_str(), holds(&story).len()), ("issue 2", 1));
}

#[test]
fn a_plate_that_is_lost_when_the_time_to_wait_for_it_is_over_is_not_waited_for() {
    let mut story = one_bank().plate().not_after(2).open();
    story.at(1).code_not_sent(1).at(2).wake_without_link();
    assert_eq!((story.told().as_str(), story.stands().as_str()), ("ended", "failed for certain (link_busy)"));
}

#[test]
fn money_of_an_earlier_order_of_the_plate_never_pays_a_later_sale() {
    let mut first = shown();
    first.at(5).cancel().at(6).annulled(1).unpaid(1);
    let mut second = two_banks().plate().open();
    let foreign = first.order(1).to_string();
    second.at(7).code(1).at(8).status_of(1, Some(foreign), first.now, OrderState::Unpaid);
    assert_eq!(second.stands(), "awaiting_payment");
    first.at(9).paid(1, "T1");
    assert_eq!(first.did(), "refund 1");
}

/// The first arming was not answered, its bank says that it is over, and the second is ordered; then the first is answered.
fn answered_after_the_next() -> Story {
    let mut story = one_bank().plate().open();
    story.at(10).code_unknown(1).at(12).status(1, OrderState::Expired);
    assert_eq!((story.did().as_str(), story.orders().as_str()), ("issue 2", "1 dead, 2 issuing"));
    story.at(13).code(1);
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("code_kept_aside", "1 dead, 2 issuing"));
    story.at(14).code(2);
    assert_eq!(story.stands(), "awaiting_payment");
    story
}

#[test]
fn p1_of_two_armings_only_the_last_is_payable_and_all_money_of_both_is_found() {
    let mut second_pays = answered_after_the_next();
    second_pays.at(20).paid(2, "T2").at(21).paid(1, "T1");
    assert_eq!((second_pays.stands().as_str(), second_pays.did().as_str()), ("paid by T2", "refund 1"));
    assert_eq!(second_pays.money(), "T2 pays, T1 refunding");

    let mut first_pays = answered_after_the_next();
    first_pays.at(20).paid(1, "T1");
    assert_eq!((first_pays.stands().as_str(), first_pays.did().as_str()), ("paid by T1", "annul 2"));
    first_pays.at(21).paid(2, "T2");
    assert_eq!(first_pays.money(), "T1 pays, T2 refunding");
}

#[test]
fn p1_an_arming_that_was_answered_too_late_is_watched_as_long_as_its_answer_lets_it_live() {
    let mut story = answered_after_the_next();
    story.at(15).paid(2, "T2").at(361).unpaid(1);
    assert_eq!(story.orders(), "1 dead, 2 closed");
    story.at(362).unpaid(1);
    assert_eq!(story.orders(), "1 closed, 2 closed");
}

#[test]
fn an_arming_that_turns_out_to_be_alive_after_the_sale_is_withdrawn() {
    let mut story = one_bank().plate().open();
    story
        .at(10)
        .code_unknown(1)
        .at(12)
        .status(1, OrderState::Expired)
        .at(13)
        .code_refused(2, RefusalKind::Other);
    assert_eq!(story.stands(), "failed for certain (bank_refused)");
    story.at(14).code(1);
    assert_eq!((story.did().as_str(), story.orders().as_str()), ("annul 1", "1 payable, 2 not issued"));
    story.at(15).paid(1, "T1");
    assert_eq!(story.money(), "T1 refunding");
}
