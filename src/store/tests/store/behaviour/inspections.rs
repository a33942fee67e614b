//! What the inspection asks of a store.

use engine::ports::{Round, Store};
use payment::{PaymentId, ServerId};

use crate::sample::{accept, accepted, after, at, end, id, settle};

fn bank(server: &str) -> Round {
    Round::Bank(ServerId::parse(server).unwrap())
}

pub(crate) async fn a_round_is_walked_by_one_at_a_time_and_goes_on_where_it_was_left<S: Store>(store: &S) {
    let start = PaymentId::from_uuid(0);
    assert_eq!(store.take_round(&Round::Rows, 1, at(0), at(60)).await.unwrap(), Some(start));
    assert_eq!(store.take_round(&Round::Rows, 2, at(59), at(99)).await.unwrap(), None, "it is held");
    assert_eq!(
        store.take_round(&bank("north"), 2, at(59), at(99)).await.unwrap(),
        Some(start),
        "another round"
    );
    store.leave_round(&bank("north"), 2, id(5), at(60)).await.unwrap();
    assert_eq!(
        store.take_round(&bank("south"), 2, at(60), at(99)).await.unwrap(),
        Some(start),
        "each bank has its own"
    );
    assert_eq!(store.take_round(&bank("north"), 2, at(60), at(99)).await.unwrap(), Some(id(5)));
    store.leave_round(&Round::Rows, 2, id(9), at(0)).await.unwrap();
    assert_eq!(
        store.take_round(&Round::Rows, 2, at(59), at(99)).await.unwrap(),
        None,
        "it was not theirs to leave"
    );
    store.leave_round(&Round::Rows, 1, id(7), at(50)).await.unwrap();
    assert_eq!(store.take_round(&Round::Rows, 2, at(49), at(99)).await.unwrap(), None, "it rests");
    assert_eq!(store.take_round(&Round::Rows, 2, at(50), at(99)).await.unwrap(), Some(id(7)));
    assert_eq!(
        store.take_round(&Round::Rows, 3, at(100), at(160)).await.unwrap(),
        Some(id(7)),
        "its holder is gone"
    );
    store.leave_round(&Round::Rows, 2, id(8), at(0)).await.unwrap();
    assert_eq!(
        store.take_round(&Round::Rows, 4, at(159), at(200)).await.unwrap(),
        None,
        "who was gone leaves nothing"
    );
}

pub(crate) async fn a_row_stands_beside_its_journal<S: Store>(store: &S) {
    assert!(store.evidence(id(1)).await.unwrap().is_none());
    let accepting = accept(&accepted(1));
    store.commit(accepting.clone()).await.unwrap();
    let evidence = store.evidence(id(1)).await.unwrap().unwrap();
    assert_eq!(evidence.payment, after(&accepting));
    assert_eq!((evidence.sequence, evidence.status.as_str()), (1, "accepted"));
    assert_eq!((evidence.is_open, evidence.settled), (true, false));
    assert_eq!(evidence.wake_at, accepting.payment.as_ref().unwrap().wake_at);

    let ending = end(&after(&accepting));
    store.commit(ending.clone()).await.unwrap();
    let settling = settle(&after(&ending));
    store.commit(settling.clone()).await.unwrap();
    let evidence = store.evidence(id(1)).await.unwrap().unwrap();
    assert_eq!(evidence.payment, after(&settling));
    assert_eq!((evidence.sequence, evidence.status.as_str()), (3, "expired"));
    assert_eq!((evidence.is_open, evidence.settled, evidence.wake_at), (false, true, None));
    let facts: Vec<_> = evidence.facts.iter().map(|(number, at, _)| (*number, *at)).collect();
    assert_eq!(facts, [(1, accepting.at), (2, ending.at), (3, settling.at)]);
}

pub(crate) async fn payments_are_walked_in_the_order_in_which_they_were_made<S: Store>(store: &S) {
    for number in [3, 1, 2] {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let start = PaymentId::from_uuid(0);
    assert_eq!(store.payments_behind(start, 2).await.unwrap(), [id(1), id(2)]);
    assert_eq!(store.payments_behind(id(2), 2).await.unwrap(), [id(3)]);
    assert_eq!(store.payments_behind(id(3), 2).await.unwrap(), []);
}
