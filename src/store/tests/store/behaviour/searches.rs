//! What registers look for.

use std::sync::Arc;

use engine::ports::{CreditRow, Search, Store};
use payment::{
    Annulment, Attempt, BankTransaction, Code, CodeId, Credit, CreditRole, Currency, FiscalReceipt, LastTry,
    Life, Money, OperationId, Payment, Phase, RegisterId, ServerId, Status, StoreId,
};
use store::{PaymentFilter, Records};

use crate::sample::{
    accept, accepted, accepted_at, after, alter, at, credit, destination, id, payment_of, step,
};

fn of_store() -> Search {
    Search::of(StoreId::parse("17").unwrap())
}

fn in_shift(number: u32, shift: &str) -> Payment {
    let mut payment = accepted(number);
    Arc::make_mut(&mut payment.checkout).details.shift = Some(shift.to_owned());
    payment
}

async fn numbers<S: Store>(store: &S, search: &Search) -> Vec<u32> {
    let found = store.search(search, 10).await.unwrap();
    let number = |payment: &Payment| (1..=9).find(|number| payment.id == id(*number)).unwrap();
    found.iter().map(number).collect()
}

pub(crate) async fn payments_are_looked_for_by_all_that_registers_know<S: Store + Records>(store: &S) {
    store.commit(accept(&in_shift(1, "42"))).await.unwrap();
    store.commit(accept(&in_shift(2, "43"))).await.unwrap();
    store.commit(accept(&accepted_at(3, &destination("17", "4")))).await.unwrap();
    let mut money = step(&in_shift(2, "43"));
    payment_of(&mut money).credits = vec![CreditRow { is_believed: false, ..credit("A7") }];
    store.commit(money.clone()).await.unwrap();
    let mut believed = step(&after(&money));
    payment_of(&mut believed).credits = vec![credit("A7")];
    store.commit(believed).await.unwrap();

    let transaction = |text: &str| Some(BankTransaction::parse(text).unwrap());
    let amount = |minor| Some(Money::try_new(minor, Currency::RUB).unwrap());
    let operation = |text: &str| Some(OperationId::parse(text).unwrap());
    let cases: [(&str, Search, &[u32]); 13] = [
        ("all", of_store(), &[3, 2, 1]),
        ("register", Search { register: Some(RegisterId::parse("4").unwrap()), ..of_store() }, &[3]),
        ("receipt", Search { receipt: Some("000001".to_owned()), ..of_store() }, &[1]),
        ("operation", Search { operation: operation("op-2"), ..of_store() }, &[2]),
        ("unknown operation", Search { operation: operation("op-9"), ..of_store() }, &[]),
        ("transaction", Search { transaction: transaction("A7"), ..of_store() }, &[2]),
        ("unknown transaction", Search { transaction: transaction("A8"), ..of_store() }, &[]),
        ("amount", Search { amount: amount(19_803), ..of_store() }, &[3]),
        ("shift", Search { shift: Some("42".to_owned()), ..of_store() }, &[1]),
        ("from", Search { from: Some(at(2)), ..of_store() }, &[3, 2]),
        ("to", Search { to: Some(at(2)), ..of_store() }, &[1]),
        ("from and to", Search { from: Some(at(2)), to: Some(at(3)), ..of_store() }, &[2]),
        (
            "receipt and amount",
            Search { receipt: Some("000001".to_owned()), amount: amount(1), ..of_store() },
            &[],
        ),
    ];
    for (name, search, expected) in cases {
        assert_eq!(numbers(store, &search).await, expected, "{name}");
        let for_people = store.search_payments(&search, 10).await.unwrap();
        assert_eq!(for_people, store.search(&search, 10).await.unwrap(), "{name}");
    }
}

pub(crate) async fn payments_are_looked_for_by_code_payer_and_status<S: Store + Records>(store: &S) {
    for number in 1..=3 {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    let mut shown = step(&accepted(2));
    alter(&mut shown, |payment| payment.state.attempts.push(attempt(payment, "AS2A")));
    alter(&mut shown, |payment| payment.state.phase = Phase::Showing);
    store.commit(shown.clone()).await.unwrap();
    let mut paid = step(&after(&shown));
    let payer = Some("+7 ••• 12-34".to_owned());
    alter(&mut paid, |payment| payment.state.credits.push(Credit { payer, ..paying(payment) }));
    alter(&mut paid, |payment| payment.state.phase = Phase::Paid { credit: 0, at: at(9) });
    store.commit(paid).await.unwrap();
    let mut review = step(&accepted(3));
    alter(&mut review, |payment| {
        payment.state.phase = Phase::Review { code: "x".to_owned(), reason: "x".to_owned(), since: at(9) };
    });
    store.commit(review).await.unwrap();
    let code = |text: &str| CodeId::parse(text).ok();
    let payer = |text: &str| Some(text.to_owned());
    let cases: [(&str, Search, &[u32]); 7] = [
        ("code", Search { code: code("AS2A"), ..of_store() }, &[2]),
        ("unknown code", Search { code: code("AS9A"), ..of_store() }, &[]),
        ("payer", Search { payer: payer("1234"), ..of_store() }, &[2]),
        ("unknown payer", Search { payer: payer("4321"), ..of_store() }, &[]),
        ("paid", Search { status: Some(Status::Paid), ..of_store() }, &[2]),
        ("review", Search { status: Some(Status::Review), ..of_store() }, &[3]),
        ("accepted", Search { status: Some(Status::Accepted), ..of_store() }, &[1]),
    ];
    for (name, search, expected) in cases {
        assert_eq!(numbers(store, &search).await, expected, "{name}");
    }
}

fn attempt(payment: &Payment, code: &str) -> Attempt {
    Attempt {
        id: payment.id.attempt(1),
        route: 0,
        expires_at: at(99),
        life: Life::Payable { since: at(2) },
        code: Some(Code {
            id: CodeId::parse(code).unwrap(),
            payload: format!("https://qr.example/{code}"),
            expires_at: None,
            payment_url: None,
        }),
        shown_at: Some(at(2)),
        annulment: Annulment::NotWanted,
        last_try: LastTry::None,
    }
}

pub(crate) async fn a_search_comes_newest_first_in_pages_and_stays_in_its_store<S: Store>(store: &S) {
    for number in [3, 1, 2] {
        store.commit(accept(&accepted(number))).await.unwrap();
    }
    store.commit(accept(&accepted_at(4, &destination("18", "3")))).await.unwrap();
    let mut search = of_store();
    let mut seen = Vec::new();
    while let Some(last) = store.search(&search, 1).await.unwrap().pop() {
        search.before = Some((last.opened_at, last.id));
        seen.push(last.id);
    }
    assert_eq!(seen, [id(3), id(2), id(1)]);
}

pub(crate) async fn what_is_paid_and_not_fiscalized_is_listed<S: Store + Records>(store: &S) {
    for number in 1..=3 {
        let mut payment = accepted(number);
        // Money, not a test; the third is a test.
        Arc::make_mut(&mut payment.checkout).routes[0].terms.test = number == 3;
        store.commit(accept(&payment)).await.unwrap();
        let mut paid = step(&payment);
        alter(&mut paid, |payment| payment.state.phase = Phase::Paid { credit: 0, at: at(9) });
        alter(&mut paid, |payment| payment.state.credits.push(paying(payment)));
        store.commit(paid.clone()).await.unwrap();
        if number == 2 {
            let mut told = step(&after(&paid));
            alter(&mut told, |payment| {
                payment.state.fiscal = Some(FiscalReceipt {
                    drive: "9960440300000001".to_owned(),
                    document: "17".to_owned(),
                    sign: "1234567890".to_owned(),
                });
            });
            store.commit(told).await.unwrap();
        }
    }
    let filter = PaymentFilter { not_fiscalized: true, ..PaymentFilter::default() };
    let listed = store.find_payments(&filter).await.unwrap();
    assert_eq!(listed.iter().map(|payment| payment.id).collect::<Vec<_>>(), [id(1)]);
}

fn paying(payment: &Payment) -> Credit {
    Credit {
        server: ServerId::parse("raiffeisen").unwrap(),
        transaction: BankTransaction::parse("A1").unwrap(),
        attempt: payment.id.attempt(1),
        amount: payment.checkout.amount,
        found_at: at(9),
        paid_at: None,
        payer: None,
        instrument: None,
        proven: true,
        taken: false,
        role: CreditRole::Pays,
    }
}
