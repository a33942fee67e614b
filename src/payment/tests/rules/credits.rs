//! Money that a bank says has arrived: what is believed, and what it is to the payment.

use payment::{Currency, Money, OrderState, PaidNotice, Timestamp};

use crate::common::shop::{PRICE, one_bank, roubles, two_banks};
use crate::common::story::{Story, notice, second};

fn shown() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1);
    story
}

#[test]
fn p5_paid_is_told_only_with_our_order_the_right_amount_and_a_transaction() {
    let yen = Money::try_new(PRICE, Currency::parse("JPY").unwrap()).unwrap();
    let whole = Some(roubles(PRICE));
    let ours = Some("0191f7e25d3a7abc8def012345678001");
    let other = Some("0191f7e25d3a7abc8def012345678002");
    for (order, transaction, amount, stands) in [
        (ours, Some("T1"), whole, "paid by T1"),
        (ours, Some("T1"), None, "paid by T1"),
        (ours, Some("T1"), Some(roubles(PRICE - 1)), "review (amount_mismatch)"),
        (ours, Some("T1"), Some(roubles(PRICE + 1)), "review (amount_mismatch)"),
        (ours, Some("T1"), Some(yen), "review (amount_mismatch)"),
        (other, Some("T1"), whole, "review (order_mismatch)"),
        (None, Some("T1"), whole, "review (order_mismatch)"),
        (ours, None, whole, "processing"),
        (ours, None, Some(roubles(1)), "processing"),
        (other, None, whole, "awaiting_payment"),
        (None, None, whole, "processing"),
    ] {
        let mut story = shown();
        let order = order.map(str::to_owned);
        story.at(5).status_of(1, order.clone(), second(5), OrderState::Paid(notice(transaction, amount)));
        assert_eq!(story.stands(), stands, "{order:?} {transaction:?} {amount:?}");
    }
}

#[test]
fn paid_without_a_transaction_means_ask_again() {
    let mut story = shown();
    story.at(5).status(1, OrderState::Paid(notice(None, Some(roubles(PRICE)))));
    assert_eq!((story.stands().as_str(), story.wakes_in_ms()), ("processing", Some(1_000)));
    story.at(6).paid(1, "T1");
    assert_eq!(story.stands(), "paid by T1");
}

#[test]
fn p2_the_same_money_told_again_changes_nothing() {
    let mut story = shown();
    story.at(5).paid(1, "T1").at(6).paid(1, "T1");
    assert_eq!((story.told().as_str(), story.money().as_str()), ("nothing", "T1 pays"));
}

#[test]
fn p1_two_banks_may_call_different_money_by_one_name() {
    let mut story = two_banks().open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(1, "T1").at(13).paid(2, "T1");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 refunding, T1 pays", "nothing"));
}

#[test]
fn credits_count_by_the_order_of_commits_not_by_the_banks_times() {
    let mut story = one_bank().kind(payment::CodeKind::Static).open();
    let at = |micros: i64| Some(Timestamp::from_micros(micros));
    let paid_at = |transaction: &str, time: Option<Timestamp>| {
        OrderState::Paid(PaidNotice { paid_at: time, ..notice(Some(transaction), Some(roubles(PRICE))) })
    };
    story.at(1).code(1).at(5).status(1, paid_at("T2", at(2_000))).at(6).status(1, paid_at("T1", at(1_000)));
    assert_eq!(story.money(), "T2 pays, T1 refunding");
}

#[test]
fn p1_a_second_credit_on_a_static_code_goes_back() {
    let mut story = one_bank().kind(payment::CodeKind::Static).open();
    story.at(1).code(1).at(5).paid(1, "T1");
    assert_eq!(
        (story.stands().as_str(), story.did().as_str()),
        ("paid by T1", "annul 1"),
        "annulled at the first"
    );
    story.at(6).paid(1, "T2");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 pays, T2 refunding", "refund 1"));
    assert_eq!(story.stands(), "paid by T1");
}

#[test]
fn a_static_code_that_died_is_let_go_although_its_status_goes_on_saying_paid() {
    let mut story = one_bank().kind(payment::CodeKind::Static).open();
    story.at(1).code(1).at(5).paid(1, "T1").at(6).annulled(1);
    assert_eq!(story.orders(), "1 dead");
    story.at(50).paid(1, "T1");
    assert_eq!(story.orders(), "1 dead");
    story.at(80).paid(1, "T1");
    assert_eq!(story.orders(), "1 closed");
}

#[test]
fn a_static_code_that_could_not_be_withdrawn_is_withdrawn_again_although_its_status_says_paid() {
    let mut story = one_bank().kind(payment::CodeKind::Static).open();
    story.at(1).code(1).at(5).paid(1, "T1").at(6).not_now(1).at(20).paid(1, "T1");
    assert_eq!(story.did(), "annul 1");
}

#[test]
fn a_static_code_that_can_not_be_withdrawn_dies_by_its_expiry_although_its_status_says_paid() {
    let mut story = one_bank().kind(payment::CodeKind::Static).banks(|terms| terms.annul = false).open();
    story.at(1).code(1).at(5).paid(1, "T1").at(301).paid(1, "T1");
    assert_eq!(story.orders(), "1 payable");
    story.at(302).paid(1, "T1");
    assert_eq!(story.orders(), "1 dead");
}

#[test]
fn a_garbled_order_number_that_is_put_right_later_closes_the_code() {
    let mut story = shown();
    story.at(5).status_of(1, Some("?".to_owned()), second(5), OrderState::Paid(notice(Some("T1"), None)));
    assert_eq!((story.stands().as_str(), story.orders().as_str()), ("review (order_mismatch)", "1 payable"));
    story.at(6).paid(1, "T1");
    assert_eq!((story.money().as_str(), story.orders().as_str()), ("T1 held", "1 closed"));
    let credit = &story.payment.state.credits[0];
    assert!(credit.proven && credit.is_believed(), "now it is proven ours");
    assert_eq!(story.stands(), "review (order_mismatch)", "only a person ends the review");
}

#[test]
fn late_money_with_a_garbled_order_number_goes_back_once_it_is_proven_ours() {
    let mut story = shown();
    story.at(5).cancel().at(6).not_now(1).at(65).wake();
    let garbled = OrderState::Paid(notice(Some("T1"), Some(roubles(PRICE))));
    story.at(70).status_of(1, Some("?".to_owned()), second(70), garbled);
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 manual", "nothing"));
    story.at(71).paid(1, "T1");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 refunding", "refund 1"));
}

#[test]
fn late_money_of_a_wrong_amount_is_left_to_people() {
    let mut story = shown();
    story.at(5).cancel().at(6).annulled(1);
    story.at(10).status(1, OrderState::Paid(notice(Some("T1"), Some(roubles(1)))));
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 manual", "nothing"));
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
}

#[test]
fn the_sole_late_money_that_is_proven_later_is_offered_as_it_would_have_been_at_once() {
    for (others, money) in [(false, "T1 offered until 371 s"), (true, "T1 refunding, T2 manual")] {
        let mut story = one_bank().offers_late_money(300).open();
        story.at(1).code(1).at(5).cancel().at(6).not_now(1).at(65).wake();
        story.at(70).status_of(1, None, second(70), OrderState::Paid(notice(Some("T1"), None)));
        assert_eq!(story.money(), "T1 manual");
        if others {
            story.status_of(1, None, second(70), OrderState::Paid(notice(Some("T2"), None)));
        }
        story.at(71).paid(1, "T1");
        assert_eq!(story.money(), money);
    }
}

#[test]
fn a_status_confirms_only_what_was_told_of_its_own_order_and_of_the_whole_amount() {
    let mut other_amount = one_bank().open();
    other_amount.at(1).code(1).at(5).cancel().at(6).not_now(1).at(65).wake();
    let attempt = other_amount.order(1);
    let told = notice(Some("T1"), Some(roubles(1)));
    other_amount.at(70).feed(payment::Input::Notified { attempt, notice: told });
    other_amount.at(71).status(1, OrderState::Paid(notice(Some("T1"), None)));
    assert_eq!(other_amount.money(), "T1 manual", "what was told of it was another amount");

    let mut other_order = one_bank().open();
    other_order.at(10).code_unknown(1).at(11).code(2);
    let attempt = other_order.order(1);
    let told = notice(Some("T1"), Some(roubles(PRICE)));
    other_order.at(12).feed(payment::Input::Notified { attempt, notice: told });
    other_order.at(13).paid(2, "T1");
    assert_eq!(
        (other_order.money().as_str(), other_order.stands().as_str()),
        ("T1 manual", "review (transaction_mismatch)")
    );
    assert!(!other_order.payment.state.credits[0].proven);
}

#[test]
fn what_a_credit_is_tells_whose_it_is_and_whether_it_came_late() {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid(1, "T1");
    let credit = &story.payment.state.credits[0];
    for (role, proven, is_believed, is_late) in [
        (payment::CreditRole::Pays, true, true, false),
        (payment::CreditRole::Pays, false, true, false),
        (payment::CreditRole::Refunding, false, true, true),
        (payment::CreditRole::Offered { claim_until: second(9) }, true, true, true),
        (payment::CreditRole::Offered { claim_until: second(9) }, false, false, true),
        (payment::CreditRole::Manual, false, false, true),
        (payment::CreditRole::Held, false, false, false),
        (payment::CreditRole::Held, true, true, false),
    ] {
        let credit = payment::Credit { role, proven, ..credit.clone() };
        assert_eq!((credit.is_believed(), credit.is_late()), (is_believed, is_late), "{role:?} {proven}");
    }
}

#[test]
fn money_that_only_a_notification_told_of_is_left_to_people_until_the_status_confirms_it() {
    let mut story = one_bank().kind(payment::CodeKind::Static).open();
    story.at(1).code(1).at(5).paid(1, "T1");
    let attempt = story.order(1);
    let told = notice(Some("T2"), Some(roubles(PRICE)));
    story.at(6).feed(payment::Input::Notified { attempt, notice: told.clone() });
    assert_eq!(
        (story.money().as_str(), story.did().as_str()),
        ("T1 pays, T2 manual", "nothing"),
        "never unasked"
    );
    story.at(7).feed(payment::Input::Notified { attempt, notice: told });
    assert_eq!(story.told(), "nothing");
    story.at(8).paid(1, "T2");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 pays, T2 refunding", "refund 1"));
}

#[test]
fn a_notification_never_pays_but_the_status_after_it_does() {
    let mut story = shown();
    let attempt = story.order(1);
    let told = notice(Some("T1"), Some(roubles(PRICE)));
    story.at(5).feed(payment::Input::Notified { attempt, notice: told });
    assert_eq!(story.stands(), "awaiting_payment");
    story.at(6).paid(1, "T1");
    assert_eq!((story.stands().as_str(), story.money().as_str()), ("paid by T1", "T1 pays"));
}
