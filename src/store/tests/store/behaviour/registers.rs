//! What a register, its screens and its `get` see.

use engine::ports::Store;
use payment::{RegisterId, StoreId};

use crate::sample::{accept, accepted, accepted_at, after, destination, end, id};

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

fn place(store: &str, register: &str) -> (StoreId, RegisterId) {
    let place = destination(store, register);
    (place.store, place.register)
}
