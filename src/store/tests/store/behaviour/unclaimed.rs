//! Money without an order.

use engine::ports::{Store, UnclaimedCredit, UnclaimedSearch};
use payment::{BankTransaction, CodeId, Currency, Money, ServerId};

use crate::sample::{accept, accepted, after, at, credit, payment_of, step};

/// Money of the sample's bank, found so many seconds after the start.
fn unclaimed(transaction: &str, code: &str, found_at: i64) -> UnclaimedCredit {
    UnclaimedCredit {
        server: ServerId::parse("raiffeisen").unwrap(),
        code: CodeId::parse(code).unwrap(),
        transaction: BankTransaction::parse(transaction).unwrap(),
        amount: Money::try_new(45_000, Currency::RUB).unwrap(),
        is_confirmed: true,
        found_at: at(found_at),
        paid_at: Some(at(found_at - 1)),
        payer: Some("+7 9** ***-**-12".to_owned()),
        instrument: None,
    }
}

async fn all<S: Store>(store: &S) -> Vec<UnclaimedCredit> {
    store.unclaimed(&UnclaimedSearch::default(), 10).await.unwrap()
}

pub(crate) async fn money_without_an_order_is_kept_until_a_payment_believes_in_it<S: Store>(store: &S) {
    store.keep_unclaimed(&unclaimed("A1", "AS1", 5)).await.unwrap();
    assert_eq!(all(store).await, [unclaimed("A1", "AS1", 5)]);

    let payment = accepted(1);
    store.commit(accept(&payment)).await.unwrap();
    let mut hears = step(&payment);
    payment_of(&mut hears).credits = vec![engine::ports::CreditRow { is_believed: false, ..credit("A1") }];
    store.commit(hears.clone()).await.unwrap();
    assert_eq!(all(store).await.len(), 1, "what is merely reported is nobody's");

    let mut believes = step(&after(&hears));
    payment_of(&mut believes).credits = vec![credit("A1")];
    store.commit(believes).await.unwrap();
    assert_eq!(all(store).await, []);
    store.keep_unclaimed(&unclaimed("A1", "AS1", 9)).await.unwrap();
    assert_eq!(all(store).await, [], "told again, it is still claimed");
}

pub(crate) async fn unclaimed_money_is_looked_for_by_server_code_and_transaction<S: Store>(store: &S) {
    let elsewhere = UnclaimedCredit {
        server: ServerId::parse("sber").unwrap(),
        paid_at: None,
        payer: None,
        ..unclaimed("A1", "AS1", 7)
    };
    for credit in [unclaimed("A1", "AS1", 5), unclaimed("A2", "AS2", 6), elsewhere, unclaimed("A3", "AS1", 8)]
    {
        store.keep_unclaimed(&credit).await.unwrap();
    }
    for (server, code, transaction, expected) in [
        (None, None, None, "A3 A1 A2 A1"),
        (Some("raiffeisen"), None, None, "A3 A2 A1"),
        (Some("raiffeisen"), Some("AS1"), None, "A3 A1"),
        (None, None, Some("A1"), "A1 A1"),
        (Some("sber"), None, Some("A1"), "A1"),
        (Some("sber"), Some("AS2"), None, ""),
    ] {
        let search = UnclaimedSearch {
            server: server.map(|id| ServerId::parse(id).unwrap()),
            code: code.map(|id| CodeId::parse(id).unwrap()),
            transaction: transaction.map(|id| BankTransaction::parse(id).unwrap()),
        };
        let found = store.unclaimed(&search, 10).await.unwrap();
        let names: Vec<&str> = found.iter().map(|credit| credit.transaction.as_str()).collect();
        assert_eq!(names.join(" "), expected, "{search:?}");
    }
    assert_eq!(store.unclaimed(&UnclaimedSearch::default(), 2).await.unwrap().len(), 2);
}

pub(crate) async fn confirmed_money_stays_confirmed_and_as_it_was<S: Store>(store: &S) {
    let told = UnclaimedCredit {
        amount: Money::try_new(1, Currency::RUB).unwrap(),
        is_confirmed: false,
        ..unclaimed("A1", "AS9", 5)
    };
    store.keep_unclaimed(&told).await.unwrap();
    assert_eq!(all(store).await, std::slice::from_ref(&told));
    store.keep_unclaimed(&unclaimed("A1", "AS1", 8)).await.unwrap();
    let kept = UnclaimedCredit { found_at: told.found_at, ..unclaimed("A1", "AS1", 8) };
    assert_eq!(
        all(store).await,
        std::slice::from_ref(&kept),
        "the bank's word counts, our first knowledge of it stays"
    );
    store.keep_unclaimed(&told).await.unwrap();
    assert_eq!(all(store).await, [kept]);
}
