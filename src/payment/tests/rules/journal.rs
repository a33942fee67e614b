//! A payment is what its journal adds up to, and a journal that speaks of what is not there is damaged.

use std::sync::Arc;

use payment::{Checkout, Fact, Payment, Timestamp, fold};

use crate::common::shop::one_bank;
use crate::common::story::{START, Story};

/// A paid payment that was given back, with its journal.
fn given_back() -> (Story, Vec<(Fact, Timestamp)>) {
    let mut story = one_bank().open();
    let mut journal = Vec::new();
    let note = |story: &Story, journal: &mut Vec<_>| {
        journal.extend(story.last.facts.iter().map(|fact| (fact.clone(), story.now)));
    };
    note(&story, &mut journal);
    note(story.at(1).code(1), &mut journal);
    note(story.at(5).paid(1, "T1"), &mut journal);
    note(story.at(10).refund(None).unwrap(), &mut journal);
    note(story.at(11).refund_done(1), &mut journal);
    (story, journal)
}

fn folded(story: &Story, journal: &[(Fact, Timestamp)]) -> Option<Payment> {
    let checkout = Arc::clone(&story.payment.checkout);
    fold(story.payment.id, checkout, START, journal.iter().map(|(fact, at)| (fact, *at)))
}

#[test]
fn p12_the_journal_adds_up_to_the_payment() {
    let (story, journal) = given_back();
    assert_eq!(folded(&story, &journal), Some(story.payment));
}

#[test]
fn what_was_asked_survives_being_stored() {
    for shares_register in [true, false] {
        let checkout =
            Checkout { shares_register, ..one_bank().wants_life(90).supersedes("before").checkout };
        let stored = serde_json::to_string(&checkout).unwrap();
        assert_eq!(serde_json::from_str::<Checkout>(&stored).unwrap(), checkout);
    }
}

#[test]
fn p12_a_journal_that_speaks_of_what_is_not_there_is_damaged() {
    let (story, journal) = given_back();
    let (attempt, refund) = (story.order(2), story.key(2));
    for (fact, is_there) in [
        (Fact::ProcessingGone { attempt: story.order(1) }, true),
        (Fact::ProcessingGone { attempt }, false),
        (Fact::CreditTaken { credit: 0 }, true),
        (Fact::CreditTaken { credit: 1 }, false),
        (Fact::CreditProven { credit: 2 }, false),
        (Fact::RefundPending { refund: story.key(1) }, true),
        (Fact::RefundPending { refund }, false),
    ] {
        let longer = [journal.clone(), vec![(fact.clone(), story.now)]].concat();
        assert_eq!(folded(&story, &longer).is_some(), is_there, "{fact:?}");
    }
    let without_the_order: Vec<_> =
        journal.iter().filter(|(fact, _)| !matches!(fact, Fact::IssueOrdered { .. })).cloned().collect();
    assert_eq!(folded(&story, &without_the_order), None);
}
