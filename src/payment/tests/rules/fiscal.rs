//! Fiscal receipts that the register tells of.

use payment::{
    Fact, FiscalReceipt, Input, OperationId, Origin, RefundOrder, RegisterId, RejectCode, StoreId, apply,
};

use crate::common::shop::{one_bank, roubles};
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
    told_by("3", operation, document)
}

fn told_by(register: &str, operation: &str, document: &str) -> Input {
    Input::Fiscalized {
        store: StoreId::parse("17").unwrap(),
        register: RegisterId::parse(register).unwrap(),
        operation: OperationId::parse(operation).unwrap(),
        receipt: receipt(document),
    }
}

/// A register gives part of the money back, and it has gone.
fn returned(story: &mut Story, n: u16, register: &str, operation: &str) {
    let register = RegisterId::parse(register).unwrap();
    story.feed(Input::Refund(RefundOrder {
        operation: OperationId::parse(operation).unwrap(),
        origin: Origin::Register { store: StoreId::parse("17").unwrap(), register },
        transaction: None,
        amount: Some(roubles(100)),
        reason: None,
        alone_up_to_minor: None,
    }));
    story.refund_done(n);
}

/// The documents of the sale and of the returns.
fn documents(story: &Story) -> Vec<Option<&str>> {
    let state = &story.payment.state;
    let refunds = state.refunds.iter().map(|refund| refund.fiscal.as_ref());
    let all = std::iter::once(state.fiscal.as_ref()).chain(refunds);
    all.map(|receipt| receipt.map(|receipt| receipt.document.as_str())).collect()
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

#[test]
fn a_receipt_belongs_to_what_its_own_register_calls_so() {
    let mut story = paid();
    story.at(6);
    returned(&mut story, 1, "4", "r");
    returned(&mut story, 2, "3", "r");
    returned(&mut story, 3, "4", SALE);
    for (register, operation, document, expected) in [
        ("3", "r", "1", [None, None, Some("1"), None]),
        ("4", "r", "2", [None, Some("2"), Some("1"), None]),
        ("3", SALE, "3", [Some("3"), Some("2"), Some("1"), None]),
        ("4", SALE, "4", [Some("3"), Some("2"), Some("1"), Some("4")]),
    ] {
        story.at(7).feed(told_by(register, operation, document));
        assert_eq!(documents(&story), expected, "{operation} of register {register}");
    }
    for (register, operation) in [("5", "r"), ("5", SALE), ("3", "r-1")] {
        let refused = story.at(8).try_feed(told_by(register, operation, "5"));
        assert_eq!(refused.err(), Some(RejectCode::UnknownOperation), "{operation} of register {register}");
    }
}

#[test]
fn a_refund_by_people_is_the_paying_registers_to_receipt() {
    let mut story = paid();
    story.at(6).feed(Input::Refund(RefundOrder {
        operation: OperationId::parse("hand-1").unwrap(),
        origin: Origin::Admin { who: "petrova".to_owned() },
        transaction: None,
        amount: None,
        reason: None,
        alone_up_to_minor: None,
    }));
    story.refund_done(1).at(7).feed(told("hand-1", "18"));
    assert_eq!(documents(&story), [None, Some("18")]);
}

#[test]
fn a_journal_that_names_a_receipt_by_its_operation_alone_is_folded_as_it_was_written() {
    let mut story = paid();
    story.at(6);
    returned(&mut story, 1, "4", "r");
    let mut payment = story.payment.clone();
    for (operation, document) in [("r", "18"), (SALE, "17")] {
        let operation = OperationId::parse(operation).unwrap();
        apply(&mut payment, &Fact::Fiscalized { operation, of: None, receipt: receipt(document) }, story.now);
    }
    story.payment = payment;
    assert_eq!(documents(&story), [Some("17"), Some("18")]);
}
