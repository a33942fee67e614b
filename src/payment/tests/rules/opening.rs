//! From the checkout to a shown code.

use std::time::Duration;

use payment::{Life, RefusalKind, Status};

use crate::common::shop::{one_bank, two_banks};
use crate::common::story::second;

#[test]
fn the_first_bank_is_asked_for_a_code_at_once() {
    let story = one_bank().open();
    assert_eq!(story.told(), "accepted, issue_ordered");
    assert_eq!(story.did(), "issue 1");
    assert_eq!(story.stands(), "accepted");
}

#[test]
fn the_state_says_that_the_bank_is_being_asked_before_it_is_asked() {
    let story = one_bank().open();
    let Life::Issuing(call) = story.payment.state.attempts[0].life else { panic!("not issuing") };
    assert_eq!(call.since, second(0));
    assert_eq!(call.deadline, second(10));
    assert_eq!(call.epoch, 1);
}

#[test]
fn a_code_is_shown_as_soon_as_the_bank_gives_it() {
    let mut story = one_bank().open();
    story.at_ms(300).code(1);
    assert_eq!(story.told(), "code_shown");
    assert_eq!(story.stands(), "awaiting_payment");
    assert_eq!(story.payment.state.attempts[0].shown_at, Some(story.now));
    assert_eq!(story.wakes_in_ms(), Some(1_000), "the first status is asked after a second");
}

#[test]
fn p2_an_answer_that_comes_twice_or_too_late_changes_nothing() {
    let mut story = one_bank().open();
    story.at(1).code(1).at(2).code(1);
    assert_eq!((story.told().as_str(), story.did().as_str()), ("nothing", "nothing"));
    story.at(3).code_unknown(1);
    assert_eq!((story.told().as_str(), story.orders().as_str()), ("nothing", "1 payable"));
}

#[test]
fn a_paid_code_pays_the_payment() {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
    assert_eq!(story.money(), "T1 pays");
    assert_eq!(story.orders(), "1 closed", "a dynamic code takes one payment");
}

#[test]
fn the_till_sees_tries_come_and_go() {
    let mut story = one_bank().open();
    story.at(1).code(1);
    let word = |story: &crate::common::story::Story| (story.told(), story.payment.status());
    for (second, step, told, status) in [
        (2, "unpaid", "nothing", Status::AwaitingPayment),
        (3, "in progress", "processing_seen", Status::Processing),
        (4, "in progress", "nothing", Status::Processing),
        (5, "declined", "try_declined", Status::AwaitingPayment),
        (6, "declined", "nothing", Status::AwaitingPayment),
        (7, "in progress", "processing_seen", Status::Processing),
        (8, "unpaid", "processing_gone", Status::AwaitingPayment),
        (9, "in progress", "processing_seen", Status::Processing),
        (10, "declined", "try_declined", Status::AwaitingPayment),
    ] {
        story.at(second);
        match step {
            "unpaid" => story.unpaid(1),
            "in progress" => story.in_progress(1),
            _ => story.try_declined(1),
        };
        assert_eq!(word(&story), (told.to_owned(), status), "{step} at {second} s");
    }
}

#[test]
fn a_refusal_by_the_only_bank_ends_the_payment_for_certain() {
    for (kind, stands) in [
        (RefusalKind::Other, "failed for certain (bank_refused)"),
        (RefusalKind::Settings, "failed for certain (bank_refused)"),
        (RefusalKind::AmountOutOfRange, "failed for certain (amount_out_of_range)"),
        (RefusalKind::Unavailable, "failed for certain (bank_unavailable)"),
    ] {
        let mut story = one_bank().open();
        story.at(1).code_refused(1, kind);
        assert_eq!(story.stands(), stands, "{kind:?}");
        assert_eq!(story.did(), "nothing");
    }
}

#[test]
fn without_a_connection_the_bank_is_tried_every_second_until_the_time_is_up() {
    let mut story = one_bank().open();
    story.at_ms(10).code_not_sent(1);
    assert_eq!((story.did(), story.wakes_in_ms()), ("nothing".to_owned(), Some(1_000)));
    story.at_ms(1_010).wake();
    assert_eq!(story.did(), "issue 2");
    story.at_ms(1_020).code_not_sent(2).at(60).wake();
    assert_eq!(story.stands(), "failed for certain (bank_unavailable)");
}

#[test]
fn a_payment_without_a_shown_code_ends_for_certain_while_the_bank_is_still_being_asked() {
    let mut story = one_bank().banks(|terms| terms.call_timeout = Duration::from_secs(90)).open();
    story.at(60).wake();
    assert_eq!(story.stands(), "failed for certain (bank_unavailable)");
    assert_eq!(story.orders(), "1 issuing");
    story.at(61).code(1);
    assert_eq!(story.told(), "code_kept_aside, annulment_wanted, annulment_ordered");
    assert_eq!(story.stands(), "failed for certain (bank_unavailable)", "p3: the end stays");
}

#[test]
fn a_code_that_comes_after_the_time_but_before_the_end_is_told_is_shown() {
    let mut story = one_bank().banks(|terms| terms.call_timeout = Duration::from_secs(90)).open();
    story.at(61).code(1);
    assert_eq!(story.stands(), "awaiting_payment");
}

#[test]
fn a_bank_that_never_answers_is_left_in_the_end() {
    let mut story = one_bank().open();
    for n in 1..=20 {
        assert!(story.did().ends_with(&format!("issue {n}")), "{}", story.did());
        story.at(2 * u64::from(n)).code_unknown(n);
        if story.did() == "nothing" && n < 20 {
            story.at(2 * u64::from(n) + 1).wake();
        }
    }
    assert_eq!(story.stands(), "failed for certain (bank_unavailable)");
    assert_eq!(story.payment.state.attempts.len(), 20);
}

#[test]
fn the_registers_wish_for_the_codes_life_is_kept_within_the_banks_bounds() {
    for (wanted, life) in [(120, 120), (0, 60), (7_200, 3_600)] {
        let shop = one_bank().wants_life(wanted).banks(|terms| terms.code_life_min = Duration::from_mins(1));
        assert_eq!(shop.open().payment.state.attempts[0].expires_at, second(life), "{wanted}");
    }
    assert_eq!(two_banks().open().payment.state.attempts[0].expires_at, second(300), "the bank's own");
}

#[test]
fn the_banks_own_end_of_the_code_is_what_holds() {
    let mut story = one_bank().open();
    let attempt = story.order(1);
    let answer = Ok(crate::common::story::code(1, Some(second(90))));
    story.at(1).feed(payment::Input::Issued { attempt, answer });
    assert_eq!(story.payment.state.attempts[0].expires_at, second(90));
    story.at(90).wake();
    assert_eq!(story.stands(), "cancelling");
}
