//! A pay that supersedes another operation: that one is resolved first, and no bank is asked before.

use payment::{Input, Resolution};

use crate::common::shop::one_bank;
use crate::common::story::Story;

fn waiting() -> Story {
    one_bank().supersedes("17-3-000122-1").open()
}

#[test]
fn it_waits_without_asking_a_bank_and_asks_for_the_other_one_again_and_again() {
    let mut story = waiting();
    assert_eq!(story.told(), "accepted, wait_began");
    assert_eq!((story.stands().as_str(), story.did().as_str()), ("accepted", "resolve"));
    assert_eq!((story.orders().as_str(), story.wakes_in_ms()), ("nothing", Some(1_000)));
    story.at(1).wake();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("nothing", "resolve"));
    assert!(story.payment.is_open());
    story.at(600).wake();
    assert_eq!(story.stands(), "accepted", "it waits as long as it takes");
}

#[test]
fn when_the_other_is_over_it_starts_and_has_its_whole_time() {
    let mut story = waiting();
    story.at(40).feed(Input::Resolved(Resolution::Over));
    assert_eq!(story.told(), "wait_ended, issue_ordered");
    assert_eq!(story.did(), "issue 1");
    story.at(99).code(1);
    assert_eq!(story.stands(), "awaiting_payment");
}

#[test]
fn when_the_other_is_paid_or_under_review_it_fails_and_no_bank_was_asked() {
    for resolution in [Resolution::Paid, Resolution::Review] {
        let mut story = waiting();
        story.at(5).feed(Input::Resolved(resolution));
        assert_eq!(story.stands(), "failed for certain (superseded_paid)");
        assert_eq!((story.did().as_str(), story.orders().as_str()), ("nothing", "nothing"));
        story.at(65).wake_delivered();
        assert_eq!(story.wakes_in_ms(), None, "settled");
    }
}

#[test]
fn a_cancel_while_it_waits_is_certain_at_once() {
    let mut story = waiting();
    story.at(5).cancel();
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
    story.at(6).feed(Input::Resolved(Resolution::Over));
    assert_eq!((story.told().as_str(), story.did().as_str()), ("nothing", "nothing"));
    assert!(story.payment.never_started());
    let mut started = waiting();
    started.at(5).feed(Input::Resolved(Resolution::Over));
    assert!(!started.payment.never_started(), "a bank was asked");
    let waits_for_its_plate = one_bank().plate().open_without_link();
    assert!(!waits_for_its_plate.payment.never_started(), "it supersedes nothing");
}

#[test]
fn a_resolution_that_comes_twice_changes_nothing() {
    let mut story = waiting();
    story.at(5).feed(Input::Resolved(Resolution::Over)).at(6).feed(Input::Resolved(Resolution::Paid));
    assert_eq!(story.told(), "nothing");
    let mut alone = one_bank().open();
    alone.at(1).feed(Input::Resolved(Resolution::Paid));
    assert_eq!((alone.told().as_str(), alone.stands().as_str()), ("nothing", "accepted"));
}

#[test]
fn a_turn_that_comes_after_not_after_is_stale_and_no_bank_is_asked() {
    let shop = || one_bank().supersedes("17-3-000122-1").not_after(30);
    let mut in_time = shop().open();
    in_time.at(30).feed(Input::Resolved(Resolution::Over));
    assert_eq!(in_time.did(), "issue 1");
    let mut late = shop().open();
    late.at_ms(30_001).wake();
    assert_eq!(
        (late.stands().as_str(), late.did().as_str()),
        ("accepted", "resolve"),
        "it may yet prove paid"
    );
    late.feed(Input::Resolved(Resolution::Over));
    assert_eq!((late.stands().as_str(), late.did().as_str()), ("failed for certain (stale)", "nothing"));
    assert!(late.payment.never_started());
    let mut paid = shop().open();
    paid.at(40).feed(Input::Resolved(Resolution::Paid));
    assert_eq!(paid.stands(), "failed for certain (superseded_paid)");
}
