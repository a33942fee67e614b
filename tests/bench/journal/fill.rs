//! The copies: made by the database itself, a block of all samples at a time, in the order of time.

use std::path::Path;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::time::Instant;

use super::sample::{RECEIPT, SAMPLES, START};
use crate::print;

/// A year.
const SPAN_MICROS: u64 = 365 * 24 * 3_600 * 1_000_000;
/// SQLite's page cache while it copies: 4 GiB, told in KiB by a negative number.
const CACHE: &str = "-4194304";
/// So many blocks are one transaction.
const BLOCKS_A_COMMIT: usize = 25;
/// Receipts begin anew after so many, as tills' do.
const RECEIPTS: u64 = 9_999;

/// A connection that writes nothing but copies.
pub(super) enum Filler {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Filler {
    /// Flushes nothing: what is measured is reading. Pages that copies go to stand all over the indexes, so they are kept in memory
    /// and written once for many blocks, not through a write-ahead log for each.
    pub(super) async fn sqlite(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Memory)
            .pragma("cache_size", CACHE)
            .pragma("cache_spill", "off")
            .synchronous(SqliteSynchronous::Off);
        Self::Sqlite(options.connect().await.expect("the file is there"))
    }

    pub(super) async fn postgres(url: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.expect("the server takes connections");
        let eager = "SET synchronous_commit = off";
        sqlx::raw_sql(eager).execute(&mut connection).await.expect("a setting of the session");
        Self::Postgres(connection)
    }

    /// Copies the samples until there are so many payments; returns how many bytes there are, as far as it is known.
    pub(super) async fn fill(mut self, payments: u64) -> u64 {
        let began = Instant::now();
        self.run("CREATE TABLE samples AS SELECT * FROM payments".to_owned()).await;
        self.run("CREATE TABLE sample_facts AS SELECT * FROM journal".to_owned()).await;
        self.run("CREATE TABLE sample_operations AS SELECT * FROM operations".to_owned()).await;
        self.run("CREATE TABLE sample_credits AS SELECT * FROM credits".to_owned()).await;
        self.run("CREATE UNIQUE INDEX samples_by_id ON samples (id)".to_owned()).await;
        let blocks = payments / SAMPLES;
        let apart_micros = SPAN_MICROS / payments.max(1);
        let blocks: Vec<u64> = (1..blocks).collect();
        for together in blocks.chunks(BLOCKS_A_COMMIT) {
            self.run("BEGIN".to_owned()).await;
            for block in together {
                self.copy(*block, apart_micros).await;
            }
            self.run("COMMIT".to_owned()).await;
            let copied = together.last().map_or(0, |block| (block + 1) * SAMPLES);
            print(&format!("{copied} payments after {} s", began.elapsed().as_secs()));
        }
        for table in ["sample_credits", "sample_operations", "sample_facts", "samples"] {
            self.run(format!("DROP TABLE {table}")).await;
        }
        self.settle().await
    }

    /// One block of copies, each with the first row of its journal: no search reads more of it. A sample's
    /// place among them is the last digits of its id.
    async fn copy(&mut self, block: u64, apart_micros: u64) {
        let first = block * SAMPLES;
        let place = self.place();
        let number = format!("({first} + {place})");
        let at = format!("({} + {number} * {apart_micros})", START.as_micros());
        let stem = self.stem(&at, &number);
        let renewed = |column: &str| format!("replace({column}, substr(samples.id, 1, 29), {stem})");
        let receipt = self.receipt(&number);
        let payments = format!(
            "INSERT INTO payments (id, store, register, operation, payment_type, amount_minor, currency, receipt, shift, \
             status, is_open, opened_at, wake_at, settled, sequence, epoch, holds_register, fiscal_due, checkout, state, \
             code, payer) SELECT {stem} || '000', store, register, {operation}, payment_type, amount_minor, currency, \
             {receipt}, shift, status, is_open, {at}, wake_at, settled, sequence, epoch, holds_register, fiscal_due, \
             replace({checkout}, '{RECEIPT}', {receipt}), {state}, {code}, payer FROM samples ORDER BY id",
            operation = renewed("operation"),
            checkout = renewed("checkout"),
            state = renewed("state"),
            code = renewed("code"),
        );
        let facts = format!(
            "INSERT INTO journal (payment, sequence, copy, at, fact, store, register, operation, event, body, delivered) \
             SELECT {stem} || '000', f.sequence, f.copy, {at}, {fact}, f.store, f.register, {operation}, f.event, {body}, \
             f.delivered FROM sample_facts AS f JOIN samples ON samples.id = f.payment WHERE f.sequence = 1 ORDER BY f.number",
            fact = renewed("f.fact"),
            operation = renewed("f.operation"),
            body = renewed("f.body"),
        );
        let operations = format!(
            "INSERT INTO operations (operation, register, store, at, kind, essence, payment) SELECT {operation}, \
             o.register, o.store, {at}, o.kind, o.essence, {stem} || '000' FROM sample_operations AS o \
             JOIN samples ON samples.id = o.payment",
            operation = renewed("o.operation"),
        );
        let credits = format!(
            "INSERT INTO credits (bank_transaction, server, payment, is_believed) SELECT {transaction}, c.server, \
             {stem} || '000', c.is_believed FROM sample_credits AS c JOIN samples ON samples.id = c.payment",
            transaction = renewed("c.bank_transaction"),
        );
        self.run(format!("{payments}; {facts}; {operations}; {credits}")).await;
    }

    /// The place of a sample: its id counts, in sixteen's, before the digits of attempts.
    fn place(&self) -> String {
        match self {
            // SQLite reads no sixteen's: the row's own number counts the samples as they came.
            Self::Sqlite(_) => "(samples.rowid - 1)".to_owned(),
            Self::Postgres(_) => "(('x' || substr(samples.id, 22, 8))::bit(32)::bigint)".to_owned(),
        }
    }

    /// The first 29 digits of an id: a time in milliseconds, and a number.
    fn stem(&self, at: &str, number: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("printf('%012x7%016x', {at} / 1000, {number})"),
            Self::Postgres(_) => {
                format!("(lpad(to_hex(({at}) / 1000), 12, '0') || '7' || lpad(to_hex({number}), 16, '0'))")
            }
        }
    }

    fn receipt(&self, number: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("printf('%06d', {number} % {RECEIPTS})"),
            Self::Postgres(_) => format!("lpad(({number} % {RECEIPTS})::text, 6, '0')"),
        }
    }

    /// As a database is that has been at work for long.
    async fn settle(self) -> u64 {
        match self {
            Self::Sqlite(connection) => {
                connection.close().await.expect("nothing is under way");
                0
            }
            Self::Postgres(mut connection) => {
                // The server's own upkeep does the same in a while.
                let text = "VACUUM (ANALYZE)";
                sqlx::raw_sql(text).execute(&mut connection).await.expect("the server does it");
                let size = "SELECT pg_database_size(current_database())";
                let size: i64 = sqlx::query_scalar(size).fetch_one(&mut connection).await.expect("a size");
                u64::try_from(size).unwrap_or(0)
            }
        }
    }

    async fn run(&mut self, text: String) {
        let text = AssertSqlSafe(text);
        let done = match self {
            Self::Sqlite(connection) => sqlx::raw_sql(text).execute(connection).await.map(drop),
            Self::Postgres(connection) => sqlx::raw_sql(text).execute(connection).await.map(drop),
        };
        done.expect("copies are sound");
    }
}
