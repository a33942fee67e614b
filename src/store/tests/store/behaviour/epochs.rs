//! Instances take over from each other; who was taken over from writes no more.

use engine::ports::{CommitError, Store};

use crate::sample::{accept, accepted, at};

pub(crate) async fn epochs_rise<S: Store>(store: &S) {
    let mut last = 0;
    for start in 0..3 {
        let epoch = store.begin_epoch(at(start)).await.unwrap();
        assert!(epoch > last, "{epoch} after {last}");
        last = epoch;
    }
}

pub(crate) async fn an_older_epoch_may_not_write_and_has_lapsed<S: Store>(store: &S) {
    let old = store.begin_epoch(at(0)).await.unwrap();
    assert!(!store.has_lapsed(old, at(1)).await.unwrap());
    let new = store.begin_epoch(at(1)).await.unwrap();
    assert!(store.has_lapsed(old, at(1)).await.unwrap());
    assert!(!store.has_lapsed(new, at(1)).await.unwrap());

    let payment = accepted(1);
    let mut change = accept(&payment);
    change.epoch = old;
    let refused = store.commit(change).await;
    assert!(matches!(refused, Err(CommitError::Lapsed)), "{refused:?}");
    assert!(store.load(payment.id).await.unwrap().is_none());
}

pub(crate) async fn the_newest_epoch_may_write<S: Store>(store: &S) {
    store.begin_epoch(at(0)).await.unwrap();
    let newest = store.begin_epoch(at(1)).await.unwrap();
    let mut change = accept(&accepted(1));
    change.epoch = newest;
    store.commit(change).await.unwrap();
}
