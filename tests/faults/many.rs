//! A hundred thousand open payments, a kill, and a start: how soon the first message is answered, and whether each payment is
//! asked for again.
//!
//! The service makes one payment, over the whole way to its code. Its rows are copied under other names while nothing runs: so
//! they are what the service itself would have written.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::time::{Instant, sleep, timeout};
use universal_integrator::till::{AmqpRegister, Event};

use crate::lab::till::pay;
use crate::lab::{Broker, Plan, Postgres, Server, World};
use crate::rows::{Database, Row};
use crate::scene::{Notes, PATIENCE};
use crate::settle::{Outcome, Played, settle};

const OPEN: u32 = 100_000;
const OPEN_QUICK: u32 = 2_000;
/// Whose payments they are: no till is there.
const SEEDED: &str = "2";
const TILL: &str = "1";
/// The operation of the first; the six digits count.
const FIRST: &str = "open-000000";
/// What the authorization server allows: each payment's turn comes within so many seconds.
const RATE_PER_S: u32 = 1_000;
/// The first message is answered so soon after the process was started, in a release build.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

/// How many payments are open.
fn count(is_quick: bool) -> u32 {
    if is_quick { OPEN_QUICK } else { OPEN }
}

/// Plays the row.
pub(crate) async fn run(row: &Row, is_quick: bool) -> Outcome {
    let (began, count) = (Instant::now(), count(is_quick));
    let mut world = world(row.database).await;
    let till = world.till(TILL).await;
    let seeded = world.till(SEEDED).await;
    let mut notes = Notes { times: 1, at_risk: usize::try_from(count).expect("a count"), ..Notes::default() };
    let mut first = pay(FIRST, 100);
    first["expires_in_s"] = json!(3_600);
    let code = shown(&seeded, &first).await;
    world.service.stop().await;
    run_sql(&world, row.database, &copies(row.database, count, &code)).await;
    // Everything is taken up once, and then the process dies in the middle of it.
    world.service.start_without_waiting();
    world.service.ready().await;
    sleep(Duration::from_secs(2)).await;
    world.service.kill().await;

    let asked_before = world.wire_calls();
    till.send("pay", &pay("probe", 100)).await.expect("the broker takes it");
    let started_at = Instant::now();
    world.service.start_without_waiting();
    let accepted = till.wait_for("probe", |event| event.name() == "payment.accepted", PATIENCE).await;
    let answered_after = started_at.elapsed();
    notes.seen.push(format!("{count} open; the first message answered {answered_after:.1?} after the start"));
    let is_release = std::env::var_os(crate::lab::PROGRAM).is_some();
    if accepted.is_err() || (is_release && answered_after > ANSWERED_WITHIN) {
        notes.wrong.push(format!("the first message was answered after {answered_after:?}"));
    }
    notes.recovered.push(answered_after);
    let all_asked = until_all_are_asked(&world, asked_before, count).await;
    match all_asked {
        Ok(after) => notes.seen.push(format!("each asked for again within {after:.0?}")),
        Err(missing) => notes.wrong.push(missing),
    }
    till.send("cancel", &json!({ "operation": "probe" })).await.expect("the broker takes it");

    world.service.stop().await;
    run_sql(&world, row.database, &removal()).await;
    world.service.start().await;
    seeded.send("cancel", &json!({ "operation": FIRST })).await.expect("the broker takes it");
    let payments = usize::try_from(count).expect("a count") + 1;
    let tills = vec![till, seeded];
    let played = Played { row, began, tills, another: None, surprises: Vec::new(), notes, payments };
    settle(world, played).await
}

async fn world(database: Database) -> World {
    let postgres = match database {
        Database::Sqlite => None,
        Database::Postgres => Some(Postgres::shared().schema().await),
    };
    let server = Server { rate_per_s: RATE_PER_S, concurrency: 64, ..Server::named("sbp") };
    let registers = [TILL, SEEDED].map(str::to_owned).into();
    let plan = Plan { postgres, servers: vec![server], registers, log: "warn", ..Plan::default() };
    World::build(plan, Broker::shared()).await
}

/// Waits for a code, and returns the bank's id of it.
async fn shown(till: &AmqpRegister, body: &serde_json::Value) -> String {
    till.ask("pay", body, PATIENCE).await.expect("it is answered");
    let operation = body["operation"].as_str().expect("it has one");
    let is_code = |event: &Event| event.name() == "payment.qr_ready";
    let event = till.wait_for(operation, is_code, PATIENCE).await.expect("it has a code");
    sleep(Duration::from_secs(1)).await; // its events are marked as delivered
    let payload = event.payload().expect("it carries the code");
    let id = payload.rsplit('/').next().and_then(|rest| rest.split('?').next());
    id.expect("an address of the scheme ends in the code's id").to_owned()
}

/// Waits until the bank has been asked for so many different orders; the error tells how many it were instead.
async fn until_all_are_asked(world: &World, asked_before: usize, count: u32) -> Result<Duration, String> {
    let began = Instant::now();
    let wanted = usize::try_from(count).expect("a count");
    let patience = Duration::from_secs(u64::from(count / 100)) + PATIENCE;
    let asked = async || world.statuses_since(asked_before).into_iter().collect::<BTreeSet<_>>().len();
    let all = timeout(patience, async {
        while asked().await < wanted {
            sleep(Duration::from_secs(2)).await;
        }
    })
    .await;
    match all {
        Ok(()) => Ok(began.elapsed()),
        Err(_) => Err(format!("only {} of {count} were asked for within {patience:?}", asked().await)),
    }
}

/// Statements that copy the first payment's rows: its ids and names end in a number instead. The bank knows none of these codes,
/// and says so.
fn copies(database: Database, count: u32, code: &str) -> Vec<String> {
    let (numbers, hex) = match database {
        Database::Sqlite => (
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "),
            "printf('%06x', n.i)",
        ),
        Database::Postgres => (
            format!("WITH n AS (SELECT i FROM generate_series(1, {count}) AS i) "),
            "lpad(to_hex(n.i), 6, '0')",
        ),
    };
    let first = format!("(SELECT id FROM payments WHERE operation = '{FIRST}')");
    let known_of_code = &code[..code.len() - 6];
    // What names the payment, its orders and its code, in columns and in JSON alike.
    let renamed = |column: &str| {
        let of_payment =
            format!("replace({column}, substr({first}, 1, 29), substr({first}, 1, 23) || {hex})");
        let of_operation = format!("replace({of_payment}, '{FIRST}', 'open-' || {hex})");
        format!("replace({of_operation}, '{code}', '{known_of_code}' || upper({hex}))")
    };
    let copy = |table: &str, columns: &[(&str, bool)], condition: &str| {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<String> = columns
            .iter()
            .map(|(name, is_renamed)| if *is_renamed { renamed(name) } else { (*name).to_owned() })
            .collect();
        format!(
            "{numbers}INSERT INTO {table} ({}) SELECT {} FROM {table}, n WHERE {condition}",
            names.join(", "),
            values.join(", ")
        )
    };
    vec![
        copy("payments", PAYMENTS, &format!("operation = '{FIRST}'")),
        copy("journal", JOURNAL, &format!("payment = {first}")),
        copy("operations", OPERATIONS, &format!("operation = '{FIRST}'")),
    ]
}

fn removal() -> Vec<String> {
    let copied = format!("SELECT id FROM payments WHERE register = '{SEEDED}' AND operation <> '{FIRST}'");
    vec![
        format!("DELETE FROM journal WHERE payment IN ({copied})"),
        format!("DELETE FROM operations WHERE register = '{SEEDED}' AND operation <> '{FIRST}'"),
        format!("DELETE FROM payments WHERE register = '{SEEDED}' AND operation <> '{FIRST}'"),
    ]
}

/// Columns, and whether they hold names.
const PAYMENTS: &[(&str, bool)] = &[
    ("id", true),
    ("store", false),
    ("register", false),
    ("operation", true),
    ("payment_type", false),
    ("amount_minor", false),
    ("currency", false),
    ("receipt", false),
    ("shift", false),
    ("status", false),
    ("is_open", false),
    ("opened_at", false),
    ("wake_at", false),
    ("settled", false),
    ("sequence", false),
    ("epoch", false),
    ("holds_register", false),
    ("fiscal_due", false),
    ("checkout", true),
    ("state", true),
];
const JOURNAL: &[(&str, bool)] = &[
    ("payment", true),
    ("sequence", false),
    ("copy", false),
    ("at", false),
    ("fact", true),
    ("store", false),
    ("register", false),
    ("operation", true),
    ("event", false),
    ("body", true),
    ("delivered", false),
];
const OPERATIONS: &[(&str, bool)] = &[
    ("operation", true),
    ("register", false),
    ("store", false),
    ("at", false),
    ("kind", false),
    ("essence", false),
    ("payment", true),
    ("code", false),
    ("field", false),
    ("reason", false),
];

async fn run_sql(world: &World, database: Database, statements: &[String]) {
    for statement in statements {
        let text = AssertSqlSafe(statement.clone());
        match database {
            Database::Sqlite => {
                let file = format!("sqlite://{}", world.database_files()[0].display());
                let mut connection = SqliteConnection::connect(&file).await.expect("the file is there");
                sqlx::raw_sql(text).execute(&mut connection).await.expect("the statement makes sense");
                connection.close().await.expect("nothing is left to write");
            }
            Database::Postgres => {
                let url = world.postgres_url().expect("it is on PostgreSQL");
                let mut connection = PgConnection::connect(url).await.expect("the server is there");
                sqlx::raw_sql(text).execute(&mut connection).await.expect("the statement makes sense");
                connection.close().await.expect("nothing is left to write");
            }
        }
    }
}
