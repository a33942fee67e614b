//! Orders that their bank made, and says later that it does not know: of money nothing is learned by that.

use std::time::Duration;

use payment::{CallError, OrderState, RefusalKind};

use crate::common::shop::one_bank;
use crate::common::story::{Story, refusal};

fn shown() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1);
    story
}

fn not_known(story: &mut Story) -> &mut Story {
    story.status(1, OrderState::NotFound)
}

#[test]
fn p7_a_code_that_its_bank_does_not_know_any_more_is_never_certainly_unpaid() {
    let mut story = shown();
    not_known(story.at(300).wake().at(302));
    assert_eq!((story.told().as_str(), story.stands().as_str()), ("nothing", "cancelling"));
    story.at(360).wake();
    assert_eq!((story.stands().as_str(), story.did().as_str()), ("expired, payable until 362 s", "ask 1"));
    not_known(story.at(361));
    assert_eq!(story.orders(), "1 payable", "it is asked for until its life has been waited out");
    not_known(story.at(362));
    assert_eq!(story.orders(), "1 closed");
    story.at(400).paid(1, "T1");
    assert_eq!(
        (story.money().as_str(), story.did().as_str()),
        ("T1 refunding", "refund 1"),
        "heard whenever it comes"
    );
}

#[test]
fn p7_an_order_that_is_not_known_until_the_end_of_a_long_patience_ends_uncertain() {
    let mut story = one_bank().banks(|terms| terms.response_timeout = Duration::from_secs(1_000)).open();
    not_known(story.at(1).code(1).at(300).wake().at(361));
    assert_eq!(story.stands(), "cancelling");
    not_known(story.at(362));
    assert_eq!(story.stands(), "expired, payable until 362 s", "nobody can be asked any more");
}

#[test]
fn money_pays_once_the_bank_knows_the_order_again() {
    let mut story = shown();
    not_known(story.at(300).wake().at(310));
    story.at(311).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
    let mut unpaid = shown();
    not_known(unpaid.at(300).wake().at(310)).at(311).unpaid(1);
    assert_eq!(unpaid.stands(), "expired for certain (expired)");
}

#[test]
fn a_payment_in_progress_is_not_gone_because_its_order_is_not_known() {
    let mut story = shown();
    not_known(story.at(5).in_progress(1).at(6));
    assert_eq!((story.told().as_str(), story.stands().as_str()), ("nothing", "processing"));
}

#[test]
fn a_withdrawal_is_tried_again_and_an_end_without_it_is_uncertain() {
    let mut story = shown();
    story.at(5).cancel().at(6).annulment(1, Err(CallError::Refused(refusal(RefusalKind::Other))));
    not_known(story.at(8));
    assert_eq!(story.did(), "annul 1");
    let mut withdrawn = story.clone();
    withdrawn.at(9).annulled(1);
    assert_eq!(withdrawn.stands(), "cancelled for certain (cancelled)");
    story.annulment(1, Err(CallError::Refused(refusal(RefusalKind::Other)))).at(65).wake();
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
}

#[test]
fn where_nothing_can_be_withdrawn_a_cancel_waits_for_an_answer() {
    let mut story = one_bank().banks(|terms| terms.annul = false).open();
    not_known(story.at(1).code(1).at(5).cancel().at(6));
    assert_eq!(story.stands(), "cancelling", "unpaid would be told at once");
    story.at(65).wake();
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
}

#[test]
fn a_code_without_an_end_of_its_own_is_watched_on() {
    let mut story = one_bank().open();
    not_known(story.at(1).endless_code(1).at(300).wake().at(100_000));
    assert_eq!(story.orders(), "1 payable", "time alone does not kill it");
}

#[test]
fn the_watch_of_a_dead_code_ends_all_the_same() {
    let mut story = shown();
    story.at(300).wake().at(302).unpaid(1);
    not_known(story.at(363));
    assert_eq!(story.orders(), "1 dead");
    not_known(story.at(364));
    assert_eq!(story.orders(), "1 closed");
}

#[test]
fn a_static_code_that_was_withdrawn_may_have_been_paid_before_though_its_order_is_not_known() {
    let mut story = one_bank().kind(payment::CodeKind::Static).open();
    not_known(story.at(1).code(1).at(5).cancel().at(6).annulled(1).at(7));
    assert_eq!(story.stands(), "cancelling");
    story.at(8).unpaid(1);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn an_orphan_whose_code_has_come_is_waited_out() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(1).at(12).not_now(1).at(13).code(2).at(14).paid(2, "T2");
    not_known(story.at(303));
    assert_eq!(story.orders(), "1 payable, 2 closed");
    not_known(story.at(362));
    assert_eq!(story.orders(), "1 closed, 2 closed");
}
