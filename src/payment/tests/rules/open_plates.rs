//! Payments of money that arrived without an order.

use payment::{CodeKind, Input, RefundAbility, RejectCode};

use crate::common::shop::{Shop, one_bank};

fn shop() -> Shop {
    one_bank().kind(CodeKind::Static)
}

#[test]
fn a_payment_of_money_that_is_there_is_paid_from_its_first_fact_on_and_asks_no_bank() {
    let mut story = shop().open_paid("P1");
    assert_eq!((story.told().as_str(), story.did().as_str()), ("plate_money_claimed", "nothing"));
    assert_eq!((story.stands().as_str(), story.money().as_str()), ("paid by P1", "P1 pays"));
    story.at(400).wake_delivered();
    assert_eq!(story.did(), "nothing", "the plate is not ours to ask for or to withdraw");
    assert!(story.payment.state.settled);
}

#[test]
fn p3_it_stays_paid_whatever_is_asked_of_it() {
    let mut story = shop().open_paid("P1");
    story.at(1).cancel();
    assert_eq!(story.stands(), "paid by P1");
    story.at(2).feed(Input::Claim);
    assert_eq!(story.stands(), "paid by P1");
}

#[test]
fn p4_its_money_goes_back_in_parts_up_to_all_of_it() {
    let mut story = shop().open_paid("P1");
    story.at(1).refund(Some(5_000)).unwrap();
    assert_eq!(story.did(), "refund 1");
    story.at(2).refund_done(1);
    story.at(3).refund(None).unwrap();
    story.at(4).refund_done(2);
    assert_eq!(story.returns(), "1: 5000 completed, 2: 14800 completed");
    assert_eq!(story.at(5).refund(Some(1)).err(), Some(RejectCode::RefundExceedsPaid));
}

#[test]
fn where_static_codes_give_nothing_back_neither_does_it() {
    let mut story = shop().banks(|terms| terms.refund.ability = RefundAbility::None).open_paid("P1");
    assert_eq!(story.at(1).refund(None).err(), Some(RejectCode::RefundNotSupported));
}
