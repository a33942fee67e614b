//! What a register, its screens and its `get` see.

use engine::ports::{CommitError, Store};
use futures_util::future::join_all;
use payment::{Payment, RegisterId, StoreId};

use crate::sample::{accept, accepted, accepted_at, after, destination, end, id, key, sole, step};

pub(crate) async fn open_payments_come_oldest_first_and_leave_at_their_end<S: Store>(store: &S) {
    let (shop, till) = place("17", "3");
    for number in [2, 1, 3] {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    assert_eq!(store.open_payments(&shop, &till).await.unwrap(), [id(1), id(2), id(3)]);
    store.commit(end(&accepted(2))).await.unwrap();
    assert_eq!(store.open_payments(&shop, &till).await.unwrap(), [id(1), id(3)]);
}

pub(crate) async fn newest_payments_come_newest_first<S: Store>(store: &S) {
    let (shop, till) = place("17", "3");
    for number in [2, 1, 3] {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let ended = end(&accepted(3));
    store.commit(ended.clone()).await.unwrap();
    let newest = store.newest_payments(&shop, &till, 2).await.unwrap();
    assert_eq!(newest, [after(&ended), accepted(2)]);
}

pub(crate) async fn registers_do_not_see_each_others_payments<S: Store>(store: &S) {
    for (number, (shop, till)) in [(1, ("17", "3")), (2, ("17", "4")), (3, ("18", "3"))] {
        store.commit(accept(&accepted_at(number, &destination(shop, till)))).await.unwrap();
    }
    let (shop, till) = place("17", "4");
    assert_eq!(store.open_payments(&shop, &till).await.unwrap(), [id(2)]);
    let newest = store.newest_payments(&shop, &till, 10).await.unwrap();
    assert_eq!(newest.iter().map(|payment| payment.id).collect::<Vec<_>>(), [id(2)]);
    let (shop, till) = place("18", "4");
    assert_eq!(store.open_payments(&shop, &till).await.unwrap(), []);
    assert_eq!(store.newest_payments(&shop, &till, 10).await.unwrap(), []);
}

pub(crate) async fn a_register_has_one_open_payment_until_its_end<S: Store>(store: &S) {
    let (first, second) = (sole(1, None), sole(2, None));
    store.commit(accept(&first)).await.unwrap();
    let refused = store.commit(accept(&second)).await;
    assert!(matches!(refused, Err(CommitError::RegisterBusy)), "{refused:?}");
    assert!(store.load(id(2)).await.unwrap().is_none());
    assert_eq!(store.operation(&key("17", "3", "op-2")).await.unwrap(), None);
    let again = store.commit(accept(&first)).await;
    assert!(matches!(again, Err(CommitError::Duplicate)), "a known operation is told first: {again:?}");
    let stepped = step(&first);
    store.commit(stepped.clone()).await.unwrap();
    let refused = store.commit(accept(&second)).await;
    assert!(matches!(refused, Err(CommitError::RegisterBusy)), "{refused:?}");
    store.commit(end(&after(&stepped))).await.unwrap();
    store.commit(accept(&second)).await.unwrap();
}

pub(crate) async fn a_register_set_to_many_has_as_many_as_come<S: Store>(store: &S) {
    for number in 1..=3 {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let (shop, till) = place("17", "3");
    assert_eq!(store.open_payments(&shop, &till).await.unwrap().len(), 3);
    store.commit(accept(&sole(4, None))).await.unwrap();
}

pub(crate) async fn a_superseding_payment_takes_the_registers_place<S: Store>(store: &S) {
    let (first, second) = (sole(1, None), sole(2, Some("op-1")));
    store.commit(accept(&first)).await.unwrap();
    let refused = store.commit(accept(&sole(3, Some("op-0")))).await;
    assert!(matches!(refused, Err(CommitError::RegisterBusy)), "it names another one: {refused:?}");
    store.commit(accept(&second)).await.unwrap();
    let refused = store.commit(accept(&sole(4, Some("op-1")))).await;
    assert!(matches!(refused, Err(CommitError::RegisterBusy)), "the place is the second's: {refused:?}");
    let stepped = step(&first);
    store.commit(stepped.clone()).await.unwrap();
    store.commit(end(&after(&stepped))).await.unwrap();
    let refused = store.commit(accept(&sole(5, None))).await;
    assert!(matches!(refused, Err(CommitError::RegisterBusy)), "the first's end frees nothing: {refused:?}");
    store.commit(end(&second)).await.unwrap();
    store.commit(accept(&sole(5, None))).await.unwrap();
}

pub(crate) async fn of_many_pays_at_once_one_gets_the_register<S: Store>(store: &S) {
    let payments: Vec<Payment> = (1..=20).map(|number| sole(number, None)).collect();
    let results = join_all(payments.iter().map(|payment| store.commit(accept(payment)))).await;
    let done = results.iter().filter(|result| result.is_ok()).count();
    let busy = results.iter().filter(|result| matches!(result, Err(CommitError::RegisterBusy))).count();
    assert_eq!((done, busy), (1, 19));
}

fn place(store: &str, register: &str) -> (StoreId, RegisterId) {
    let place = destination(store, register);
    (place.store, place.register)
}
