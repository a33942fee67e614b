//! Another bank, or another order at the same bank: only before a code is shown, never with the same order.

use payment::{OrderState, RefusalKind};

use crate::common::shop::{one_bank, three_banks, two_banks};

#[test]
fn p7_an_unknown_create_goes_on_with_a_new_order_at_the_next_bank_at_once() {
    let mut story = two_banks().open();
    story.at(10).code_unknown(1);
    assert_eq!(story.told(), "issue_unknown, issue_ordered");
    assert_eq!(story.did(), "issue 2");
    assert_eq!(story.orders(), "1 payable, 2 issuing", "what is unknown may be payable, it has not failed");
    assert_eq!(story.payment.route_of(&story.payment.state.attempts[1]).server.to_string(), "south");
}

#[test]
fn a_refusal_and_a_missing_connection_go_on_at_the_next_bank_at_once() {
    let mut story = two_banks().open();
    story.at(1).code_refused(1, RefusalKind::Other);
    assert_eq!(story.did(), "issue 2");
    let mut story = two_banks().open();
    story.at(1).code_not_sent(1);
    assert_eq!(story.did(), "issue 2");
}

#[test]
fn a_bank_that_refused_is_not_asked_again() {
    let mut story = two_banks().open();
    story.at(1).code_refused(1, RefusalKind::Other).at(2).code_not_sent(2);
    assert_eq!(story.did(), "nothing", "a pause before the same bank is tried again");
    story.at(3).wake();
    assert_eq!(story.did(), "issue 3");
    assert_eq!(story.payment.route_of(&story.payment.state.attempts[2]).server.to_string(), "south");
    story.at(4).code_not_sent(3);
    assert_eq!(story.did(), "nothing", "a pause each time, however many banks have refused");
    story.at(5).wake().at(6).code_refused(4, RefusalKind::AmountOutOfRange);
    assert_eq!(story.stands(), "failed for certain (amount_out_of_range)");
}

#[test]
fn banks_are_tried_in_a_circle_in_their_order_and_those_that_refused_are_left_out() {
    let mut story = three_banks().open();
    story
        .at(1)
        .code_not_sent(1)
        .at(2)
        .code_refused(2, RefusalKind::Other)
        .at(3)
        .code_not_sent(3)
        .at(4)
        .wake();
    story.at(5).code_not_sent(4).at(6).wake();
    let routes: Vec<_> = story.payment.state.attempts.iter().map(|attempt| attempt.route).collect();
    assert_eq!(routes, [0, 1, 2, 0, 2]);
}

#[test]
fn a_refusal_after_a_missing_connection_does_not_hurry_back_to_the_first_bank() {
    let mut story = two_banks().open();
    story.at(1).code_not_sent(1).at(2).code_refused(2, RefusalKind::Other);
    assert_eq!((story.did(), story.wakes_in_ms()), ("nothing".to_owned(), Some(1_000)));
    story.at(3).wake();
    assert_eq!(story.did(), "issue 3");
}

#[test]
fn an_ill_bank_is_not_flooded_with_orders() {
    let mut story = one_bank().open();
    story.at_ms(10).code_unknown(1);
    assert_eq!(story.did(), "issue 2", "once more at once");
    story.at_ms(20).code_unknown(2);
    assert_eq!((story.did(), story.wakes_in_ms()), ("nothing".to_owned(), Some(1_000)), "then after a pause");
}

#[test]
fn a_bank_that_takes_nothing_now_is_passed_over_and_named_as_the_trouble() {
    let mut story = two_banks().open();
    story.at(1).code_refused(1, RefusalKind::Unavailable);
    assert_eq!(story.did(), "issue 2");
    story.at(2).code_refused(2, RefusalKind::Other);
    assert_eq!(
        story.stands(),
        "failed for certain (bank_unavailable)",
        "at once: nobody is left to be asked"
    );
}

#[test]
fn the_end_names_the_trouble_that_was_there() {
    let mut story = two_banks().open();
    story.at(1).code_refused(1, RefusalKind::Other).at(2).code_not_sent(2).at(60).wake();
    assert_eq!(
        story.stands(),
        "failed for certain (bank_unavailable)",
        "one bank refused, one was not there"
    );
}

#[test]
fn p1_a_shown_code_is_never_replaced_by_another_bank() {
    let mut story = two_banks().open();
    story.at(1).code(1);
    for second in 2..100 {
        story.at(second).wake();
        assert_eq!(story.did(), "ask 1");
        match second % 4 {
            0 => story.unpaid(1),
            1 => story.in_progress(1),
            2 => story.try_declined(1),
            _ => story.status(1, OrderState::NotFound),
        };
    }
    assert_eq!(story.orders(), "1 payable");
}

#[test]
fn p1_two_codes_are_never_asked_for_at_once() {
    let mut story = two_banks().open();
    for second in 1..10 {
        story.at(second).wake();
        assert_eq!(story.orders(), "1 issuing");
    }
}

#[test]
fn every_try_has_an_order_number_of_its_own() {
    let mut story = two_banks().open();
    story.at(1).code_unknown(1).at(2).code_unknown(2);
    let orders: std::collections::BTreeSet<_> =
        story.payment.state.attempts.iter().map(|attempt| attempt.id).collect();
    assert_eq!(orders.len(), 3);
}
