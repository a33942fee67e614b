//! What the engine asks all the time is answered from an index, however many payments there are.

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, PgConnection};

use super::PostgresOptions;
use crate::{Db, sql};

/// A schema of its own on the tests' server, with our tables.
async fn tables() -> PgConnection {
    let server = std::env::var("INTEGRATOR_TEST_POSTGRES")
        .expect("INTEGRATOR_TEST_POSTGRES is not set: run the tests with `cargo xtask test`");
    let name = format!("t_{}", uuid::Uuid::now_v7().simple());
    let options = |url: &str| PostgresOptions::parse(&SecretString::from(url.to_owned())).unwrap();
    Db::make_schema(&options(&server), &name).await.unwrap();
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options[search_path]={name}");
    Db::migrate_postgres(&options(&url)).await.unwrap();
    let mut connection = options(&url).connect_without_limits().await.unwrap();
    // No value of a mark is known.
    let text = "SET plan_cache_mode = force_generic_plan";
    sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
    connection
}

async fn plan_of(connection: &mut PgConnection, number: usize, query: &str) -> String {
    let marks = (1..100).take_while(|mark| query.contains(&format!("${mark}"))).count();
    let nulls = vec!["NULL"; marks].join(", ");
    let prepare = format!("PREPARE q{number} AS {query}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await.unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE q{number}({nulls})"));
    let lines: Vec<String> = sqlx::query_scalar(explain).fetch_all(connection).await.unwrap();
    lines.join("\n")
}

#[tokio::test]
async fn frequent_queries_use_the_index_that_was_made_for_them() {
    let mut connection = tables().await;
    for (number, (query, index)) in [
        (sql::postgres::DUE_PAYMENTS_OF_OWNER, "payments_due"),
        (sql::postgres::TAKE_OVER_DUE, "payments_due"),
        (sql::postgres::TAKE_OVER_UNSENT, "Index Cond: (delivered = 0)"),
        (sql::postgres::TAKE_OVER_UNSENT, "Index Cond: (id = journal.payment)"),
        (sql::postgres::UNDELIVERED_EVENTS_OF_OWNER, "Index Cond: ((delivered = 2) AND (number >"),
        (sql::postgres::PARKED_EVENTS_OF_OWNER, "journal_parked"),
        (sql::postgres::MARK_EVENTS, "journal_"), // by payment, or all that is not delivered: as rows are
        (sql::OPEN_PAYMENTS, "payments_open"),
        (sql::NEWEST_PAYMENTS, "payments_of_"), // of the register or of the store: of no rows both cost the same
        (sql::EVENTS_OF_REGISTER, "journal_of_register"),
        (sql::NEWEST_EVENT_OF_REGISTER, "journal_of_register"),
        (sql::UNDELIVERED_EVENTS_OF_PAYMENT, "journal_payment_sequence_copy_key"),
        (sql::LOAD_PAYMENT, "journal_payment_sequence_copy_key"),
        (sql::FIND_OPERATION, "operations_pkey"),
        (sql::PAYMENTS_AFTER, "payments_pkey"),
        (sql::inspections::EVIDENCE, "payments_pkey"),
        ("UPDATE payments SET sequence = $2 WHERE id = $1 AND sequence = $2", "payments_pkey"),
        (sql::GIVE_UP_REGISTER, "payments_one_open"),
    ]
    .into_iter()
    .enumerate()
    {
        let plan = plan_of(&mut connection, number, query).await;
        assert!(plan.contains(index), "{query}\n{plan}");
        for table in ["payments", "journal", "operations"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{query}\n{plan}");
        }
    }
}
