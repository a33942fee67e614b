//! How the server is reached, and how long it may take.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::time::Duration;

use engine::ports::StoreError;
use secrecy::{ExposeSecret, SecretString};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool, Postgres};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

/// How long the server works on a statement. Ours take milliseconds.
const STATEMENT_TIMEOUT: &str = "8s";

/// How long a statement waits for another's lock. Locks are held for one round trip.
const LOCK_TIMEOUT: &str = "5s";

/// How long the server keeps a transaction open whose client has gone silent.
const IDLE_TRANSACTION_TIMEOUT: &str = "15s";

/// How long a caller waits for a connection.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(5);

/// How long a caller waits for an answer: longer than the server's own limit, so that it is the net that is slow.
pub(crate) const ANSWER_PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection may take to go back to the pool.
const RETURN_PATIENCE: Duration = Duration::from_secs(5);

/// A connection that was idle for so long is tried before it is used: the server may have been restarted.
const TRIED_AFTER_IDLE: Duration = Duration::from_secs(1);

/// After so long without a sign of life an instance has lapsed.
const LAPSE_AFTER: Duration = Duration::from_secs(10);

/// How a PostgreSQL database is reached.
#[derive(Clone)]
pub struct PostgresOptions {
    connect: PgConnectOptions,
    connections: u32,
    lapse_after: Duration,
}

impl PostgresOptions {
    /// From `postgres://user:password@host:5432/database`; further parameters as PostgreSQL's own clients take them, such
    /// as `?sslmode=verify-full`.
    pub fn parse(url: &SecretString) -> Result<Self, StoreError> {
        let text = url.expose_secret();
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err(StoreError("its address must begin with postgres://".to_owned()));
        }
        // The parser's own error may quote the address, and with it the password.
        let connect = PgConnectOptions::from_str(text).map_err(|_| {
            StoreError(
                "its address is not of the form postgres://user:password@host:5432/database: \
                 write special characters of the password as %XX"
                    .to_owned(),
            )
        })?;
        let settings = [
            ("statement_timeout", STATEMENT_TIMEOUT),
            ("lock_timeout", LOCK_TIMEOUT),
            ("idle_in_transaction_session_timeout", IDLE_TRANSACTION_TIMEOUT),
            // What is asked has an index. A plan that was made while a table was young would read it whole until the server has
            // looked at it again: for a minute of a busy shop, each second anew.
            ("enable_seqscan", "off"),
            // Tables of a few rows are still read whole, which then looks dear: nothing is compiled for that.
            ("jit", "off"),
        ];
        let name = connect.get_application_name().unwrap_or("integrator").to_owned();
        let connect = connect.application_name(&name).options(settings).disable_statement_logging();
        Ok(Self { connect, connections: 16, lapse_after: LAPSE_AFTER })
    }

    /// Connections at most; 16 unless told.
    #[must_use]
    pub fn connections(self, connections: u32) -> Self {
        Self { connections, ..self }
    }

    /// After so long without a sign of life this instance counts as gone, and so do others for it; 10 s unless told. All
    /// instances of one database must be told the same.
    #[must_use]
    pub fn lapse_after(self, lapse_after: Duration) -> Self {
        Self { lapse_after, ..self }
    }

    /// One connection for work that takes its time, such as making an index over many rows.
    pub(crate) async fn connect_without_limits(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.connect.connect().await?;
        sqlx::raw_sql("SET statement_timeout = 0; SET lock_timeout = 0").execute(&mut connection).await?;
        Ok(connection)
    }

    pub(super) fn connect_options(&self) -> &PgConnectOptions {
        &self.connect
    }
}

/// Without the password.
impl fmt::Display for PostgresOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.connect.get_database().unwrap_or(self.connect.get_username());
        write!(formatter, "postgres://{}:{}/{database}", self.connect.get_host(), self.connect.get_port())
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PostgresOptions({self})")
    }
}

/// An opened database: connections are made when they are first needed, and made anew when they are lost.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pool: PgPool,
    lapse_after_micros: i64,
}

impl Database {
    pub(super) fn new(options: &PostgresOptions) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(CONNECTION_PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection, standing| {
                Box::pin(async move {
                    if standing.idle_for >= TRIED_AFTER_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options.connect.clone());
        let lapse_after_micros = i64::try_from(options.lapse_after.as_micros()).unwrap_or(i64::MAX);
        Self { pool, lapse_after_micros }
    }

    pub(crate) async fn acquire(&self) -> Result<Lent, sqlx::Error> {
        Ok(Lent { connection: self.pool.acquire().await?, is_given_up: false })
    }

    pub(crate) fn lapse_after_micros(&self) -> i64 {
        self.lapse_after_micros
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// A connection out of the pool. It goes back by itself, however its user ends.
///
/// The pool asks a connection for a sign of life before it takes it back, and waits for that as long as it takes: over a network
/// that has forgotten the connection, a place in the pool would be gone for as long as TCP tries, and closing the pool would
/// wait for it. So here the way back has a limit; what is late is closed.
pub(crate) struct Lent {
    connection: PoolConnection<Postgres>,
    is_given_up: bool,
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.is_given_up {
            return self.connection.close_on_drop();
        }
        // Without a runtime nobody can talk to the server any more, and nobody has to.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(timeout(RETURN_PATIENCE, self.connection.return_to_pool()));
        }
    }
}

/// What a statement came to. A connection that did not answer in time is given up: what it waits for may never come.
pub(crate) fn settled<T>(
    mut held: Lent,
    done: Result<Result<T, sqlx::Error>, Elapsed>,
) -> Result<T, sqlx::Error> {
    done.unwrap_or_else(|_| {
        held.is_given_up = true;
        let late = format!("the server did not answer within {ANSWER_PATIENCE:?}");
        Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, late)))
    })
}

/// Runs a body, which ends in `.await`, on a connection of a [`Database`], for at most [`ANSWER_PATIENCE`].
macro_rules! on_connection {
    ($database:expr, |$connection:ident| $body:expr) => {
        async {
            let mut held = $database.acquire().await?;
            let done = {
                let $connection = &mut *held;
                tokio::time::timeout($crate::postgres::ANSWER_PATIENCE, async { $body }).await
            };
            $crate::postgres::settled(held, done)
        }
        .await
    };
}

pub(crate) use on_connection;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PostgresOptions, StoreError> {
        PostgresOptions::parse(&SecretString::from(text.to_owned()))
    }

    #[test]
    fn an_address_is_told_without_its_password() {
        let options = parse("postgres://clerk:pa55word@db.example:6432/shop").unwrap();
        assert_eq!(options.to_string(), "postgres://db.example:6432/shop");
        assert!(!format!("{options:?}").contains("pa55word"));
    }

    #[test]
    fn a_wrong_address_is_told_without_its_password() {
        for text in ["mysql://clerk:pa55word@x/y", "postgres://clerk:pa55word@[x/y", "pa55word"] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains("postgres://") && !error.contains("pa55word"), "{error}");
        }
    }
}
