//! Credits beyond the first, and after the end was told.

use payment::{CallError, Input, OrderState, RefundAbility, RefusalKind, RejectCode, StatusAnswer};

use crate::common::shop::{Shop, one_bank, roubles};
use crate::common::story::{Story, notice, refusal};

/// Cancelled for certain at 11 s.
fn cancelled(shop: Shop) -> Story {
    let mut story = shop.open();
    story.at(1).code(1).at(10).cancel().at(11).annulled(1).status(1, OrderState::Annulled);
    assert_eq!(story.stands(), "cancelled for certain (cancelled)");
    story
}

#[test]
fn p1_money_after_the_end_goes_back_by_itself_and_the_end_stays() {
    let mut story = cancelled(one_bank());
    story.at(20).paid(1, "T1");
    assert_eq!(story.told(), "credit_found, refund_accepted, attempt_died, refund_ordered");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 refunding", "refund 1"));
    story.at(21).refund_done(1);
    assert_eq!(story.returns(), "1: 19800 completed");
    assert_eq!(story.stands(), "cancelled for certain (cancelled)", "p3");
}

#[test]
fn p1_money_that_is_found_after_the_watch_goes_the_same_way() {
    let mut story = cancelled(one_bank());
    story.at(80).unpaid(1).at(81).wake_delivered();
    assert!(story.payment.state.settled);
    story.at(5_000).paid(1, "T1");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 refunding", "refund 1"));
    assert!(!story.payment.state.settled, "there is work again");
}

#[test]
fn p1_money_on_an_order_that_the_bank_denied_is_not_lost() {
    let mut story = one_bank().open();
    story.at(1).code_refused(1, RefusalKind::Other).at(2).paid(1, "T1");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 refunding", "refund 1"));
}

#[test]
fn where_nothing_can_be_given_back_late_money_is_left_to_people() {
    let mut story = cancelled(one_bank().banks(|terms| terms.refund.ability = RefundAbility::None));
    story.at(20).paid(1, "T1");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 manual", "nothing"));
}

#[test]
fn the_sole_credit_of_an_unpaid_payment_is_offered_where_the_shop_wants_so() {
    let mut story = cancelled(one_bank().offers_late_money(300));
    story.at(20).paid(1, "T1");
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 offered until 320 s", "nothing"));
    assert_eq!(story.wakes_in_ms(), Some(300_000));
}

#[test]
fn p3_offered_money_pays_only_when_the_register_claims_it() {
    let mut story = cancelled(one_bank().offers_late_money(300));
    story.at(20).paid(1, "T1").at(100).feed(Input::Claim);
    assert_eq!((story.stands().as_str(), story.money().as_str()), ("paid by T1", "T1 pays"));
    story.at(101).feed(Input::Claim);
    assert_eq!(story.told(), "nothing", "p2: a repeated claim");
}

#[test]
fn only_money_that_is_offered_can_be_claimed_whatever_else_came() {
    let mut story = cancelled(one_bank().kind(payment::CodeKind::Static).offers_late_money(300));
    story.at(20).paid(1, "T1").at(21).paid(1, "T2").at(22).feed(Input::Claim);
    assert_eq!((story.stands().as_str(), story.money().as_str()), ("paid by T1", "T1 pays, T2 refunding"));
}

#[test]
fn offered_money_that_nobody_claims_goes_back() {
    let mut story = cancelled(one_bank().offers_late_money(300));
    story.at(20).paid(1, "T1").at(320).wake();
    assert_eq!((story.money().as_str(), story.did().as_str()), ("T1 refunding", "refund 1"));
    assert_eq!(story.try_feed(Input::Claim).err(), Some(RejectCode::NothingToClaim));
}

#[test]
fn a_claim_in_the_moment_of_the_end_of_the_offer_is_too_late() {
    let mut story = cancelled(one_bank().offers_late_money(300));
    story.at(20).paid(1, "T1").at(320);
    assert_eq!(story.try_feed(Input::Claim).err(), Some(RejectCode::NothingToClaim));
}

#[test]
fn there_is_nothing_to_claim_without_an_offer() {
    let mut story = cancelled(one_bank());
    assert_eq!(story.at(12).try_feed(Input::Claim).err(), Some(RejectCode::NothingToClaim));
    let mut story = one_bank().open();
    assert_eq!(story.at(1).try_feed(Input::Claim).err(), Some(RejectCode::NothingToClaim));
}

#[test]
fn an_offer_lasts_from_the_finding_of_the_money() {
    let mut story = one_bank().offers_late_money(30).open();
    story.at(1).code(1).at(10).cancel().at(11).not_now(1).at(70).wake();
    story.at(200).paid(1, "T1");
    assert_eq!(story.money(), "T1 offered until 230 s", "the till has the whole time to claim it");
}

#[test]
fn p1_a_second_late_credit_goes_back_while_the_first_is_offered() {
    let shop = one_bank().kind(payment::CodeKind::Static).offers_late_money(300);
    let mut story = cancelled(shop);
    story.at(20).paid(1, "T1").at(21).paid(1, "T2");
    assert_eq!(story.money(), "T1 offered until 320 s, T2 refunding");
}

#[test]
fn late_money_is_offered_only_if_it_is_the_sole_credit() {
    let mut story = one_bank().offers_late_money(300).open();
    story.at(10).code_unknown(1).at(11).code(2).at(12).paid(1, "T1");
    story.at(13).cancel().at(14).annulled(2).at(15).paid(2, "T2");
    assert_eq!(story.money(), "T1 refunding, T2 refunding");
}

#[test]
fn an_offer_whose_bank_gives_nothing_back_is_left_to_people_in_the_end() {
    let shop = one_bank().offers_late_money(300).banks(|terms| terms.refund.ability = RefundAbility::None);
    let mut story = cancelled(shop);
    story.at(20).paid(1, "T1").at(320).wake();
    assert_eq!(story.money(), "T1 manual");
}

#[test]
fn late_money_of_an_unproven_order_is_never_offered() {
    let mut story = cancelled(one_bank().offers_late_money(300));
    story.at(20).status(1, OrderState::Paid(notice(Some("T1"), Some(roubles(1)))));
    assert_eq!(story.money(), "T1 manual");
}

#[test]
fn p1_a_code_that_is_paid_without_end_does_not_break_the_service() {
    let mut story = one_bank().kind(payment::CodeKind::Static).open();
    story.at(1).code(1).at(2).paid(1, "T0");
    for n in 1..=600 {
        let money = notice(Some(&format!("T{n}")), None);
        let answer = StatusAnswer { order: Some(story.order(1).to_string()), state: OrderState::Paid(money) };
        let (attempt, asked_at) = (story.order(1), story.now);
        story.rush(Input::Status { attempt, asked_at, answer }).unwrap();
    }
    assert_eq!(story.payment.state.credits.len(), 601, "every credit is recorded");
    let refunding = story.money().matches("refunding").count();
    let manual = story.money().matches("manual").count();
    assert_eq!((refunding, manual), (500, 100), "beyond all sense they are left to people");
    let (refund, call) = (story.key(1), story.payment.state.refunds[0].call().unwrap());
    let answer = Err(CallError::Refused(refusal(RefusalKind::InsufficientFunds)));
    story.rush(Input::Refunded { refund, call, answer }).unwrap();
    assert_eq!(story.money().matches("manual").count(), 101, "nor are they tried again");
}
