//! What people look for, made of payments that are there.

use std::time::Duration;

use engine::ports::{Search, payer_key};
use payment::{BankTransaction, CodeId, Currency, Money, OperationId, Payment, Status, StoreId};
use store::{Db, Records};

use super::sample::LARGEST_STORE;

/// The searches that the journal page makes together for one question.
pub(super) type Question = fn(&Payment) -> Vec<Search>;

/// Each kind of search.
pub(super) const ALL: &[(&str, Question)] = &[
    ("newest", |payment| vec![of(payment)]),
    ("behind any payment", |payment| {
        vec![Search { before: Some((payment.opened_at, payment.id)), ..of(payment) }]
    }),
    ("receipt (text)", |payment| text(payment, payment.checkout.details.receipt.clone().unwrap_or_default())),
    ("operation (text)", |payment| text(payment, payment.checkout.operation.to_string())),
    ("bank transaction (text)", |payment| {
        let credit = payment.state.credits.first();
        text(payment, credit.map_or_else(|| "none".to_owned(), |credit| credit.transaction.to_string()))
    }),
    ("code id (text)", |payment| {
        let code = payment.state.attempts.first().and_then(|attempt| payment.code_id(attempt));
        text(payment, code.map_or_else(|| "none".to_owned(), ToString::to_string))
    }),
    ("unknown text", |payment| text(payment, "nobody-knows-this".to_owned())),
    ("amount", |payment| vec![Search { amount: Some(payment.checkout.amount), ..of(payment) }]),
    ("unknown amount", |payment| {
        vec![Search { amount: Money::try_new(98_765_432, Currency::RUB).ok(), ..of(payment) }]
    }),
    ("amount and register", |payment| {
        let register = Some(payment.checkout.register.clone());
        vec![Search { amount: Some(payment.checkout.amount), register, ..of(payment) }]
    }),
    ("register", |payment| vec![Search { register: Some(payment.checkout.register.clone()), ..of(payment) }]),
    ("a day", |payment| vec![day(payment)]),
    ("a day and register", |payment| {
        vec![Search { register: Some(payment.checkout.register.clone()), ..day(payment) }]
    }),
    ("payer", |payment| {
        let credit = payment.state.credits.first();
        let payer = credit.and_then(|credit| payer_key(credit.payer.as_deref()?));
        vec![Search { payer: payer.or_else(|| Some("1234".to_owned())), ..of(payment) }]
    }),
    ("unknown payer", |payment| vec![Search { payer: Some("nobody".to_owned()), ..of(payment) }]),
    ("paid", |payment| vec![status(payment, Status::Paid)]),
    ("expired", |payment| vec![status(payment, Status::Expired)]),
    ("cancelled", |payment| vec![status(payment, Status::Cancelled)]),
    ("failed", |payment| vec![status(payment, Status::Failed)]),
    ("review", |payment| vec![status(payment, Status::Review)]),
    ("processing (none)", |payment| vec![status(payment, Status::Processing)]),
    ("expired at a register", |payment| {
        vec![Search { register: Some(payment.checkout.register.clone()), ..status(payment, Status::Expired) }]
    }),
    ("cancelled on a day", |payment| vec![Search { status: Some(Status::Cancelled), ..day(payment) }]),
    ("amount on a day, paid", |payment| {
        let amount = Some(payment.checkout.amount);
        vec![Search { status: Some(Status::Paid), amount, ..day(payment) }]
    }),
];

fn of(payment: &Payment) -> Search {
    Search::of(payment.checkout.store.clone())
}

fn status(payment: &Payment, status: Status) -> Search {
    Search { status: Some(status), ..of(payment) }
}

fn day(payment: &Payment) -> Search {
    let half = Duration::from_hours(12);
    Search {
        from: Some(payment.opened_at.minus(half)),
        to: Some(payment.opened_at.plus(half)),
        ..of(payment)
    }
}

/// A text may be a receipt, an operation, a bank transaction or a code's id: the page looks for all of them.
fn text(payment: &Payment, text: String) -> Vec<Search> {
    let by_operation = OperationId::parse(&text).ok().map(|it| Search { operation: Some(it), ..of(payment) });
    let by_money =
        BankTransaction::parse(&text).ok().map(|it| Search { transaction: Some(it), ..of(payment) });
    let by_code = CodeId::parse(&text).ok().map(|it| Search { code: Some(it), ..of(payment) });
    let by_receipt = Some(Search { receipt: Some(text), ..of(payment) });
    [by_receipt, by_operation, by_money, by_code].into_iter().flatten().collect()
}

/// A payment of the largest store, of a place that goes evenly through its journal.
pub(super) async fn some_payment(db: &Db, number: u32, of: u32) -> Payment {
    let store = StoreId::parse(LARGEST_STORE).expect("a store's id");
    let all = Search::of(store);
    let newest = db.search_payments(&all, 1).await.expect("the database answers").remove(0);
    let oldest = super::sample::START;
    let span = newest.opened_at.since(oldest);
    let at = oldest.plus(span * (number + 1) / (of + 1));
    let search = Search { to: Some(at), ..all };
    db.search_payments(&search, 1).await.expect("the database answers").pop().unwrap_or(newest)
}
