use std::time::Duration;

use payment::{CreditRole, Phase, RefundState, Timestamp};
use store::{DeliveryState, PaymentRecord};

use super::{Grade, audit};
use crate::demo::books::tests::sample::{open_payment, views};

/// A payment that was paid, with half of it given back.
fn paid() -> PaymentRecord {
    views().records.remove(0)
}

/// The moment after its last fact.
fn then(record: &PaymentRecord) -> Timestamp {
    record.facts.last().unwrap().at.plus(Duration::from_secs(1))
}

/// What the audit says a second after the last fact.
fn findings(record: &PaymentRecord) -> Vec<(Grade, String)> {
    audit(record, then(record)).into_iter().map(|finding| (finding.grade, finding.says)).collect()
}

#[test]
fn sound_payments_give_no_findings() {
    for record in views().records.into_iter().chain([open_payment()]) {
        assert_eq!(findings(&record), [], "{}", record.payment.id);
    }
}

#[test]
fn p12_records_that_contradict_themselves_are_broken() {
    type Spoil = fn(&mut PaymentRecord);
    let table: [(&str, Spoil); 7] = [
        ("not numbered", |record| drop(record.facts.remove(1))),
        ("do not add up", |record| record.payment.state.phase = Phase::Showing),
        ("add up", |record| record.payment.state.consoles.push(shown())),
        ("is not there", |record| drop(record.facts.drain(..2))),
        ("nothing will ever wake it", |record| record.wake_at = None),
        ("2 credits pay it", |record| {
            let again = record.payment.state.credits[0].clone();
            record.payment.state.credits.push(again);
        }),
        ("goes back than arrived", |record| {
            let again = record.payment.state.refunds[0].clone();
            record.payment.state.refunds.extend([again.clone(), again]);
        }),
    ];
    for (expected, spoil) in table {
        let mut record = paid();
        spoil(&mut record);
        let found = findings(&record);
        let tells = found.iter().any(|(grade, says)| *grade == Grade::Broken && says.contains(expected));
        assert!(tells, "{expected}: {found:?}");
    }
}

fn shown() -> payment::ConsoleReport {
    payment::ConsoleReport {
        console: payment::ConsoleId::parse("kiosk").unwrap(),
        kind: "kiosk".to_owned(),
        outcome: payment::Outcome::Shown,
        reason: None,
    }
}

#[test]
fn what_waits_for_a_person_is_work() {
    type Spoil = fn(&mut PaymentRecord);
    let table: [(&str, Spoil); 7] = [
        ("in review since", |record| {
            let (code, since) = ("amount_mismatch".to_owned(), record.payment.opened_at);
            record.payment.state.phase = Phase::Review { code, reason: "less arrived".to_owned(), since };
        }),
        ("does the service run", |record| record.wake_at = Some(Timestamp::from_micros(-100_000_000))),
        ("give it back by hand", |record| record.payment.state.credits[0].role = CreditRole::Manual),
        ("look into its cabinet", |record| {
            record.payment.state.credits[0].role = CreditRole::Manual;
            record.payment.state.credits[0].proven = false;
        }),
        ("belongs to another payment", |record| {
            record.payment.state.credits[0].role = CreditRole::Manual;
            record.payment.state.credits[0].taken = true;
        }),
        ("is parked since", |record| {
            let (since, reason) = (record.payment.opened_at, "no look-up".to_owned());
            record.payment.state.refunds[0].state = RefundState::Parked { since, reason };
        }),
        ("the register has no queue", |record| {
            record.events[0].delivery = DeliveryState::Parked;
            record.events[0].at = Timestamp::from_micros(-400_000_000);
        }),
    ];
    for (expected, spoil) in table {
        let mut record = paid();
        spoil(&mut record);
        let found = findings(&record);
        let tells = found.iter().any(|(grade, says)| *grade == Grade::Work && says.contains(expected));
        assert!(tells, "{expected}: {found:?}");
    }
}

#[test]
fn an_event_that_waits_for_a_moment_is_no_finding() {
    let mut record = paid();
    record.events[0].delivery = DeliveryState::Pending;
    assert_eq!(findings(&record), []);
}
