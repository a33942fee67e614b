//! What the engine asks all the time is answered from an index, however many payments there are.

use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use super::{migrate, write_options};
use crate::sql;

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
