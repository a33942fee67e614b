//! Rows that a careless hand has changed behind the service's back, and the audit that asks the bank.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::PaymentRecord;

use crate::lab::{World, until};
use crate::till::{begin, expect, pay};

/// Changes the SQLite file while nothing serves it.
async fn change_by_hand(world: &World, statements: &[&str]) {
    let file = format!("sqlite://{}", world.database_files()[0].display());
    let mut connection = SqliteConnection::connect(&file).await.expect("the file is there");
    for statement in statements {
        let done = sqlx::raw_sql(AssertSqlSafe((*statement).to_owned())).execute(&mut connection).await;
        assert_eq!(done.expect("the statement makes sense").rows_affected(), 1, "{statement}");
    }
    connection.close().await.expect("nothing is left to write");
}

async fn record(world: &World, operation: &str) -> PaymentRecord {
    let records = world.records().await;
    let found = records.into_iter().find(|record| record.payment.checkout.operation.as_str() == operation);
    found.expect("it is known")
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_row_changed_by_hand_is_mended_by_its_journal_and_a_damaged_journal_is_listed() {
    let mut world = World::start().await;
    let till = world.till("2").await;
    for operation in ["b", "c"] {
        let payload = begin(&till, &pay(operation, 100)).await;
        world.bank.pay(&payload).await;
        expect(&till, operation, "payment.paid").await;
    }
    let payload = begin(&till, &pay("a", 100)).await;
    let told = world.service.command(&["audit", "payments", "--bank"]).await;
    assert!(
        told.contains("3 payments: 0 findings of what is broken, 0 of what banks say otherwise"),
        "{told}"
    );

    world.service.stop().await;
    let before = record(&world, "b").await;
    change_by_hand(
        &world,
        &[
            "UPDATE payments SET wake_at = 9000000000000000 WHERE operation = 'a'",
            "UPDATE payments SET state = json_remove(state, '$.data.credits') WHERE operation = 'b'",
            "DELETE FROM journal WHERE sequence = 2 AND payment = (SELECT id FROM payments WHERE operation = 'c')",
        ],
    )
    .await;
    world.service.start().await;
    let log = || world.service.log();
    until("both rows are mended", async || (log().matches("it was written anew").count() == 2).then_some(()))
        .await;
    until("the journal is listed", async || log().contains("its facts are not numbered").then_some(())).await;

    let mended = record(&world, "b").await;
    assert_eq!(mended.payment.state.credits, before.payment.state.credits);
    world.bank.pay(&payload).await;
    expect(&till, "a", "payment.paid").await;
    world.service.stop().await;
    world.tidy().await;
}
