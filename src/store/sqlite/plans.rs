//! What the engine asks all the time is answered from an index, however many payments there are.

use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use engine::ports::Search;
use payment::{BankTransaction, CodeId, Currency, Money, OperationId, RegisterId, Status, StoreId};

use super::{migrate, write_options};
use crate::{Db, sql};

/// What people look for in the journal, with the indexes that a page of it may be read from.
pub(crate) fn searches() -> Vec<(Search, &'static [&'static str])> {
    let of = || Search::of(StoreId::parse("17").unwrap());
    let register = || RegisterId::parse("1").ok();
    let amount = Money::try_new(100, Currency::RUB).ok();
    vec![
        (of(), &["payments_of_store"]),
        (Search { register: register(), ..of() }, &["payments_of_register"]),
        (Search { receipt: Some("1".to_owned()), ..of() }, &["payments_by_receipt"]),
        (Search { operation: OperationId::parse("1").ok(), ..of() }, &["operations"]),
        (Search { transaction: BankTransaction::parse("1").ok(), ..of() }, &["credits"]),
        (Search { code: CodeId::parse("1").ok(), ..of() }, &["payments_by_code"]),
        (Search { payer: Some("1234".to_owned()), ..of() }, &["payments_by_payer"]),
        (Search { amount, ..of() }, &["payments_by_amount"]),
        (Search { amount, register: register(), ..of() }, &["payments_by_amount", "payments_of_register"]),
        (Search { status: Some(Status::Review), ..of() }, &["payments_to_look_at"]),
        (Search { status: Some(Status::Paid), ..of() }, &["payments_of_store"]),
    ]
}

#[tokio::test]
async fn what_people_look_for_is_found_by_an_index_in_the_order_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    migrate(&path).await.unwrap();
    let db = Db::open(&path).await.unwrap();
    for (search, indexes) in searches() {
        let plan = db.explain_search(&search, 51).await.unwrap().join("\n");
        assert!(indexes.iter().any(|index| plan.contains(index)), "{search:?}\n{plan}");
        assert!(!plan.contains("SCAN payments"), "{search:?}\n{plan}");
        let walks_the_store = plan.contains("payments_of_store");
        assert_eq!(walks_the_store, indexes.contains(&"payments_of_store"), "{search:?}\n{plan}");
        // A handful of payments that one operation or transaction names may be sorted by hand.
        let is_named = search.operation.is_some() || search.transaction.is_some();
        assert!(is_named || !plan.contains("TEMP B-TREE"), "{search:?}\n{plan}");
    }
}

#[tokio::test]
async fn frequent_queries_use_the_index_that_was_made_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    migrate(&path).await.unwrap();
    let mut connection = write_options(&path).connect().await.unwrap();
    for (query, index) in [
        (sql::DUE_PAYMENTS, "payments_due"),
        (sql::OPEN_PAYMENTS, "payments_open"),
        (sql::NEWEST_PAYMENTS, "payments_of_register"),
        (sql::UNDELIVERED_EVENTS, "journal_undelivered"),
        (sql::PARKED_EVENTS, "journal_parked"),
        (sql::EVENTS_OF_REGISTER, "journal_of_register"),
        (sql::NEWEST_EVENT_OF_REGISTER, "journal_of_register"),
        (sql::UNDELIVERED_EVENTS_OF_PAYMENT, "sqlite_autoindex_journal_1"),
        (sql::LOAD_PAYMENT, "sqlite_autoindex_journal_1"),
        (sql::MARK_EVENT, "sqlite_autoindex_journal_1"),
        (sql::FIND_OPERATION, "PRIMARY KEY"),
        (sql::UPDATE_PAYMENT, "sqlite_autoindex_payments_1"),
        (sql::GIVE_UP_REGISTER, "payments_one_open"),
        (sql::PAYMENTS_AFTER, "sqlite_autoindex_payments_1"),
        (sql::inspections::EVIDENCE, "sqlite_autoindex_payments_1"),
    ] {
        let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
        let steps = sqlx::query(text).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{query}\n{plan:#?}");
        assert!(!plan.iter().any(|step| step.starts_with("SCAN") && !step.contains("CONSTANT")), "{plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "sorted by hand: {plan:#?}");
    }
}
