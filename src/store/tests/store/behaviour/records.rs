//! Finding and showing payments, and walking over all of them.

use engine::ports::{DeliveryMark, OperationKind, OperationRecord, Store};
use payment::{Fact, OperationId, RegisterId, Status, StoreId};
use store::{DeliveryState, PaymentFilter, Records};

use crate::sample::{accept, accepted, accepted_at, after, at, destination, end, id, key, step};

pub(crate) async fn payments_are_found_by_each_of_their_marks<S: Store + Records>(store: &S) {
    for (number, till) in [(1, "3"), (2, "3"), (3, "4")] {
        store.commit(accept(&accepted_at(number, &destination("17", till)))).await.unwrap();
    }
    let ended = end(&accepted(2));
    store.commit(ended.clone()).await.unwrap();
    let mut refund = step(&after(&ended));
    refund.operation = Some(OperationRecord {
        key: key("17", "9", "return-7"),
        essence: None,
        kind: OperationKind::Refund(id(2)),
    });
    store.commit(refund).await.unwrap();

    let operation = |text: &str| Some(OperationId::parse(text).unwrap());
    let filter = PaymentFilter::default;
    let cases: [(&str, PaymentFilter, &[u32]); 11] = [
        ("all", filter(), &[3, 2, 1]),
        ("store", PaymentFilter { store: Some(StoreId::parse("17").unwrap()), ..filter() }, &[3, 2, 1]),
        ("other store", PaymentFilter { store: Some(StoreId::parse("18").unwrap()), ..filter() }, &[]),
        ("register", PaymentFilter { register: Some(RegisterId::parse("4").unwrap()), ..filter() }, &[3]),
        ("status", PaymentFilter { status: Some(Status::Expired), ..filter() }, &[2]),
        ("receipt", PaymentFilter { receipt: Some("000001".to_owned()), ..filter() }, &[1]),
        ("pay", PaymentFilter { operation: operation("op-3"), ..filter() }, &[3]),
        ("refund", PaymentFilter { operation: operation("return-7"), ..filter() }, &[2]),
        ("unknown operation", PaymentFilter { operation: operation("none"), ..filter() }, &[]),
        ("open", PaymentFilter { open_only: true, ..filter() }, &[3, 1]),
        (
            "open and receipt",
            PaymentFilter { open_only: true, receipt: Some("000002".to_owned()), ..filter() },
            &[],
        ),
    ];
    for (name, filter, expected) in cases {
        let found: Vec<_> =
            store.find_payments(&filter).await.unwrap().into_iter().map(|payment| payment.id).collect();
        assert_eq!(found, expected.iter().map(|number| id(*number)).collect::<Vec<_>>(), "{name}");
    }
}

pub(crate) async fn lists_are_paged_newest_first<S: Store + Records>(store: &S) {
    for number in 1..=5 {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let mut filter = PaymentFilter { limit: 2, ..PaymentFilter::default() };
    let mut seen = Vec::new();
    loop {
        let page = store.find_payments(&filter).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some(last.id);
        seen.extend(page);
    }
    assert_eq!(seen.iter().map(|payment| payment.id).collect::<Vec<_>>(), [5, 4, 3, 2, 1].map(id));
    let (payment, line) = (accepted(5), &seen[0]);
    assert_eq!(line.amount, payment.checkout.amount);
    assert_eq!((line.status, line.is_open, line.settled), (Status::Accepted, true, false));
    assert_eq!((line.opened_at, line.receipt.as_deref()), (payment.opened_at, Some("000005")));
    assert_eq!(
        (&line.operation, &line.payment_type),
        (&payment.checkout.operation, &payment.checkout.payment_type)
    );
}

pub(crate) async fn a_record_has_all_facts_and_events<S: Store + Records>(store: &S) {
    assert_eq!(store.payment_record(id(1)).await.unwrap(), None);
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let mut ended = end(&payment);
    ended.epoch = store.begin_epoch(at(0)).await.unwrap();
    store.commit(ended.clone()).await.unwrap();
    let accepted_event =
        DeliveryMark { payment: payment.id, sequence: 1, destination: destination("17", "3"), parked: false };
    let ended_event = DeliveryMark { sequence: 2, parked: true, ..accepted_event.clone() };
    store.mark(&[accepted_event, ended_event]).await.unwrap();

    let record = store.payment_record(payment.id).await.unwrap().unwrap();
    assert_eq!(record.payment, after(&ended));
    assert_eq!((record.wake_at, record.epoch), (ended.payment.as_ref().unwrap().wake_at, ended.epoch));
    assert!(matches!(record.facts[0].fact, Fact::Accepted { .. }), "{:?}", record.facts);
    assert!(matches!(record.facts[1].fact, Fact::Ended(_)), "{:?}", record.facts);
    assert_eq!(
        record.facts.iter().map(|fact| (fact.sequence, fact.at)).collect::<Vec<_>>(),
        [(1, at(1)), (2, at(3))]
    );
    let events: Vec<_> = record.events.iter().map(|event| (event.name.as_str(), event.delivery)).collect();
    assert_eq!(
        events,
        [("payment.accepted", DeliveryState::Delivered), ("payment.expired", DeliveryState::Parked)]
    );
}

pub(crate) async fn all_payments_and_operations_are_walked_in_pages<S: Store + Records>(store: &S) {
    for number in [3, 1, 2] {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let first = store.payments_after(None, 2).await.unwrap();
    let rest = store.payments_after(first.last().copied(), 2).await.unwrap();
    assert_eq!([first, rest].concat(), [1, 2, 3].map(id));

    let first = store.operations_after(None, 2).await.unwrap();
    let rest = store.operations_after(first.last().map(|record| &record.key), 2).await.unwrap();
    let walked: Vec<_> = [first, rest].concat().into_iter().map(|record| record.key).collect();
    assert_eq!(walked, ["op-1", "op-2", "op-3"].map(|operation| key("17", "3", operation)));
}
