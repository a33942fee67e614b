//! Money that was left to people: they give it back by naming it.

use payment::{
    BankTransaction, CreditRole, Fact, Input, OperationId, OrderState, Origin, RefundOrder, RefusalKind,
    RejectCode, Verdict,
};

use crate::common::shop::{one_bank, roubles};
use crate::common::story::{Story, notice};

/// A review over one kopeck that a person ended as failed: the kopeck is left to people.
fn left_to_people() -> Story {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).status(1, OrderState::Paid(notice(Some("T1"), Some(roubles(1)))));
    story.at(6).end_review(Verdict::Failed).unwrap();
    assert_eq!(story.money(), "T1 manual");
    story
}

fn give_back(transaction: &str, n: u16) -> Input {
    Input::Refund(RefundOrder {
        operation: OperationId::parse(&format!("by-hand-{n}")).unwrap(),
        origin: Origin::Admin { who: "petrova".to_owned() },
        transaction: Some(BankTransaction::parse(transaction).unwrap()),
        amount: None,
        reason: Some("statement".to_owned()),
        alone_up_to_minor: None,
    })
}

#[test]
fn a_person_gives_it_back_and_from_then_on_it_is_believed() {
    let mut story = left_to_people();
    assert!(!story.payment.state.credits[0].is_believed());
    story.at(10).feed(give_back("T1", 1));
    assert_eq!(story.told(), "credit_assigned, refund_accepted, refund_ordered");
    assert!(story.payment.state.credits[0].is_believed());
    let by = story.last.facts.iter().find_map(|fact| match fact {
        Fact::CreditAssigned { by, .. } => by.as_deref(),
        _ => None,
    });
    assert_eq!(by, Some("petrova"), "who took it up is recorded");
    story.at(11).refund_done(1);
    assert_eq!((story.returns().as_str(), story.money().as_str()), ("1: 1 completed", "T1 refunding"));
    assert_eq!(story.payment.refunded_minor(), 0, "nothing of a sale went back");
    assert_eq!(story.at(12).try_feed(give_back("T1", 2)).unwrap_err(), RejectCode::RefundExceedsPaid);
}

#[test]
fn money_is_given_back_by_its_own_name_only() {
    let mut story = left_to_people();
    assert_eq!(story.at(10).try_feed(give_back("T9", 1)).unwrap_err(), RejectCode::Invalid);
    assert_eq!((story.money().as_str(), story.returns().as_str()), ("T1 manual", "nothing"));
}

#[test]
fn after_a_refusal_the_person_may_try_again() {
    let mut story = left_to_people();
    story.at(10).feed(give_back("T1", 1)).at(11).refund_refused(1, RefusalKind::InsufficientFunds);
    assert_eq!(story.payment.state.credits[0].role, CreditRole::Refunding);
    story.at(10_000).feed(give_back("T1", 2)).at(10_001).refund_done(2);
    assert!(story.returns().ends_with("2: 1 completed"), "{}", story.returns());
}

#[test]
fn only_money_that_nobody_else_decides_on_can_be_named() {
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid_with_others_money(1, "T1");
    assert_eq!(story.try_feed(give_back("T1", 1)).unwrap_err(), RejectCode::Invalid, "another payment's");
    assert_eq!(story.try_feed(give_back("T9", 1)).unwrap_err(), RejectCode::Invalid, "unknown");
    let mut left = one_bank().open();
    left.at(1).code(1).at(5).cancel().annulled(1).at(6).paid_with_others_money(1, "T1");
    assert_eq!(left.money(), "T1 manual");
    assert_eq!(
        left.try_feed(give_back("T1", 1)).unwrap_err(),
        RejectCode::Invalid,
        "still another payment's"
    );
    let mut held = one_bank().open();
    held.at(1).code(1).at(5).status(1, OrderState::Paid(notice(Some("T1"), Some(roubles(1)))));
    assert_eq!(held.try_feed(give_back("T1", 1)).unwrap_err(), RejectCode::Invalid, "held for a review");
    let mut paid = one_bank().open();
    paid.at(1).code(1).at(5).paid(1, "T1").at(6).feed(give_back("T1", 1));
    assert_eq!(paid.money(), "T1 pays");
}

#[test]
fn what_people_gave_back_already_counts_for_the_limit_of_one_person() {
    let by_hand = |n: u16, origin: Origin, kopecks: i64, alone_up_to_minor: Option<i64>| {
        Input::Refund(RefundOrder {
            operation: OperationId::parse(&format!("by-hand-{n}")).unwrap(),
            origin,
            transaction: None,
            amount: Some(roubles(kopecks)),
            reason: None,
            alone_up_to_minor,
        })
    };
    let person = || Origin::Admin { who: "petrova".to_owned() };
    let mut story = one_bank().open();
    story.at(1).code(1).at(5).paid(1, "T1").at(6).refund(Some(5_000)).unwrap().refund_done(1);
    let too_much = story.try_feed(by_hand(1, person(), 10_001, Some(10_000)));
    assert_eq!(too_much.err(), Some(RejectCode::Forbidden));
    story.feed(by_hand(2, person(), 6_000, Some(10_000))).refund_refused(2, RefusalKind::Other);
    story.at(3_700).feed(by_hand(3, person(), 6_000, Some(10_000))).refund_done(3);
    for (kopecks, up_to, refused) in
        [(4_001, Some(10_000), true), (4_001, None, false), (4_000, Some(10_000), false), (1, Some(0), true)]
    {
        let outcome = story.clone().try_feed(by_hand(4, person(), kopecks, up_to)).err();
        assert_eq!(outcome, refused.then_some(RejectCode::Forbidden), "{kopecks} up to {up_to:?}");
    }
}
