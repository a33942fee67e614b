//! Fiscal receipts that the register tells of.

use payment::{FiscalReceipt, Input, OperationId, RejectCode};

use crate::common::shop::one_bank;
use crate::common::story::Story;

fn paid() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid(1, "T1");
    story
}

fn receipt(document: &str) -> FiscalReceipt {
    FiscalReceipt { drive: "9960440300000001".into(), document: document.into(), sign: "1234567890".into() }
}

fn told(operation: &str, document: &str) -> Input {
    Input::Fiscalized { operation: OperationId::parse(operation).unwrap(), receipt: receipt(document) }
}

const SALE: &str = "17-3-000123-1";

#[test]
fn a_paid_sale_waits_for_its_receipt_until_the_register_tells_of_it() {
    let mut story = paid();
    assert!(story.payment.is_fiscal_due());
    story.at(6).feed(told(SALE, "17"));
    assert_eq!((story.told().as_str(), &story.payment.state.fiscal), ("fiscalized", &Some(receipt("17"))));
    assert!(!story.payment.is_fiscal_due());
    story.at(7).feed(told(SALE, "17"));
    assert_eq!(story.told(), "nothing", "a repeat");
    story.at(8).feed(told(SALE, "18"));
    assert_eq!(story.payment.state.fiscal, Some(receipt("18")), "a corrected one replaces it");
}

#[test]
fn what_is_not_paid_has_no_receipt() {
    let mut story = one_bank().open();
    assert_eq!(story.at(1).try_feed(told(SALE, "17")).unwrap_err(), RejectCode::NotPaid);
    story.code(1).at(2).cancel().annulled(1);
    assert_eq!(story.at(3).try_feed(told(SALE, "17")).unwrap_err(), RejectCode::NotPaid);
    assert!(!story.payment.is_fiscal_due());
}

#[test]
fn test_money_is_never_fiscalized_so_nothing_is_due() {
    let mut story = one_bank().banks(|terms| terms.test = true).open();
    story.at(1).code(1).at(5).paid(1, "T1");
    assert!(!story.payment.is_fiscal_due());
    assert_eq!(story.at(6).try_feed(told(SALE, "17")).unwrap_err(), RejectCode::TestMoney);
}

#[test]
fn a_return_has_a_receipt_of_its_own() {
    let mut story = paid();
    story.at(6).refund(None).unwrap();
    assert_eq!(story.try_feed(told("17-3-000123-r1", "18")).unwrap_err(), RejectCode::NotPaid);
    story.at(7).refund_done(1).at(8).feed(told("17-3-000123-r1", "18"));
    assert_eq!(story.payment.state.refunds[0].fiscal, Some(receipt("18")));
    assert_eq!(story.payment.state.fiscal, None);
}
