//! Events wait in the journal until they are delivered.

use engine::ports::{DeliveryMark, Destination, EventRow, Store};

use crate::sample::{
    accept, accepted, accepted_at, after, at, destination, draft, end, id, payment_of, step,
};

pub(crate) async fn events_wait_until_they_are_delivered<S: Store>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let waiting = store.undelivered(0, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let event = &waiting[0];
    assert_eq!((event.payment, event.sequence, event.at), (payment.id, 1, payment.opened_at));
    assert_eq!((event.name.as_str(), event.parked), ("payment.accepted", false));
    assert_eq!(event.destination, destination("17", "3"));
    assert_eq!(event.operation, payment.checkout.operation);
    assert_eq!(event.body, r#"{"event":"payment.accepted","operation":"op-1"}"#);

    store.mark(&[mark(event, false)]).await.unwrap();
    assert_eq!(store.undelivered(0, 10).await.unwrap(), []);
    assert!(store.load(payment.id).await.unwrap().unwrap().delivered);

    store.commit(step(&payment)).await.unwrap();
    assert!(
        store.load(payment.id).await.unwrap().unwrap().delivered,
        "a fact without an event changes nothing"
    );
    store.commit(end(&after(&step(&payment)))).await.unwrap();
    assert!(!store.load(payment.id).await.unwrap().unwrap().delivered);
}

pub(crate) async fn a_parked_event_counts_as_delivered_but_stays_in_the_outbox<S: Store>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let event = only_event(store).await;
    store.mark(&[mark(&event, true)]).await.unwrap();
    assert!(store.load(payment.id).await.unwrap().unwrap().delivered);
    let parked = only_event(store).await;
    assert_eq!(parked, EventRow { parked: true, ..event.clone() });
    store.mark(&[mark(&event, false)]).await.unwrap();
    assert_eq!(store.undelivered(0, 10).await.unwrap(), []);
}

pub(crate) async fn what_is_parked_is_read_by_register<S: Store>(store: &S) {
    let [ours, theirs] = [destination("17", "3"), destination("17", "4")];
    for (number, register) in [(1, &ours), (2, &theirs), (3, &ours), (4, &ours), (5, &ours)] {
        store.commit(accept(&accepted_at(number, register))).await.unwrap();
    }
    let rows = store.undelivered(0, 10).await.unwrap();
    store.mark(&[0, 1, 2, 3].map(|index| mark(&rows[index], true))).await.unwrap();
    store.mark(&[mark(&rows[2], false)]).await.unwrap();
    let parked = async |register, after, limit| {
        let found = store.parked(register, after, limit).await.unwrap();
        found.into_iter().map(|row| (row.number, row.payment, row.parked)).collect::<Vec<_>>()
    };
    let [first, last] = [0, 3].map(|index| (rows[index].number, rows[index].payment, true));
    assert_eq!(parked(&ours, 0, 10).await, [first, last], "neither what went out nor what is on its way");
    assert_eq!(parked(&ours, 0, 1).await, [first]);
    assert_eq!(parked(&ours, first.0, 10).await, [last]);
    assert_eq!(parked(&theirs, 0, 10).await, [(rows[1].number, rows[1].payment, true)]);
}

pub(crate) async fn a_delivered_event_stays_delivered<S: Store>(store: &S) {
    store.commit(accept(&accepted(1))).await.unwrap();
    let event = only_event(store).await;
    store.mark(&[mark(&event, false), mark(&event, true)]).await.unwrap();
    store.mark(&[mark(&event, true)]).await.unwrap();
    assert_eq!(store.undelivered(0, 10).await.unwrap(), []);
}

pub(crate) async fn an_event_for_two_registers_is_delivered_to_each<S: Store>(store: &S) {
    let payment = accepted(1);
    let mut change = accept(&payment);
    let (asking, paying) = (destination("17", "9"), destination("17", "3"));
    let both = [&asking, &paying];
    payment_of(&mut change).journal[0].events =
        both.map(|place| draft(place, "refund.accepted", &payment.checkout.operation)).to_vec();
    store.commit(change).await.unwrap();

    let waiting = store.undelivered(0, 10).await.unwrap();
    let places: Vec<&Destination> = waiting.iter().map(|event| &event.destination).collect();
    assert_eq!(places, both, "in the order in which they were drafted");
    assert!(waiting[0].number < waiting[1].number);

    store.mark(&[mark(&waiting[0], false)]).await.unwrap();
    assert_eq!(only_event(store).await, waiting[1]);
    assert!(!store.load(payment.id).await.unwrap().unwrap().delivered, "one is still out");
    store.mark(&[mark(&waiting[1], true)]).await.unwrap();
    assert!(store.load(payment.id).await.unwrap().unwrap().delivered);
}

pub(crate) async fn undelivered_events_come_in_pages_by_number<S: Store>(store: &S) {
    for number in 1..=5 {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let all = store.undelivered(0, 10).await.unwrap();
    assert!(all.is_sorted_by(|earlier, later| earlier.number < later.number));
    assert_eq!(all.iter().map(|event| event.payment).collect::<Vec<_>>(), [1, 2, 3, 4, 5].map(id));
    let first = store.undelivered(0, 2).await.unwrap();
    let rest = store.undelivered(first[1].number, 10).await.unwrap();
    assert_eq!([first, rest].concat(), all);
}

pub(crate) async fn marks_of_unknown_events_change_nothing<S: Store>(store: &S) {
    store.commit(accept(&accepted(1))).await.unwrap();
    let event = only_event(store).await;
    let elsewhere = destination("17", "4");
    store
        .mark(&[
            DeliveryMark { payment: id(2), ..mark(&event, false) },
            DeliveryMark { sequence: 2, ..mark(&event, false) },
            DeliveryMark { destination: elsewhere, ..mark(&event, false) },
        ])
        .await
        .unwrap();
    store.mark(&[]).await.unwrap();
    assert_eq!(only_event(store).await, event);
    assert_eq!(store.due(at(100), None, 1).await.unwrap().len(), 1);
}

pub(crate) async fn a_register_reads_its_own_events_by_number_delivered_or_not<S: Store>(store: &S) {
    let (own, other) = (destination("17", "3"), destination("17", "9"));
    assert_eq!(store.newest_register_event(&own).await.unwrap(), 0);
    for number in 1..=4 {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let mut change = accept(&accepted(5));
    payment_of(&mut change).journal[0].events =
        vec![draft(&other, "refund.accepted", &accepted(5).checkout.operation)];
    store.commit(change).await.unwrap();
    let all = store.register_events(&own, 0, 10).await.unwrap();
    assert_eq!(all.iter().map(|event| event.payment).collect::<Vec<_>>(), [1, 2, 3, 4].map(id));
    assert_eq!(store.newest_register_event(&own).await.unwrap(), all[3].number);

    store.mark(&[mark(&all[0], false), mark(&all[1], true)]).await.unwrap();
    let first = store.register_events(&own, 0, 2).await.unwrap();
    assert_eq!(first.iter().map(|event| event.number).collect::<Vec<_>>(), [all[0].number, all[1].number]);
    let rest = store.register_events(&own, first[1].number, 10).await.unwrap();
    assert_eq!(rest, all[2..]);
    assert_eq!(store.register_events(&other, 0, 10).await.unwrap().len(), 1);
    assert_eq!(store.register_events(&destination("18", "3"), 0, 10).await.unwrap(), []);
}

pub(crate) async fn an_event_for_a_register_that_asks_is_delivered_with_its_commit<S: Store>(store: &S) {
    let payment = accepted(1);
    let mut change = accept(&payment);
    payment_of(&mut change).journal[0].events[0].is_delivered = true;
    store.commit(change).await.unwrap();
    assert_eq!(store.undelivered(0, 10).await.unwrap(), []);
    assert!(store.load(payment.id).await.unwrap().unwrap().delivered);
    let read = store.register_events(&destination("17", "3"), 0, 10).await.unwrap();
    assert_eq!(read, store.payment_events(payment.id).await.unwrap());
    assert_eq!(read.len(), 1);
}

async fn only_event<S: Store>(store: &S) -> EventRow {
    let mut waiting = store.undelivered(0, 10).await.unwrap();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    waiting.remove(0)
}

fn mark(event: &EventRow, parked: bool) -> DeliveryMark {
    DeliveryMark {
        payment: event.payment,
        sequence: event.sequence,
        destination: event.destination.clone(),
        parked,
    }
}
