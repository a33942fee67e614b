//! What only a server can do or suffer: connections that break, and several instances at once.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::ports::{CommitError, DeliveryMark, EventRow, Left, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use store::{AccountKeys, Db, PgStore, Records, SqliteStore, Standing, copy_store};

use crate::network::{Network, Weather};
use crate::sample::{accept, accepted, accepted_at, after, at, destination, end, id, payment_of, step};
use crate::subject::{options_of, schema_url};

/// What is due after a while.
fn due() -> Left {
    Left::Due(at(100))
}

/// A schema with several instances on it.
struct Chain {
    url: String,
}

impl Chain {
    async fn new() -> Self {
        Self { url: schema_url().await }
    }

    /// One more instance, with its first epoch.
    async fn instance(&self) -> (PgStore, u64) {
        let store = PgStore::open(&options_of(&self.url)).await.unwrap();
        let epoch = store.begin_epoch(at(0)).await.unwrap();
        (store, epoch)
    }

    async fn sql(&self, text: &str) -> Vec<sqlx::postgres::PgRow> {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let rows = sqlx::raw_sql(AssertSqlSafe(text.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows
    }

    /// Time passes for one instance without a sign of life of it.
    async fn silence(&self, epoch: u64) {
        self.sql(&format!("UPDATE instances SET renewed_at = renewed_at - 60000000 WHERE epoch = {epoch}"))
            .await;
    }

    /// Ends all connections of all instances, as a restart of the server does.
    async fn cut(&self) {
        let text = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        assert!(!self.sql(text).await.is_empty(), "nothing was cut");
    }
}

/// The change, made in an epoch.
fn made_in(epoch: u64, mut change: engine::ports::Change) -> engine::ports::Change {
    change.epoch = epoch;
    change
}

#[tokio::test]
async fn instances_live_side_by_side_and_who_commits_owns() {
    let chain = Chain::new().await;
    let ((first, older), (second, newer)) = (chain.instance().await, chain.instance().await);
    assert!(newer > older);
    for epoch in [older, newer] {
        assert!(!first.has_lapsed(epoch, at(0)).await.unwrap(), "{epoch}");
    }
    let payment = accepted(1);
    first.commit(made_in(older, accept(&payment))).await.unwrap();
    assert_eq!(first.due(at(100), None, 10).await.unwrap().len(), 1);
    assert_eq!(second.due(at(100), None, 10).await.unwrap(), []);
    assert_eq!(second.take_over(due(), 10).await.unwrap(), []);

    second.commit(made_in(newer, step(&payment))).await.unwrap();
    assert_eq!(first.due(at(100), None, 10).await.unwrap(), []);
    assert_eq!(second.due(at(100), None, 10).await.unwrap().len(), 1);
    let stale = first.commit(made_in(older, step(&payment))).await;
    assert!(matches!(stale, Err(CommitError::Conflict)), "{stale:?}");
}

#[tokio::test]
async fn an_instance_without_a_sign_of_life_has_lapsed_for_good() {
    let chain = Chain::new().await;
    let ((first, older), (second, _)) = (chain.instance().await, chain.instance().await);
    chain.silence(older).await;
    assert!(second.has_lapsed(older, at(0)).await.unwrap());
    let refused = first.commit(made_in(older, accept(&accepted(1)))).await;
    assert!(matches!(refused, Err(CommitError::Lapsed)), "{refused:?}");

    tokio::time::sleep(Duration::from_millis(2_500)).await; // longer than between two signs of life
    assert!(second.has_lapsed(older, at(0)).await.unwrap(), "it was not renewed");
    let next = first.begin_epoch(at(0)).await.unwrap();
    assert!(next > older);
    first.commit(made_in(next, accept(&accepted(1)))).await.unwrap();
}

/// Waits until an instance knows of so many.
async fn knows_of(store: &PgStore, instances: Option<u32>) {
    let known = async {
        while store.instances() != instances {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let seen = || format!("{:?} instead of {instances:?}", store.instances());
    tokio::time::timeout(Duration::from_secs(30), known).await.unwrap_or_else(|_| panic!("{}", seen()));
}

#[tokio::test]
async fn p13_instances_learn_from_their_signs_of_life_how_many_share_the_limits_of_banks() {
    let chain = Chain::new().await;
    let (first, older) = chain.instance().await;
    assert_eq!(first.instances(), Some(1), "alone");
    let (second, _) = chain.instance().await;
    assert_eq!(second.instances(), None, "no share before the first one can know of it");
    knows_of(&first, Some(2)).await;
    knows_of(&second, Some(2)).await;
    chain.silence(older).await;
    knows_of(&second, Some(1)).await;
    knows_of(&first, None).await;
    first.begin_epoch(at(0)).await.unwrap();
    knows_of(&first, Some(2)).await;
    knows_of(&second, Some(2)).await;
    second.close().await;
    knows_of(&first, Some(1)).await;
}

#[tokio::test]
async fn p13_a_newcomer_is_counted_and_takes_its_share_long_before_the_next_sign_of_life() {
    let chain = Chain::new().await;
    let signs_of_life_every = Duration::from_mins(6);
    let options = options_of(&chain.url).lapse_after(signs_of_life_every * 5);
    let first = PgStore::open(&options).await.unwrap();
    first.begin_epoch(at(0)).await.unwrap();
    let listens = async {
        let text = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' \
                    AND application_name = current_setting('application_name')";
        while chain.sql(text).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), listens).await.expect("it listens to others");
    let second = PgStore::open(&options).await.unwrap();
    second.begin_epoch(at(0)).await.unwrap();
    assert_eq!(second.instances(), None, "nobody counts it yet");
    knows_of(&first, Some(2)).await;
    knows_of(&second, Some(2)).await;
}

#[tokio::test]
async fn an_epoch_nobody_ever_began_has_lapsed() {
    let chain = Chain::new().await;
    let (store, epoch) = chain.instance().await;
    assert!(store.has_lapsed(epoch + 5, at(0)).await.unwrap());
    let refused = store.commit(made_in(epoch + 5, accept(&accepted(1)))).await;
    assert!(matches!(refused, Err(CommitError::Lapsed)), "{refused:?}");
    assert!(store.has_lapsed(0, at(0)).await.unwrap(), "others have begun since");
}

#[tokio::test]
async fn what_a_lapsed_instance_left_is_taken_over_once_when_it_is_due() {
    let chain = Chain::new().await;
    let (gone, older) = chain.instance().await;
    let ((one, _), (other, _)) = (chain.instance().await, chain.instance().await);
    for number in 1..=20 {
        gone.commit(made_in(older, accept(&accepted(number)))).await.unwrap();
    }
    let mut later = accept(&accepted(21));
    payment_of(&mut later).wake_at = Some(at(1_000));
    gone.commit(made_in(older, later)).await.unwrap();
    assert_eq!(one.undelivered(0, 100).await.unwrap(), [], "its owner lives");
    chain.silence(older).await;

    let (mine, its) = tokio::join!(one.take_over(due(), 15), other.take_over(due(), 15));
    let mut taken: Vec<_> = [mine.unwrap(), its.unwrap()].concat();
    taken.extend(one.take_over(due(), 15).await.unwrap());
    taken.sort_unstable();
    assert_eq!(taken, (1..=20).map(id).collect::<Vec<_>>());
    let due = [one.due(at(100), None, 100).await.unwrap(), other.due(at(100), None, 100).await.unwrap()];
    assert_eq!(due.concat().len(), 20);
    assert_eq!(gone.due(at(100), None, 100).await.unwrap(), []);
    let events =
        one.undelivered(0, 100).await.unwrap().len() + other.undelivered(0, 100).await.unwrap().len();
    assert_eq!(events, 20 + 2, "that of the one that is not due yet is everybody's");
}

#[tokio::test]
async fn p9_what_a_lapsed_instance_has_not_delivered_is_taken_over_long_before_its_payment_is_due() {
    const SENT: Left = Left::Events { parked: false };
    const PARKED: Left = Left::Events { parked: true };
    let chain = Chain::new().await;
    let ((gone, older), (other, _)) = (chain.instance().await, chain.instance().await);
    for number in 1..=3 {
        let mut change = accept(&accepted(number));
        payment_of(&mut change).wake_at = Some(at(1_000_000));
        gone.commit(made_in(older, change)).await.unwrap();
    }
    for (number, parked) in [(2, true), (3, false)] {
        let rows = gone.undelivered_of(id(number)).await.unwrap();
        let mark = |row: EventRow| DeliveryMark {
            payment: row.payment,
            sequence: row.sequence,
            destination: row.destination,
            parked,
        };
        gone.mark(&rows.into_iter().map(mark).collect::<Vec<_>>()).await.unwrap();
    }
    assert_eq!(other.take_over(PARKED, 10).await.unwrap(), [], "its owner lives");
    chain.silence(older).await;
    assert_eq!(other.take_over(SENT, 10).await.unwrap(), [id(1)], "what is not parked first");
    assert_eq!(other.take_over(PARKED, 10).await.unwrap(), [id(2)], "what is delivered is nobody's");
    assert_eq!(other.take_over(PARKED, 10).await.unwrap(), [], "once");
}

#[tokio::test]
async fn an_instance_that_stops_in_order_leaves_its_payments_at_once() {
    let chain = Chain::new().await;
    let ((first, older), (second, _)) = (chain.instance().await, chain.instance().await);
    first.commit(made_in(older, accept(&accepted(1)))).await.unwrap();
    first.close().await;
    first.close().await;
    assert!(second.has_lapsed(older, at(0)).await.unwrap());
    assert_eq!(second.take_over(due(), 10).await.unwrap().len(), 1);
    let refused = first.commit(made_in(older, step(&accepted(1)))).await;
    assert!(matches!(refused, Err(CommitError::Store(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registers_cursor_skips_nothing_while_many_instances_commit() {
    const WRITERS: u32 = 4;
    const PAYMENTS: u32 = 60;
    let chain = Chain::new().await;
    let place = destination("17", "3");
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let (store, epoch) = chain.instance().await;
        writers.push(tokio::spawn(async move {
            for number in (writer * PAYMENTS)..(writer + 1) * PAYMENTS {
                let payment = accepted(number);
                let (accepting, ending) = (accept(&payment), end(&payment));
                let other = accept(&accepted_at(number + 10_000, &destination("17", "9")));
                let (first, second) = tokio::join!(
                    store.commit(made_in(epoch, accepting)),
                    store.commit(made_in(epoch, other))
                );
                first.unwrap();
                second.unwrap();
                store.commit(made_in(epoch, ending)).await.unwrap();
            }
        }));
    }
    let (reader, _) = chain.instance().await;
    let (mut cursor, mut seen) = (0, 0);
    while seen < WRITERS * PAYMENTS * 2 {
        let page = reader.register_events(&place, cursor, 7).await.unwrap();
        if page.is_empty() && writers.iter().all(tokio::task::JoinHandle::is_finished) {
            let rest = reader.register_events(&place, cursor, 1).await.unwrap();
            assert!(!rest.is_empty(), "the cursor has skipped {} events", WRITERS * PAYMENTS * 2 - seen);
        }
        cursor = page.last().map_or(cursor, |event| event.number);
        seen += u32::try_from(page.len()).unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(reader.register_events(&place, cursor, 7).await.unwrap(), []);
}

#[tokio::test]
async fn broken_connections_heal_by_themselves() {
    let chain = Chain::new().await;
    let (store, epoch) = chain.instance().await;
    let mut payment = accepted(1);
    store.commit(made_in(epoch, accept(&payment))).await.unwrap();
    for _ in 0..3 {
        chain.cut().await;
        let mut failures = 0;
        while store.load(payment.id).await.is_err() {
            failures += 1;
            assert!(failures <= 8, "it does not heal");
        }
        let change = made_in(epoch, step(&payment));
        payment = after(&change);
        store.commit(change).await.unwrap();
    }
    assert_eq!(store.payment_record(payment.id).await.unwrap().unwrap().facts.len(), 4);
}

/// Longer than a statement may take without an answer, and what a busy machine adds.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_the_network_forgot_is_given_up_and_another_takes_its_place() {
    let chain = Chain::new().await;
    let network = Network::before_url(&chain.url).await;
    let store = PgStore::open(&options_of(&network.through(&chain.url)).connections(1)).await.unwrap();
    store.commit(accept(&accepted(1))).await.unwrap();
    network.set(Weather::HalfOpen);
    let forgotten = tokio::time::timeout(GIVEN_UP_WITHIN, store.commit(step(&accepted(1)))).await;
    assert!(matches!(forgotten.expect("it is given up"), Err(CommitError::Store(_))));
    network.set(Weather::Fair);
    // Its only place in the pool is free again: the old connection has not kept it.
    let again = tokio::time::timeout(GIVEN_UP_WITHIN, async {
        while store.commit(step(&accepted(1))).await.is_err() {}
    });
    again.await.expect("another connection takes its place");
    let closed = tokio::time::timeout(GIVEN_UP_WITHIN, store.close()).await;
    closed.expect("no lost connection is waited for");
}

#[tokio::test]
async fn what_one_instance_announces_the_others_hear_and_it_does_not() {
    let chain = Chain::new().await;
    let ((first, _), (second, _)) = (chain.instance().await, chain.instance().await);
    let (mut own, mut others) = (first.announced().unwrap(), second.announced().unwrap());
    let till = destination("17", "3");
    // An instance that has just started may not listen yet, and a hint may get lost.
    let heard = async {
        loop {
            first.announce(&till);
            first.announce(&till);
            if let Ok(heard) = tokio::time::timeout(Duration::from_millis(200), others.recv()).await {
                return heard.unwrap();
            }
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), heard).await.unwrap(), till);
    second.announce(&destination("17", "4"));
    let back = tokio::time::timeout(Duration::from_secs(20), own.recv()).await.unwrap().unwrap();
    assert_eq!(back, destination("17", "4"), "the other's is the first that it hears");
}

#[tokio::test]
async fn tables_are_made_once_however_many_come_first() {
    let url = schema_url().await;
    let options = options_of(&url);
    let standings = futures_util::future::join_all((0..4).map(|_| Db::migrate_postgres(&options))).await;
    let standings: Vec<Standing> = standings.into_iter().map(Result::unwrap).collect();
    let to = newest_migration();
    assert!(standings.contains(&Standing::Migrated { from: 0, to }), "{standings:?}");
    assert_eq!(Db::migrate_postgres(&options).await.unwrap(), Standing::UpToDate);
}

/// By the names of the files.
fn newest_migration() -> i64 {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres");
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    names.map(|name| name.to_string_lossy()[..4].parse().unwrap()).max().unwrap()
}

#[tokio::test]
async fn tables_of_a_newer_program_are_refused() {
    let chain = Chain::new().await;
    let (store, _) = chain.instance().await;
    store.close().await;
    chain.sql("UPDATE _sqlx_migrations SET version = 999 WHERE version = 3").await;
    let error = PgStore::open(&options_of(&chain.url)).await.err().unwrap().to_string();
    assert!(error.contains("start the newer program"), "{error}");
}

#[tokio::test]
async fn what_can_not_be_reached_is_told_with_its_cure_and_without_the_password() {
    let server = std::env::var("INTEGRATOR_TEST_POSTGRES").unwrap();
    let nowhere = format!("{}/nowhere", server.rsplit_once('/').unwrap().0);
    for (url, says) in [
        ("postgres://clerk:pa55word@127.0.0.1:1/shop".to_owned(), "refused"),
        (nowhere, "create the database"),
    ] {
        let error = PgStore::open(&options_of(&url)).await.err().unwrap().to_string();
        assert!(error.contains(says) && !error.contains("pa55word"), "{error}");
    }
}

#[tokio::test]
async fn the_tables_of_both_databases_have_the_same_columns() {
    let chain = Chain::new().await;
    chain.instance().await.0.close().await;
    let rows = chain
        .sql(
            "SELECT table_name || '.' || column_name AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx%'",
        )
        .await;
    let on_server: BTreeSet<String> = rows.iter().map(|row| row.get("name")).collect();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    Db::open_or_create(&path).await.unwrap().close().await;
    let mut file = sqlx::SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    let in_file: Vec<String> = sqlx::query_scalar(
        "SELECT t.name || '.' || c.name AS name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c \
         WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite%'",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    assert_eq!(on_server, BTreeSet::from_iter(in_file));
}

#[tokio::test]
async fn a_file_is_copied_whole_and_business_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let file = SqliteStore::open(&path).await.unwrap();
    let epoch = file.begin_epoch(at(0)).await.unwrap();
    for number in 1..=700 {
        file.commit(made_in(epoch, opened(number))).await.unwrap();
    }
    let keyring = store::KeyFile::load_or_create(&folder.path().join("key")).unwrap();
    let settings = store::SettingsFile::parse(crate::settings::EXAMPLE).unwrap();
    let plan = file.db().plan_import(&settings, &keyring, &AccountKeys::default()).await.unwrap();
    file.db().apply_import(plan).await.unwrap();

    let chain = Chain::new().await;
    let served = copy_store(&path, &options_of(&chain.url)).await.unwrap_err().to_string();
    assert!(served.contains("served by another process"), "{served}");
    let events = file.register_events(&destination("17", "3"), 0, 10_000).await.unwrap();
    let export = file.db().export_settings().await.unwrap();
    file.close().await;

    let copied = copy_store(&path, &options_of(&chain.url)).await.unwrap();
    assert_eq!(copied.payments, 700);
    assert!(copied.rows.contains(&("operations", 700)), "{copied:?}");
    let (store, next) = chain.instance().await;
    assert!(next > epoch && store.has_lapsed(epoch, at(0)).await.unwrap());
    assert_eq!(store.register_events(&destination("17", "3"), 0, 10_000).await.unwrap(), events);
    assert_eq!(store.db().export_settings().await.unwrap(), export);
    store.commit(made_in(next, opened(701))).await.unwrap();
    let later = store.register_events(&destination("17", "3"), events[699].number, 10).await.unwrap();
    assert_eq!(later.len(), 1, "numbers go on behind those of the file");

    let again = copy_store(&path, &options_of(&chain.url)).await.unwrap_err().to_string();
    assert!(again.contains("a database of its own"), "{again}");
}

/// A payment as it is opened, so that its facts fold to its state.
fn opened(number: u32) -> engine::ports::Change {
    let payment = accepted(number);
    let context = payment::Context { now: payment.opened_at, epoch: 1 };
    let decision = payment::open(payment.id, std::sync::Arc::clone(&payment.checkout), context);
    let mut change = accept(&payment);
    let draft = payment_of(&mut change).journal[0].events.clone();
    let row = |(sequence, fact): (u64, &payment::Fact)| engine::ports::JournalRow {
        sequence,
        fact: fact.clone(),
        events: if sequence == 1 { draft.clone() } else { Vec::new() },
    };
    let journal = (1..).zip(&decision.facts).map(row).collect();
    let written = payment_of(&mut change);
    written.journal = journal;
    written.wake_at = decision.wake_at;
    written.payment = std::sync::Arc::new(decision.payment);
    change
}
