//! What is to be woken, and when.

use engine::ports::Store;

use crate::sample::{accept, accepted, after, at, id, payment_of, settle, step};

pub(crate) async fn due_payments_come_most_overdue_first_in_pages<S: Store>(store: &S) {
    // Pairs of a payment's number and the second at which it wakes; two wake at once.
    for (number, second) in [(1, 30), (2, 10), (3, 20), (4, 10), (5, 99)] {
        let mut change = accept(&accepted(number));
        payment_of(&mut change).wake_at = Some(at(second));
        store.commit(change).await.unwrap();
    }
    let expected = [(at(10), id(2)), (at(10), id(4)), (at(20), id(3)), (at(30), id(1))];
    assert_eq!(store.due(at(30), None, 10).await.unwrap(), expected);
    assert_eq!(store.due(at(9), None, 10).await.unwrap(), []);
    let mut paged = Vec::new();
    loop {
        let page = store.due(at(30), paged.last().copied(), 1).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, expected);
}

pub(crate) async fn a_payment_is_due_at_its_latest_wake_time_only<S: Store>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let mut later = step(&payment);
    payment_of(&mut later).wake_at = Some(at(500));
    store.commit(later).await.unwrap();
    assert_eq!(store.due(at(499), None, 10).await.unwrap(), []);
    assert_eq!(store.due(at(500), None, 10).await.unwrap(), [(at(500), payment.id)]);
}

pub(crate) async fn a_settled_payment_is_never_due<S: Store>(store: &S) {
    let payment = accepted(1);
    let accepting = accept(&payment);
    store.commit(accepting.clone()).await.unwrap();
    store.commit(settle(&after(&accepting))).await.unwrap();
    assert_eq!(store.due(at(1_000_000), None, 10).await.unwrap(), []);
    assert!(store.load(payment.id).await.unwrap().unwrap().payment.state.settled);
}
