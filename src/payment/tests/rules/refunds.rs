//! Money that goes back on request: one at a time, never twice, never more than the credit.

use payment::{Call, CallError, Currency, Input, Money, OperationId, Origin, RefundAbility, RefundAnswer};
use payment::{RefundOrder, RefundState, RefusalKind, RejectCode, Terms};

use crate::common::shop::{PRICE, Shop, one_bank, roubles};
use crate::common::story::{Story, refusal};

/// Paid by T1 at 5 s.
fn paid(shop: Shop) -> Story {
    let mut story = shop.open();
    story.at(1).code(1).at(5).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
    story
}

fn paid_where(change: impl Fn(&mut Terms)) -> Story {
    paid(one_bank().banks(change))
}

/// An accountant asks for one kopeck.
fn order(n: u16) -> RefundOrder {
    RefundOrder {
        operation: OperationId::parse(&format!("r{n}")).unwrap(),
        origin: Origin::Admin { who: "petrova".to_owned() },
        transaction: None,
        amount: Some(roubles(1)),
        reason: None,
        alone_up_to_minor: None,
    }
}

#[test]
fn the_whole_payment_goes_back_where_no_amount_is_named() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap();
    assert_eq!(
        (story.told().as_str(), story.did().as_str()),
        ("refund_accepted, refund_ordered", "refund 1")
    );
    story.at(11).refund_done(1);
    assert_eq!(story.returns(), "1: 19800 completed");
    assert_eq!(story.stands(), "paid by T1", "the payment keeps its word");
    assert_eq!(story.payment.refunded_minor(), PRICE);
}

#[test]
fn p4_parts_go_back_until_nothing_is_left() {
    let mut story = paid(one_bank());
    story.at(10).refund(Some(9_900)).unwrap().at(11).refund_done(1);
    assert_eq!(story.refund(Some(9_901)).err(), Some(RejectCode::RefundExceedsPaid));
    story.at(12).refund(None).unwrap();
    assert_eq!(story.returns(), "1: 9900 completed, 2: 9900 sending", "no amount: all that is left");
    story.at(13).refund_done(2);
    assert_eq!(story.refund(None).err(), Some(RejectCode::RefundExceedsPaid));
    assert_eq!(story.refund(Some(1)).err(), Some(RejectCode::RefundExceedsPaid));
}

#[test]
fn p4_what_goes_back_of_late_money_is_neither_taken_from_the_sale_nor_counted_to_it() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(2, "T2").at(13).paid(1, "T1");
    story.at(14).refund_done(1);
    assert_eq!((story.payment.refunded_minor(), story.payment.left_of_minor(0)), (0, PRICE));
    story.at(15).refund(Some(100)).unwrap();
    assert_eq!(
        (story.payment.refunded_minor(), story.payment.left_of_minor(0)),
        (0, PRICE - 100),
        "under way"
    );
    assert!(!story.payment.state.refunds[1].is_completed());
    story.at(16).refund_done(2);
    assert_eq!((story.payment.refunded_minor(), story.payment.left_of_minor(1)), (100, 0));
    assert!(story.payment.state.refunds[1].is_completed());
}

#[test]
fn a_bank_is_asked_for_the_order_and_the_money_that_the_refund_is_of() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(2, "T2").at(13).paid(1, "T1");
    let asked = story.payment.refund_request(&story.payment.state.refunds[0]).unwrap();
    assert_eq!((asked.refund, asked.order), (story.key(1), story.order(1)));
    assert_eq!((asked.transaction.as_str(), asked.amount.minor()), ("T1", PRICE));
    let of_the_code = story.payment.order_request(&story.payment.state.attempts[1]);
    assert_eq!(
        (of_the_code.order, of_the_code.code.as_ref().map(payment::CodeId::as_str)),
        (story.order(2), Some("AD2"))
    );
    let unknown = payment::Refund { credit: 2, ..story.payment.state.refunds[0].clone() };
    assert_eq!(story.payment.refund_request(&unknown), None, "there is no such money");
    assert_eq!(story.payment.left_of_minor(2), 0);
}

#[test]
fn p4_a_failed_refund_frees_its_amount() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap().at(11).refund_refused(1, RefusalKind::InsufficientFunds);
    assert_eq!(story.returns(), "1: 19800 failed, again from 3611 s");
    story.at(12).refund(Some(100)).unwrap();
    assert_eq!(story.did(), "refund 2");
}

#[test]
fn only_a_paid_payment_has_something_to_give_back() {
    let mut story = one_bank().open();
    assert_eq!(story.refund(None).err(), Some(RejectCode::NotPaid));
    story.at(1).code(1);
    assert_eq!(story.refund(None).err(), Some(RejectCode::NotPaid));
    story.at(2).cancel().at(3).annulled(1).at(4).paid(1, "T1");
    assert_eq!(story.refund(None).err(), Some(RejectCode::NotPaid), "late money goes back by itself");
}

#[test]
fn a_refund_is_asked_in_the_currency_of_the_payment() {
    let mut story = paid(one_bank());
    let tenge = Money::try_new(1, Currency::parse("KZT").unwrap()).unwrap();
    assert_eq!(
        story.try_feed(Input::Refund(RefundOrder { amount: Some(tenge), ..order(1) })).err(),
        Some(RejectCode::CurrencyNotSupported)
    );
}

#[test]
fn what_the_bank_can_give_back_is_declared() {
    for (ability, amount, answer) in [
        (RefundAbility::Part, Some(1), Ok(())),
        (RefundAbility::Part, None, Ok(())),
        (RefundAbility::Whole, None, Ok(())),
        (RefundAbility::Whole, Some(PRICE), Ok(())),
        (RefundAbility::Whole, Some(PRICE - 1), Err(RejectCode::RefundNotSupported)),
        (RefundAbility::None, None, Err(RejectCode::RefundNotSupported)),
    ] {
        let mut story = paid_where(|terms| terms.refund.ability = ability);
        assert_eq!(story.at(10).refund(amount).map(|_| ()), answer, "{ability:?} {amount:?}");
    }
}

#[test]
fn one_refund_is_in_flight_at_a_time() {
    let mut story = paid(one_bank());
    story.at(10).refund(Some(1)).unwrap();
    for step in ["sending", "unknown", "pending"] {
        match step {
            "unknown" => story.refund_unknown(1),
            "pending" => story.refund_looked_up(1, RefundAnswer::Pending),
            _ => &mut story,
        };
        assert_eq!(story.refund(Some(1)).err(), Some(RejectCode::RefundInProgress), "{step}");
    }
    story.at(11).refund_looked_up(1, RefundAnswer::Completed { transaction: None });
    assert!(story.refund(Some(1)).is_ok());
}

#[test]
fn late_money_that_waits_for_its_next_try_does_not_stop_the_cashier() {
    let mut story = one_bank().open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(2, "T2").at(13).paid(1, "T1");
    story.at(14).refund_refused(1, RefusalKind::InsufficientFunds);
    assert_eq!(story.returns(), "1: 19800 failed, again from 3614 s, 2: 19800 queued until 3614 s");
    story.at(20).refund(Some(100)).unwrap();
    assert_eq!(story.did(), "refund 3");
    story.at(3_614).wake();
    assert_eq!(story.did(), "ask refund 3", "one in flight per payment: the late money waits");
    story.at(3_615).refund_done(3);
    assert_eq!(story.did(), "refund 2");
}

#[test]
fn p7_an_unknown_refund_keeps_its_amount_and_is_looked_up() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap().at(20).refund_unknown(1);
    assert_eq!((story.told().as_str(), story.did().as_str()), ("refund_unknown", "ask refund 1"));
    assert_eq!(story.payment.left_of_minor(0), 0);
    story.at(21).wake();
    assert_eq!(story.did(), "ask refund 1");
    story.refund_looked_up(1, RefundAnswer::Completed { transaction: None });
    assert_eq!(story.returns(), "1: 19800 completed");
}

#[test]
fn p4_a_refund_that_is_not_found_twice_is_sent_again_with_the_same_key_only_where_that_is_safe() {
    for (idempotent, did, returns) in
        [(true, "refund 1", "1: 19800 sending"), (false, "nothing", "1: 19800 parked")]
    {
        let mut story = paid_where(|terms| terms.refund.keys_idempotent = idempotent);
        story.at(10).refund(None).unwrap().at(20).refund_unknown(1);
        story.at(21).refund_looked_up(1, RefundAnswer::NotFound);
        assert_eq!(story.returns(), "1: 19800 not found once");
        story.at(25).refund_looked_up(1, RefundAnswer::NotFound);
        assert_eq!(story.told(), "nothing", "the second time must be a call's time-out later");
        story.at(31).refund_looked_up(1, RefundAnswer::NotFound);
        assert_eq!((story.did().as_str(), story.returns().as_str()), (did, returns), "{idempotent}");
    }
}

#[test]
fn p4_a_lookup_that_was_asked_too_early_does_not_count_as_the_second() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap().at(20).refund_unknown(1);
    story.at(21).refund_looked_up(1, RefundAnswer::NotFound);
    let refund = story.key(1);
    let asked_at = crate::common::story::second(30);
    story.at(40).feed(Input::RefundStatus { refund, asked_at, answer: RefundAnswer::NotFound });
    assert_eq!(story.did(), "nothing");
}

#[test]
fn p4_where_nothing_can_be_looked_up_an_unknown_refund_is_parked_for_a_person() {
    type Feed = fn(&mut Story) -> &mut Story;
    let ways: [(&str, Feed); 4] = [
        ("unknown", |story| story.refund_unknown(1)),
        ("crash", |story| story.crash()),
        ("pending", |story| story.refunded(1, Ok(RefundAnswer::Pending))),
        ("not found", |story| story.refunded(1, Ok(RefundAnswer::NotFound))),
    ];
    for (way, feed) in ways {
        let mut story = paid_where(|terms| terms.refund.lookup_by_key = false);
        story.at(10).refund(None).unwrap().at(20);
        feed(&mut story);
        assert_eq!((story.returns().as_str(), story.did().as_str()), ("1: 19800 parked", "nothing"), "{way}");
        assert_eq!(story.payment.left_of_minor(0), 0, "{way}: its amount stays reserved");
        story.at(21).wake();
        assert_eq!(story.did(), "nothing", "{way}: nobody to ask");
        story.at(22).refunded(1, Ok(RefundAnswer::Pending));
        assert_eq!(story.told(), "nothing", "{way}: that it is being worked on is no news");
    }
}

#[test]
fn a_parked_refund_is_in_no_other_ones_way() {
    let mut story = paid_where(|terms| terms.refund.lookup_by_key = false);
    story.at(10).refund(Some(100)).unwrap().at(20).refund_unknown(1);
    assert_eq!(story.returns(), "1: 100 parked");
    story.at(21).refund(None).unwrap();
    assert_eq!(
        (story.did().as_str(), story.returns().as_str()),
        ("refund 2", "1: 100 parked, 2: 19700 sending")
    );
}

#[test]
fn a_parked_refund_ends_when_a_person_tells_what_happened() {
    let mut story = paid_where(|terms| terms.refund.lookup_by_key = false);
    story.at(10).refund(None).unwrap().at(20).refund_unknown(1);
    let mut failed = story.clone();
    failed.at(30).refund_looked_up(1, RefundAnswer::Declined(refusal(RefusalKind::Other)));
    assert_eq!(failed.returns(), "1: 19800 failed, again from 3630 s");
    story.at(30).refund_looked_up(1, RefundAnswer::Completed { transaction: None });
    assert_eq!(story.returns(), "1: 19800 completed");
}

#[test]
fn a_refund_that_the_bank_works_on_is_watched_until_it_is_final() {
    for (answer, returns) in [
        (RefundAnswer::Completed { transaction: None }, "1: 19800 completed"),
        (RefundAnswer::Declined(refusal(RefusalKind::Other)), "1: 19800 failed, again from 3613 s"),
        (RefundAnswer::Pending, "1: 19800 pending"),
    ] {
        let mut story = paid(one_bank());
        story.at(10).refund(None).unwrap().at(11).refunded(1, Ok(RefundAnswer::Pending));
        assert_eq!((story.told().as_str(), story.returns().as_str()), ("refund_pending", "1: 19800 pending"));
        story.at(12).wake();
        assert_eq!(story.did(), "ask refund 1");
        let is_news = answer != RefundAnswer::Pending;
        story.at(13).refund_looked_up(1, answer);
        assert_eq!((story.returns().as_str(), story.told() != "nothing"), (returns, is_news));
    }
}

#[test]
fn a_refund_is_asked_for_quickly_from_when_the_bank_took_it_up_however_long_ago_it_was_wanted() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap().at(200).refunded(1, Ok(RefundAnswer::Pending));
    assert_eq!(story.wakes_in_ms(), Some(1_000));
}

#[test]
fn a_refund_that_was_not_sent_is_sent_again_with_the_same_key_ever_more_slowly() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap();
    let mut pauses = Vec::new();
    for _ in 0..60 {
        story.refunded(1, Err(CallError::NotSent("no connection".to_owned())));
        let RefundState::Queued { not_before } = story.payment.state.refunds[0].state else { panic!() };
        pauses.push(not_before.since(story.now).as_secs());
        story.now = not_before;
        story.wake();
        assert_eq!(story.did(), "refund 1");
    }
    assert_eq!((pauses.first(), pauses.last()), (Some(&1), Some(&30)));
}

#[test]
fn p4_an_answer_to_an_earlier_sending_does_not_speak_for_the_later_one() {
    for lookup_by_key in [true, false] {
        earlier_answers_do_not_speak(paid_where(|terms| terms.refund.lookup_by_key = lookup_by_key));
    }
}

fn earlier_answers_do_not_speak(mut story: Story) {
    story.at(10).refund(None).unwrap();
    let first = story.payment.state.refunds[0].call().unwrap();
    story.at(11).refunded(1, Err(CallError::NotSent("no connection".to_owned()))).at(12).wake();
    assert_eq!(story.did(), "refund 1");
    for error in [
        CallError::NotSent("again".to_owned()),
        CallError::Unknown("too late".to_owned()),
        CallError::Refused(refusal(RefusalKind::Other)),
    ] {
        let refund = story.key(1);
        story.at(14).feed(Input::Refunded { refund, call: first, answer: Err(error.clone()) });
        assert_eq!(
            (story.told().as_str(), story.returns().as_str()),
            ("nothing", "1: 19800 sending"),
            "{error}"
        );
    }
    let refund = story.key(1);
    let done = Ok(RefundAnswer::Completed { transaction: None });
    story.at(15).feed(Input::Refunded { refund, call: first, answer: done });
    assert_eq!(story.returns(), "1: 19800 completed", "that the money went back is true whoever tells it");
}

#[test]
fn that_a_refund_is_not_known_is_no_news_while_it_waits_to_be_sent() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap();
    story.at(11).refunded(1, Err(CallError::NotSent("no connection".to_owned())));
    story.refunded(1, Ok(RefundAnswer::NotFound));
    assert_eq!((story.told().as_str(), story.returns().as_str()), ("nothing", "1: 19800 queued until 12 s"));
}

#[test]
fn a_late_no_is_taken_where_the_refund_was_certainly_sent_only_once() {
    let mut story = paid_where(|terms| terms.refund.lookup_by_key = false);
    story.at(10).refund(None).unwrap();
    let call = story.payment.state.refunds[0].call().unwrap();
    story.at(20).refund_unknown(1);
    assert_eq!(story.returns(), "1: 19800 parked");
    let refund = story.key(1);
    let answer = Err(CallError::Refused(refusal(RefusalKind::Other)));
    story.at(21).feed(Input::Refunded { refund, call, answer: answer.clone() });
    assert_eq!(story.returns(), "1: 19800 failed, again from 3621 s");

    let mut story = paid_where(|terms| terms.refund.keys_idempotent = false);
    story.at(10).refund(None).unwrap();
    let call = story.payment.state.refunds[0].call().unwrap();
    story.at(20).refund_unknown(1).at(21).feed(Input::Refunded { refund, call, answer: answer.clone() });
    assert_eq!(story.returns(), "1: 19800 failed, again from 3621 s", "its key is never sent again there");

    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap();
    let call = story.payment.state.refunds[0].call().unwrap();
    let refund = story.key(1);
    story.at(20).refund_unknown(1).at(21).feed(Input::Refunded { refund, call, answer });
    assert_eq!(story.returns(), "1: 19800 unknown", "the lookup tells");
}

#[test]
fn p3_a_final_refund_stays_as_it_is() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap().at(11).refund_done(1);
    story.at(12).refund_looked_up(1, RefundAnswer::Declined(refusal(RefusalKind::Other)));
    assert_eq!((story.told().as_str(), story.returns().as_str()), ("nothing", "1: 19800 completed"));
}

#[test]
fn a_refund_lost_in_a_crash_is_looked_up_before_anything_else() {
    let mut story = paid(one_bank());
    story.at(10).refund(None).unwrap().at(11).crash();
    assert_eq!((story.told().as_str(), story.did().as_str()), ("refund_unknown", "ask refund 1"));
}

#[test]
fn refunds_without_end_are_refused() {
    let mut story = paid(one_bank());
    for n in 1..=600 {
        let refund = story.key(n);
        let call = Call { since: story.now, deadline: story.now, epoch: 1 };
        let answer = Ok(RefundAnswer::Completed { transaction: None });
        story.rush(Input::Refund(order(n))).unwrap().rush(Input::Refunded { refund, call, answer }).unwrap();
    }
    assert_eq!(story.refund(Some(1)).err(), Some(RejectCode::RefundLimit));
}

#[test]
fn while_all_of_it_is_on_its_way_back_another_refund_waits_instead_of_exceeding() {
    let mut story = one_bank().open();
    story.at(1).code(1).at(2).paid(1, "T1");
    story.at(3).refund(None).unwrap();
    assert_eq!(story.at(4).refund(Some(100)).err(), Some(RejectCode::RefundInProgress));
    story.at(5).refund_done(1);
    assert_eq!(story.at(6).refund(Some(100)).err(), Some(RejectCode::RefundExceedsPaid));
}
