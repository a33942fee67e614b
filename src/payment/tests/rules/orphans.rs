//! Unknown creates: codes that may exist, are never shown, and whose money always goes back.

use payment::{LateMoney, OrderState, RefusalKind};

use crate::common::shop::{one_bank, roubles, two_banks};
use crate::common::story::{Story, code, notice, second};

/// A payment whose first order is an orphan and whose second order's code is shown.
fn with_orphan() -> Story {
    let mut story = two_banks().open();
    story.at(10).code_unknown(1).at(11).code(2);
    assert_eq!(story.stands(), "awaiting_payment");
    story
}

#[test]
fn p1_an_orphans_code_is_never_shown_even_if_it_comes_later() {
    let mut story = two_banks().open();
    story.at(10).code_unknown(1).at(11).code(1);
    assert_eq!(story.told(), "code_kept_aside, annulment_wanted, annulment_ordered");
    assert_eq!(story.did(), "annul 1");
    assert_eq!(story.stands(), "accepted");
    story.at(12).code(2);
    assert_eq!(story.payment.shown_attempt().unwrap().id, story.order(2));
}

#[test]
fn an_orphan_is_withdrawn_where_the_bank_can_and_only_watched_where_it_cannot() {
    let mut story = two_banks().bank(0, |terms| terms.annul = false).open();
    story.at(10).code_unknown(1).at(11).code(1);
    assert_eq!((story.told().as_str(), story.did().as_str()), ("code_kept_aside", "nothing"));
    story.at(13).wake();
    assert_eq!(story.did(), "ask 1");
}

#[test]
fn an_orphan_is_watched_by_its_order_until_its_life_has_ended() {
    let mut story = with_orphan();
    story.at(15).wake();
    assert_eq!(story.did(), "ask 1, ask 2");
    story.at(20).paid(2, "T2").at(100).wake();
    assert_eq!(story.did(), "ask 1", "also after the payment is paid");
    story.at(301).status(1, OrderState::NotFound);
    assert_eq!(story.orders(), "1 payable, 2 closed", "the bank's clock may be behind");
    story.at(303).status(1, OrderState::NotFound);
    assert_eq!(story.orders(), "1 dead, 2 closed");
    story.at(400).status(1, OrderState::NotFound);
    assert_eq!(story.orders(), "1 closed, 2 closed");
}

#[test]
fn p1_an_orphan_that_was_believed_to_have_ended_is_withdrawn_when_its_late_code_turns_out_to_have_no_end() {
    for seen_dead_at in [303, 400] {
        let mut story = with_orphan();
        story.at(20).paid(2, "T2").at(303).status(1, OrderState::NotFound);
        story.at(seen_dead_at).status(1, OrderState::NotFound);
        story.at(401).endless_code(1);
        assert_eq!(story.did(), "annul 1", "{seen_dead_at}");
        assert_eq!(story.orders(), "1 payable, 2 closed", "{seen_dead_at}");
        story.at(402).annulled(1);
        assert_eq!(story.orders(), "1 dead, 2 closed", "{seen_dead_at}");
    }
}

#[test]
fn p1_a_late_code_wakes_a_dead_orphan_only_if_it_ends_later_than_now() {
    for (ends_at, orders) in
        [(402, "1 payable, 2 closed"), (401, "1 dead, 2 closed"), (300, "1 dead, 2 closed")]
    {
        let mut story = with_orphan();
        story.at(20).paid(2, "T2").at(360).status(1, OrderState::NotFound);
        let attempt = story.order(1);
        let answer = Ok(code(1, Some(second(ends_at))));
        story.at(401).feed(payment::Input::Issued { attempt, answer });
        assert_eq!(story.orders(), orders, "{ends_at} s");
    }
}

#[test]
fn p1_an_orphans_money_goes_back_while_the_payment_goes_on() {
    let mut story = with_orphan();
    story.at(15).paid(1, "T1");
    assert_eq!(story.money(), "T1 refunding");
    assert_eq!(story.did(), "refund 1");
    assert_eq!(story.stands(), "awaiting_payment");
    story.at(16).paid(2, "T2");
    assert_eq!(story.stands(), "paid by T2");
}

#[test]
fn an_orphans_money_goes_back_before_any_code_is_shown() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).paid(1, "T1");
    assert_eq!(story.money(), "T1 refunding");
    assert_eq!(story.stands(), "accepted");
}

#[test]
fn an_orphans_money_is_never_offered() {
    let mut story = one_bank().offers_late_money(600).open();
    story.at(10).code_unknown(1).cancel();
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
    story.at(20).paid(1, "T1");
    assert_eq!(story.money(), "T1 refunding");
    assert!(matches!(story.payment.checkout.late_money, LateMoney::Offer { .. }));
}

#[test]
fn an_orphans_money_goes_back_during_a_review_too() {
    let mut story = with_orphan();
    let wrong = OrderState::Paid(notice(Some("T2"), Some(roubles(1))));
    story.at(15).status(2, wrong).at(16).paid(1, "T1");
    assert_eq!(story.stands(), "review (amount_mismatch)");
    assert_eq!(story.money(), "T2 held, T1 refunding");
}

#[test]
fn money_that_names_another_order_or_none_is_not_an_orphans() {
    for order in [None, Some("0191f7e25d3a7abc8def012345678002".to_owned())] {
        let mut story = with_orphan();
        story.at(15).status_of(1, order, second(15), OrderState::Paid(notice(Some("T9"), None)));
        assert_eq!((story.told().as_str(), story.money().as_str()), ("nothing", "nothing"));
    }
}

#[test]
fn money_of_another_payment_at_an_orphan_is_left_to_people_during_a_review_too() {
    let mut story = with_orphan();
    story.at(15).status(2, OrderState::Paid(notice(Some("T2"), Some(roubles(1)))));
    story.at(16).paid_with_others_money(1, "T9");
    assert_eq!(story.money(), "T2 held, T9 manual", "nobody waits for it in the review");
}

#[test]
fn an_orphans_wrong_amount_is_for_people_and_does_not_stop_the_sale() {
    let mut story = with_orphan();
    story.at(15).status(1, OrderState::Paid(notice(Some("T1"), Some(roubles(1)))));
    assert_eq!(story.stands(), "awaiting_payment");
    assert_eq!(story.money(), "T1 manual");
}

#[test]
fn an_orphans_tries_are_not_told_to_the_till() {
    let mut story = with_orphan();
    assert_eq!(story.at(15).in_progress(1).told(), "nothing");
    assert_eq!(story.at(16).try_declined(1).told(), "nothing");
}

#[test]
fn without_a_lookup_by_order_an_orphan_is_waited_out_and_then_let_go() {
    let mut story = one_bank().banks(|terms| terms.status_by_order = false).open();
    story.at(10).code_unknown(1).code_refused(2, RefusalKind::Other);
    assert_eq!(story.stands(), "failed for certain (bank_refused)");
    assert_eq!(story.wakes_in_ms(), Some(352_000), "life, margin, and the time for money under way");
    story.at(200).wake();
    assert_eq!((story.did().as_str(), story.orders().as_str()), ("nothing", "1 payable, 2 not issued"));
    story.at(362).wake();
    assert_eq!(story.orders(), "1 closed, 2 not issued");
    story.at(363).wake_delivered();
    assert!(story.payment.state.settled);
}

#[test]
fn an_orphan_that_was_waited_out_leaves_no_doubt_of_the_end_since_nobody_had_its_code() {
    let mut story = two_banks()
        .bank(0, |terms| {
            (terms.status_by_order, terms.code_life) = (false, std::time::Duration::from_mins(1));
        })
        .open();
    story.at(10).code_unknown(1).at(11).code(2).at(140).wake();
    assert_eq!(story.orders(), "1 closed, 2 payable");
    story.at(150).cancel().at(151).annulled(2);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn a_late_code_makes_an_orphan_askable_and_withdrawable() {
    let mut story = one_bank().banks(|terms| terms.status_by_order = false).open();
    story.at(10).code_unknown(1).code_refused(2, RefusalKind::Other).at(15).code(1);
    assert_eq!(story.did(), "annul 1");
    story.at(16).annulled(1);
    assert_eq!(story.orders(), "1 dead, 2 not issued");
}

#[test]
fn a_late_code_of_an_orphan_that_was_waited_out_is_asked_for_after_all() {
    for (ends_at, did) in [(second(4_000), "annul 1"), (second(300), "annul 1")] {
        let mut story = one_bank().banks(|terms| terms.status_by_order = false).open();
        story.at(10).code_unknown(1).code_refused(2, RefusalKind::Other);
        story.at(362).wake_delivered().at(363).wake_delivered();
        assert!(story.payment.state.settled);
        let attempt = story.order(1);
        let answer = Ok(code(1, Some(ends_at)));
        story.at(370).feed(payment::Input::Issued { attempt, answer });
        assert_eq!((story.orders().as_str(), story.did().as_str()), ("1 payable, 2 not issued", did));
        story.at(371).paid(1, "T1");
        assert_eq!(story.money(), "T1 refunding", "it had been paid all along");
    }
}

#[test]
fn a_late_no_proves_that_an_orphan_does_not_exist() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code_refused(1, RefusalKind::Other);
    assert_eq!(story.orders(), "1 not issued, 2 issuing");
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code_not_sent(1);
    assert_eq!(story.orders(), "1 not issued, 2 issuing");
}

#[test]
fn a_late_no_says_nothing_of_an_orphan_that_is_dead() {
    let mut story = with_orphan();
    story.at(20).paid(2, "T2").at(360).status(1, OrderState::NotFound);
    story.at(361).code_refused(1, RefusalKind::Other);
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("nothing", "1 dead, 2 closed"));
}

#[test]
fn an_orphan_that_its_bank_refuses_for_good_does_not_end_the_sale() {
    let mut story = two_banks().open();
    story.at(10).code_unknown(1).at(11).declined_for_good(1);
    assert_eq!((story.stands().as_str(), story.orders().as_str()), ("accepted", "1 dead, 2 issuing"));
}

#[test]
fn a_late_no_does_not_argue_with_a_code_that_is_known() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(1).at(12).code_refused(1, RefusalKind::Other);
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("nothing", "1 payable, 2 issuing"));
}

#[test]
fn an_order_that_is_not_found_may_still_be_made() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(12).status(1, OrderState::NotFound);
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("nothing", "1 payable, 2 issuing"));
}

#[test]
fn a_crash_while_a_bank_is_asked_leaves_an_orphan() {
    let mut story = one_bank().open();
    story.at(1).crash();
    assert_eq!(story.told(), "issue_unknown, issue_ordered");
    assert_eq!(story.did(), "issue 2");
}

#[test]
fn a_call_whose_deadline_has_passed_is_given_up_by_the_wake() {
    let mut story = one_bank().open();
    story.at_ms(11_900).wake();
    assert_eq!(story.told(), "nothing", "the caller has a moment to tell by itself");
    story.at_ms(12_000).wake();
    assert_eq!(story.told(), "issue_unknown, issue_ordered");
}

#[test]
fn calls_of_living_instances_are_left_alone() {
    let mut story = one_bank().open();
    story.at(1).feed(payment::Input::CallsLost { epochs: vec![7] });
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("nothing", "1 issuing"));
}
