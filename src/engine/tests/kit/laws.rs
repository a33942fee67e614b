//! What must hold when the shop has come to rest, whatever happened on the way (design.md §5): the bank's ledger, the
//! journal and what the tills were told agree.

use std::collections::{BTreeMap, BTreeSet};

use payment::{Payment, Phase, RefundState, apply};
use store::{DeliveryState, PaymentRecord};

use super::bank::TestBank;
use super::world::World;

/// The events that end a payment for the till.
const ENDS: [&str; 5] =
    ["payment.paid", "payment.declined", "payment.expired", "payment.cancelled", "payment.failed"];

impl World {
    /// Checks everything. To be called when all payments are settled.
    pub(crate) fn check_laws(&self) {
        let records = self.records();
        for record in &records {
            p6_is_settled(record);
            p12_state_is_the_fold_of_the_journal(record);
            p1_one_shown_code(&record.payment);
        }
        self.p9_events_arrived_in_order(&records);
        self.p3_one_end_is_told();
        for (bank, server) in [(&self.bank, "north"), (&self.south, "south")] {
            no_order_was_created_twice(bank);
            assert_eq!(bank.ledger().armed_twice, 0, "a plate carries one order at a time");
            p4_no_refund_moved_twice(bank);
            all_money_is_accounted_for(bank, server, &records);
        }
    }

    fn p9_events_arrived_in_order(&self, records: &[PaymentRecord]) {
        let mut expected: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
        for record in records {
            for event in &record.events {
                assert_eq!(
                    event.delivery,
                    DeliveryState::Delivered,
                    "{} of {}",
                    event.name,
                    record.payment.id
                );
                let key = (record.payment.id.to_string(), event.destination.register.to_string());
                expected.entry(key).or_default().push(event.sequence);
            }
        }
        let mut told: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
        for published in self.sink.confirmed() {
            let is_durable = published.event.message_id.contains('-');
            if let Some(payment) = published.body["payment"].as_str().filter(|_| is_durable) {
                let key = (payment.to_owned(), published.event.register.to_string());
                let sequences = told.entry(key).or_default();
                let sequence = published.body["sequence"].as_u64().unwrap();
                if !sequences.contains(&sequence) {
                    sequences.push(sequence);
                }
            }
        }
        for (key, sequences) in expected {
            assert_eq!(told.get(&key), Some(&sequences), "events of {key:?}, by their first arrival");
        }
    }

    fn p3_one_end_is_told(&self) {
        let mut ends: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for published in self.sink.confirmed() {
            let name = published.event.name;
            if ENDS.contains(&name.as_str())
                && let Some(payment) = published.body["payment"].as_str()
            {
                ends.entry(payment.to_owned()).or_default().insert(name);
            }
        }
        for (payment, names) in ends {
            assert_eq!(names.len(), 1, "payment {payment} was told to have ended as {names:?}");
        }
    }
}

fn p6_is_settled(record: &PaymentRecord) {
    let payment = &record.payment;
    assert!(payment.state.settled, "payment {} is not settled: {:?}", payment.id, payment.state);
    assert_eq!(record.wake_at, None, "what is settled sleeps");
}

fn p12_state_is_the_fold_of_the_journal(record: &PaymentRecord) {
    let payment = &record.payment;
    let mut folded = Payment::blank(payment.id, payment.checkout.clone(), payment.opened_at);
    for (number, fact) in (1..).zip(&record.facts) {
        assert_eq!(fact.sequence, number, "facts are numbered through");
        apply(&mut folded, &fact.fact, fact.at);
    }
    assert_eq!(folded, *payment, "the state is the fold of its journal");
}

fn p1_one_shown_code(payment: &Payment) {
    let shown = payment.state.attempts.iter().filter(|attempt| attempt.shown_at.is_some()).count();
    assert!(shown <= 1, "{shown} codes of a payment with a dynamic code were shown");
}

fn no_order_was_created_twice(at: &TestBank) {
    for (id, order) in &at.ledger().orders {
        assert_eq!(order.created, 1, "order {id} was created more than once");
    }
}

fn p4_no_refund_moved_twice(at: &TestBank) {
    let ledger = at.ledger();
    for (id, refund) in &ledger.refunds {
        assert_eq!(refund.moved, 1, "refund {id} moved money more than once");
    }
    for money in &ledger.money {
        let gone = ledger.refunded_of(&money.transaction);
        assert!(gone <= money.amount, "{gone} of {} went back", money.amount);
    }
}

/// The bank's money is the journal's: each transaction is one credit of one payment, each completed refund moved money;
/// what came pays, or went back whole.
fn all_money_is_accounted_for(at: &TestBank, server: &str, records: &[PaymentRecord]) {
    let ledger = at.ledger();
    let mut credits = Vec::new();
    let mut completed = BTreeSet::new();
    for payment in records.iter().map(|record| &record.payment) {
        let paying = match payment.state.phase {
            Phase::Paid { credit, .. } => Some(credit),
            _ => None,
        };
        for (index, credit) in payment.state.credits.iter().enumerate() {
            if credit.server.as_str() != server {
                continue;
            }
            credits.push(credit.transaction.to_string());
            let returned = ledger.refunded_of(credit.transaction.as_str());
            let is_kept = paying == Some(index);
            assert!(
                is_kept || returned == credit.amount.minor(),
                "late money of {} stayed with us",
                payment.id
            );
        }
        for refund in &payment.state.refunds {
            let is_here = payment.state.credits[refund.credit].server.as_str() == server;
            if is_here && matches!(refund.state, RefundState::Completed { .. }) {
                completed.insert(refund.id);
            }
        }
    }
    let is_claimed = |credit: &String| ledger.at_plates.iter().any(|money| money.transaction == *credit);
    let claimed: Vec<String> = credits.extract_if(.., |credit| is_claimed(credit)).collect();
    let once: BTreeSet<&String> = claimed.iter().collect();
    assert_eq!(once.len(), claimed.len(), "money at a plate is claimed once");
    credits.sort();
    let mut money: Vec<String> = ledger.money.iter().map(|money| money.transaction.clone()).collect();
    money.sort();
    assert_eq!(credits, money, "the journal's credits are the bank's money");
    assert_eq!(completed, ledger.refunds.keys().copied().collect(), "the journal's refunds are the bank's");
}
