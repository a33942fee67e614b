//! Each view is spoiled in each way, and the comparison must say so.

pub(crate) mod sample;

use serde_json::json;

use super::{Books, Check, Findings};
use payment::Fact;
use sample::Views;
use store::DeliveryState;

/// The checks that found something, once each, in the order of finding.
fn checks(findings: &Findings) -> Vec<Check> {
    let mut found: Vec<Check> = findings.differences.iter().map(|difference| difference.check).collect();
    found.dedup();
    found
}

/// Spoils a copy of views that agree, and expects these checks to find it and these words to be said.
fn spoiled(spoil: impl Fn(&mut Views), expected: &[Check], says: &str) {
    let mut views = sample::views();
    spoil(&mut views);
    let findings = views.compare();
    assert_eq!(checks(&findings), expected, "{:#?}", findings.differences);
    let said: Vec<String> = findings.differences.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|text| text.contains(says)), "{says:?} is not in {said:#?}");
}

#[test]
fn three_views_of_the_same_agree() {
    let findings = sample::views().compare();
    assert_eq!(findings.differences, []);
    let totals = findings.totals;
    assert_eq!(totals.journal, totals.bank);
    assert_eq!((totals.journal.in_minor, totals.journal.back_minor), (39_600, 29_700));
    assert_eq!((totals.registers.in_minor, totals.registers.back_minor), (39_600, 29_700));
    let rows = totals.rows();
    assert_eq!(rows.last().unwrap(), &["kept", "99.00", "99.00", "99.00"].map(str::to_owned));
}

#[test]
fn nothing_agrees_with_nothing() {
    let findings = Books { records: &[], received: &[], ledger: &super::Ledger::default() }.compare();
    assert!(findings.agree());
}

#[test]
fn a_broken_journal_is_told() {
    let last = |views: &mut Views| views.records[0].facts.len() - 1;
    let lose_a_fact = |views: &mut Views| {
        let place = last(views);
        views.records[0].facts.remove(place);
    };
    spoiled(lose_a_fact, &[Check::Journal], "not numbered");
    let change_the_state = |views: &mut Views| views.records[0].payment.state.settled = true;
    spoiled(change_the_state, &[Check::Journal], "do not add up");
    let speak_of_nothing = |views: &mut Views| {
        let stranger = views.records[0].payment.id.attempt(99);
        let place = last(views);
        views.records[0].facts[place].fact = Fact::ProcessingSeen { attempt: stranger };
    };
    spoiled(speak_of_nothing, &[Check::Journal], "not there");
    spoiled(|views| views.records[0].wake_at = None, &[Check::Journal], "nothing will ever wake it");
}

#[test]
fn what_is_still_open_is_told() {
    let mut views = sample::views();
    views.records = vec![sample::open_payment()];
    let findings = views.compare();
    assert!(findings.differences.iter().any(|difference| difference.says.contains("still open: accepted")));
}

#[test]
fn events_that_registers_got_otherwise_than_the_journal_says_are_told() {
    let events = &[Check::Events];
    let lose = |views: &mut Views| drop(views.received[0].events.remove(1));
    spoiled(lose, events, "did not arrive (delivered in the journal)");
    spoiled(|views| views.received[0].events.swap(0, 1), events, "arrived after number");
    let twice = |views: &mut Views| {
        let again = views.received[0].events[1].clone();
        views.received[0].events.push(again);
    };
    spoiled(twice, events, "more than once");
    let other = |views: &mut Views| views.received[0].events[1].body["status"] = json!("paid");
    spoiled(other, events, "another body");
    let invented = |views: &mut Views| views.received[0].events[1].message_id = "01-9".to_owned();
    spoiled(invented, events, "the journal has no such event");
    for (state, word) in [(DeliveryState::Pending, "pending"), (DeliveryState::Parked, "parked")] {
        spoiled(|views| views.records[0].events[0].delivery = state, events, word);
    }
}

#[test]
fn answers_are_no_events_of_the_journal() {
    let mut views = sample::views();
    for body in [
        json!({"event": "payment.state", "payment": "p", "sequence": 3}),
        json!({"event": "request.rejected", "payment": null}),
        json!({"event": "payment.cancelled", "payment": null}),
    ] {
        let message_id = "fresh".to_owned();
        views.received[0].events.push(super::ReceivedEvent { message_id, body });
    }
    assert!(views.compare().agree());
}

#[test]
fn orders_that_the_bank_and_we_see_differently_are_told() {
    let orders = &[Check::Orders];
    let twice = |views: &mut Views| {
        let again = views.ledger.orders[0].clone();
        views.ledger.orders.push(again);
    };
    spoiled(twice, orders, "registered it 2 times");
    spoiled(|views| drop(views.ledger.orders.remove(0)), orders, "does not know the order of our code");
    spoiled(|views| views.ledger.orders[0].amount = Some(1), orders, "amount");
    spoiled(|views| views.ledger.orders[1].status = "NEW".to_owned(), orders, "told a certain end");
    let strange = |views: &mut Views| {
        let stranger = super::LedgerOrder { order: "x".to_owned(), ..views.ledger.orders[0].clone() };
        views.ledger.orders.push(stranger);
    };
    spoiled(strange, orders, "not ours");
}

#[test]
fn an_orphan_that_nobody_was_shown_may_live_on_at_the_bank() {
    let mut views = sample::views_with_an_orphan();
    assert_eq!(views.compare().differences, []);
    views.ledger.orders[1].status = "NEW".to_owned();
    assert_eq!(checks(&views.compare()), [Check::Orders], "the shown code may not");
}

#[test]
fn money_that_one_side_does_not_know_is_told() {
    let lost = &[Check::Credits, Check::Totals];
    spoiled(|views| drop(views.ledger.payments.remove(0)), lost, "the bank knows nothing of this credit");
    let found = |views: &mut Views| {
        let more = super::LedgerPayment { transaction: "77".to_owned(), ..views.ledger.payments[0].clone() };
        views.ledger.payments.push(more);
    };
    spoiled(found, lost, "that we know nothing of");
    spoiled(|views| views.ledger.payments[0].amount += 1, lost, "at the bank");
    spoiled(|views| views.ledger.payments[0].order.push('0'), &[Check::Credits], "is of order");
}

#[test]
fn refunds_that_differ_are_told() {
    let refunds = &[Check::Refunds];
    let with_sums = &[Check::Refunds, Check::Totals];
    spoiled(|views| drop(views.ledger.refunds.remove(0)), with_sums, "the bank does not know it");
    let twice = |views: &mut Views| {
        let again = views.ledger.refunds[0].clone();
        views.ledger.refunds.push(again);
    };
    spoiled(twice, with_sums, "the bank has it 2 times");
    let pending = |views: &mut Views| views.ledger.refunds[0].status = "IN_PROGRESS".to_owned();
    spoiled(pending, with_sums, "IN_PROGRESS at the bank, completed with us");
    spoiled(|views| views.ledger.refunds[0].amount -= 1, with_sums, "at the bank");
    spoiled(|views| views.ledger.refunds[0].transaction = "9".to_owned(), refunds, "transaction 9");
    let strange = |views: &mut Views| {
        let stranger = super::LedgerRefund {
            refund: "x".to_owned(),
            status: "DECLINED".to_owned(),
            ..views.ledger.refunds[0].clone()
        };
        views.ledger.refunds.push(stranger);
    };
    spoiled(strange, refunds, "not ours");
}

#[test]
fn late_money_that_was_not_given_back_breaks_the_money_rules() {
    let mut views = sample::views();
    let record = &mut views.records[1];
    record.payment.state.refunds.clear();
    let said: Vec<String> = views.compare().differences.iter().map(ToString::to_string).collect();
    assert!(
        said.iter().any(|text| text.starts_with("money:") && text.contains("is not given back")),
        "{said:#?}"
    );
}

#[test]
fn late_money_that_the_bank_refused_to_give_back_waits_for_its_hour() {
    let mut views = sample::views();
    let refund = &mut views.records[1].payment.state.refunds[0];
    let refusal = payment::Refusal {
        kind: payment::RefusalKind::Other,
        bank_code: "D1".to_owned(),
        message: "declined".to_owned(),
    };
    let (at, retry_at) = (payment::Timestamp::from_micros(1), Some(payment::Timestamp::from_micros(2)));
    refund.state = payment::RefundState::Failed { at, refusal, retry_at };
    let said: Vec<String> = views.compare().differences.iter().map(ToString::to_string).collect();
    assert!(!said.iter().any(|text| text.starts_with("money:")), "{said:#?}");
}

#[test]
fn more_given_back_than_arrived_breaks_the_money_rules() {
    let mut views = sample::views();
    let refunds = &mut views.records[0].payment.state.refunds;
    for _ in 0..2 {
        let again = refunds[0].clone();
        refunds.push(again);
    }
    let said: Vec<String> = views.compare().differences.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|text| text.contains("more was given back than arrived")), "{said:#?}");
}
