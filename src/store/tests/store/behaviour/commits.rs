//! What is written together, and what refuses it.

use engine::ports::{Change, CommitError, CreditRow, OperationKind, OperationRecord, Store};
use payment::RejectCode;
use store::Records;

use crate::sample::{accept, accepted, after, alter, at, credit, id, key, link, payment_of, step, steps};

pub(crate) async fn an_accepted_checkout_is_stored_whole<S: Store>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let stored = store.load(payment.id).await.unwrap().unwrap();
    assert_eq!(stored.payment, payment);
    assert!(!stored.delivered, "its event waits");
    let record = store.operation(&key("17", "3", "op-1")).await.unwrap().unwrap();
    assert_eq!(record.kind, OperationKind::Pay(payment.id));
    assert_eq!(record.essence, Some("e5".repeat(32)));
    assert!(store.load(id(2)).await.unwrap().is_none());
    assert_eq!(store.operation(&key("17", "3", "op-2")).await.unwrap(), None);
}

pub(crate) async fn a_change_decided_on_an_older_state_is_a_conflict<S: Store>(store: &S) {
    let first = accepted(1);
    store.commit(accept(&first)).await.unwrap();
    let second = step(&first);
    store.commit(second.clone()).await.unwrap();
    let late = store.commit(second.clone()).await;
    assert!(matches!(late, Err(CommitError::Conflict)), "{late:?}");
    store.commit(step(&after(&second))).await.unwrap();
    assert_eq!(store.load(first.id).await.unwrap().unwrap().payment.state.sequence, 3);
}

pub(crate) async fn an_update_of_an_unknown_payment_is_a_conflict<S: Store>(store: &S) {
    let refused = store.commit(step(&accepted(1))).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");
    assert!(store.load(id(1)).await.unwrap().is_none());
}

pub(crate) async fn a_second_insert_of_a_payment_is_a_conflict<S: Store>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let mut again = accept(&payment);
    again.operation.as_mut().unwrap().key = key("17", "3", "another");
    let refused = store.commit(again).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");
    assert_eq!(store.operation(&key("17", "3", "another")).await.unwrap(), None);
}

pub(crate) async fn a_known_operation_makes_the_whole_change_a_duplicate<S: Store>(store: &S) {
    store.commit(accept(&accepted(1))).await.unwrap();
    let mut second = accept(&accepted(2));
    second.operation.as_mut().unwrap().key = key("17", "3", "op-1");
    let refused = store.commit(second).await;
    assert!(matches!(refused, Err(CommitError::Duplicate)), "{refused:?}");
    assert!(store.load(id(2)).await.unwrap().is_none());
    let record = store.operation(&key("17", "3", "op-1")).await.unwrap().unwrap();
    assert_eq!(record.kind, OperationKind::Pay(id(1)), "the first record stays");
}

pub(crate) async fn a_duplicate_is_told_before_a_conflict<S: Store>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let refused = store.commit(accept(&payment)).await;
    assert!(matches!(refused, Err(CommitError::Duplicate)), "{refused:?}");
}

pub(crate) async fn an_operation_is_named_by_store_register_and_operation_together<S: Store>(store: &S) {
    let keys = [key("17", "3", "x"), key("17", "4", "x"), key("18", "3", "x"), key("17", "3", "y")];
    for key in &keys {
        store.commit(only(OperationRecord { key: key.clone(), ..tombstone() })).await.unwrap();
    }
    for key in &keys {
        assert_eq!(&store.operation(key).await.unwrap().unwrap().key, key);
    }
}

pub(crate) async fn an_operation_alone_can_be_recorded<S: Store>(store: &S) {
    store.commit(only(tombstone())).await.unwrap();
    let refused = store.commit(only(tombstone())).await;
    assert!(matches!(refused, Err(CommitError::Duplicate)), "{refused:?}");
}

pub(crate) async fn every_kind_of_operation_is_read_back_as_it_was_written<S: Store>(store: &S) {
    let rejected = |field: Option<&str>| OperationKind::Rejected {
        code: RejectCode::CurrencyNotSupported,
        field: field.map(str::to_owned),
        reason: "the store takes RUB; «тенге» it does not".to_owned(),
    };
    let kinds = [
        OperationKind::Pay(id(1)),
        OperationKind::Refund(id(2)),
        OperationKind::Tombstone,
        rejected(Some("amount.currency")),
        rejected(None),
    ];
    for (number, kind) in kinds.into_iter().enumerate() {
        for essence in [None, Some("ab".repeat(32))] {
            let name = format!("касса «{number}» {}", essence.is_some());
            let record = OperationRecord { key: key("17", "3", &name), essence, kind: kind.clone() };
            store.commit(only(record.clone())).await.unwrap();
            assert_eq!(store.operation(&record.key).await.unwrap(), Some(record));
        }
    }
}

pub(crate) async fn money_belongs_to_one_payment<S: Store>(store: &S) {
    let (first, second) = (accepted(1), accepted(2));
    store.commit(accept(&first)).await.unwrap();
    store.commit(accept(&second)).await.unwrap();
    let mut found = step(&first);
    payment_of(&mut found).credits = vec![credit("A1"), credit("A2")];
    store.commit(found).await.unwrap();

    let mut also_found = step(&second);
    payment_of(&mut also_found).credits = vec![credit("A3"), credit("A2")];
    let refused = store.commit(also_found).await;
    assert!(matches!(refused, Err(CommitError::CreditTaken)), "{refused:?}");
    assert_eq!(store.load(second.id).await.unwrap().unwrap().payment, second);

    let mut other_money = step(&second);
    payment_of(&mut other_money).credits = vec![credit("A3")];
    store.commit(other_money).await.unwrap();
}

pub(crate) async fn money_that_was_only_reported_is_nobodys_until_one_payment_believes_in_it<S: Store>(
    store: &S,
) {
    let (first, second) = (accepted(1), accepted(2));
    store.commit(accept(&first)).await.unwrap();
    store.commit(accept(&second)).await.unwrap();
    let reported = CreditRow { is_believed: false, ..credit("A1") };
    let mut hears = step(&first);
    payment_of(&mut hears).credits = vec![reported.clone()];
    store.commit(hears.clone()).await.unwrap();
    let mut also_hears = step(&second);
    payment_of(&mut also_hears).credits = vec![reported.clone()];
    store.commit(also_hears.clone()).await.unwrap();
    let mut hears_again = step(&after(&hears));
    payment_of(&mut hears_again).credits = vec![reported];
    let refused = store.commit(hears_again).await;
    assert!(
        matches!(refused, Err(CommitError::CreditTaken)),
        "what a payment has heard is written once: {refused:?}"
    );

    let mut believes = step(&after(&also_hears));
    payment_of(&mut believes).credits = vec![credit("A1")];
    store.commit(believes).await.unwrap();
    let mut also_believes = step(&after(&hears));
    payment_of(&mut also_believes).credits = vec![credit("A1")];
    let refused = store.commit(also_believes).await;
    assert!(matches!(refused, Err(CommitError::CreditTaken)), "{refused:?}");
}

pub(crate) async fn a_cash_link_belongs_to_one_payment_at_a_time<S: Store>(store: &S) {
    let (first, second) = (accepted(1), accepted(2));
    let with = |mut change: Change, taken: &[&str], freed: &[&str]| {
        let links = &mut payment_of(&mut change).links;
        links.taken = taken.iter().map(|id| link(id)).collect();
        links.freed = freed.iter().map(|id| link(id)).collect();
        change
    };
    store.commit(with(accept(&first), &["AS1"], &[])).await.unwrap();
    let refused = store.commit(with(accept(&second), &["AS2", "AS1"], &[])).await;
    assert!(matches!(refused, Err(CommitError::LinkTaken)), "{refused:?}");
    assert!(store.load(second.id).await.unwrap().is_none(), "nothing of it was made");
    store.commit(with(accept(&second), &["AS2"], &["AS1"])).await.unwrap();

    let next = with(step(&first), &["AS3"], &["AS1"]);
    let third = accepted(3);
    let refused = store.commit(with(accept(&third), &["AS1"], &[])).await;
    assert!(matches!(refused, Err(CommitError::LinkTaken)), "nobody frees the link of another: {refused:?}");
    store.commit(next).await.unwrap();
    store.commit(with(accept(&third), &["AS1"], &[])).await.unwrap();
}

pub(crate) async fn a_refused_change_leaves_nothing_behind<S: Store + Records>(store: &S) {
    let (first, second) = (accepted(1), accepted(2));
    store.commit(accept(&first)).await.unwrap();
    store.commit(accept(&second)).await.unwrap();
    let mut found = step(&first);
    payment_of(&mut found).credits = vec![credit("A1")];
    store.commit(found).await.unwrap();

    let before = store.payment_record(second.id).await.unwrap();
    let mut refund = step(&second);
    refund.operation = Some(OperationRecord { key: key("17", "3", "refund"), ..tombstone() });
    payment_of(&mut refund).credits = vec![credit("B1"), credit("A1")];
    let refused = store.commit(refund).await;
    assert!(matches!(refused, Err(CommitError::CreditTaken)), "{refused:?}");
    assert_eq!(store.payment_record(second.id).await.unwrap(), before);
    assert_eq!(store.operation(&key("17", "3", "refund")).await.unwrap(), None);

    let mut its_own = step(&second);
    payment_of(&mut its_own).credits = vec![credit("B1")];
    store.commit(its_own).await.unwrap();
}

pub(crate) async fn facts_that_do_not_follow_the_sequence_are_refused<S: Store>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let mut gap = step(&payment);
    payment_of(&mut gap).journal[0].sequence = 3;
    let mut behind = steps(&payment, 2);
    alter(&mut behind, |payment| payment.state.sequence = 2);
    let mut without_facts = step(&payment);
    payment_of(&mut without_facts).journal.clear();
    for change in [gap, behind, without_facts] {
        let refused = store.commit(change).await;
        assert!(matches!(refused, Err(CommitError::Store(_))), "{refused:?}");
    }
    assert_eq!(store.load(payment.id).await.unwrap().unwrap().payment, payment);
}

pub(crate) async fn an_unsettled_payment_without_a_wake_time_is_refused<S: Store>(store: &S) {
    let payment = accepted(1);
    let mut never_woken = accept(&payment);
    payment_of(&mut never_woken).wake_at = None;
    let refused = store.commit(never_woken).await;
    assert!(matches!(refused, Err(CommitError::Store(_))), "{refused:?}");
    assert!(store.load(payment.id).await.unwrap().is_none());
}

pub(crate) async fn a_change_of_many_facts_is_stored_whole<S: Store + Records>(store: &S) {
    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    store.commit(steps(&payment, 40)).await.unwrap();
    let record = store.payment_record(payment.id).await.unwrap().unwrap();
    let sequences: Vec<u64> = record.facts.iter().map(|fact| fact.sequence).collect();
    assert_eq!(sequences, (1..=41).collect::<Vec<u64>>());
}

fn only(operation: OperationRecord) -> Change {
    Change { epoch: 0, at: at(0), payment: None, operation: Some(operation) }
}

fn tombstone() -> OperationRecord {
    OperationRecord { key: key("17", "3", "gone"), essence: None, kind: OperationKind::Tombstone }
}
