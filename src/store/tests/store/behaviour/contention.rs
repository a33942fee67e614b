//! Many at once.

use engine::ports::{CommitError, Store};
use futures_util::future::join_all;
use store::Records;

use crate::sample::{accept, accepted, after, credit, id, key, link, payment_of, step};

const MANY: u32 = 40;

pub(crate) async fn of_many_who_change_one_payment_one_wins_each_sequence<S: Store>(store: &S) {
    let mut payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    for _ in 0..10 {
        let change = step(&payment);
        let results = join_all((0..MANY).map(|_| store.commit(change.clone()))).await;
        let won = results.iter().filter(|result| result.is_ok()).count();
        let lost = results.iter().filter(|result| matches!(result, Err(CommitError::Conflict))).count();
        assert_eq!((won, lost), (1, MANY as usize - 1), "at sequence {}", payment.state.sequence);
        payment = after(&change);
    }
    assert_eq!(store.load(payment.id).await.unwrap().unwrap().payment, payment);
}

pub(crate) async fn of_many_who_record_one_operation_one_wins<S: Store + Records>(store: &S) {
    let changes = (0..MANY).map(|number| {
        let mut change = accept(&accepted(number));
        change.operation.as_mut().unwrap().key = key("17", "3", "the one");
        store.commit(change)
    });
    let results = join_all(changes).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let duplicates = results.iter().filter(|result| matches!(result, Err(CommitError::Duplicate))).count();
    assert_eq!(duplicates, MANY as usize - 1);
    assert_eq!(store.payments_after(None, 100).await.unwrap().len(), 1);
}

pub(crate) async fn of_many_who_find_the_same_money_one_wins<S: Store>(store: &S) {
    for number in 0..MANY {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let changes = (0..MANY).map(|number| {
        let mut change = step(&accepted(number));
        payment_of(&mut change).credits = vec![credit("the money")];
        store.commit(change)
    });
    let results = join_all(changes).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let taken = results.iter().filter(|result| matches!(result, Err(CommitError::CreditTaken))).count();
    assert_eq!(taken, MANY as usize - 1);
}

pub(crate) async fn of_many_who_take_the_same_cash_link_one_wins<S: Store>(store: &S) {
    let changes = (0..MANY).map(|number| {
        let mut change = accept(&accepted(number));
        payment_of(&mut change).links.taken = vec![link("AS1")];
        store.commit(change)
    });
    let results = join_all(changes).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let taken = results.iter().filter(|result| matches!(result, Err(CommitError::LinkTaken))).count();
    assert_eq!(taken, MANY as usize - 1);
}

pub(crate) async fn changes_of_many_payments_do_not_disturb_each_other<S: Store>(store: &S) {
    // Every third is refused; those beside it in the same transaction are not.
    let changes = (0..600_u32).map(|number| {
        let payment = accepted(number);
        store.commit(if number % 3 == 0 { step(&payment) } else { accept(&payment) })
    });
    let results = join_all(changes).await;
    for (number, result) in (0..).zip(results) {
        assert_eq!(result.is_ok(), number % 3 != 0, "{number}: {result:?}");
        assert_eq!(store.load(id(number)).await.unwrap().is_some(), number % 3 != 0, "{number}");
    }
}
