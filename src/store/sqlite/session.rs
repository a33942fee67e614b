//! The connection that writes: batches of changes, each in a savepoint.

use engine::ports::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::job::Job;
use super::script::{Outcome, Script};
use crate::error::unusable;
use crate::rows::unsigned;
use crate::sql;

/// The connection that writes, and what the writer knows without asking.
pub(crate) struct Session {
    connection: SqliteConnection,
    standing: Standing,
    /// Whether the database refused a change that may well be possible on a new connection.
    is_doubtful: bool,
    /// The greatest epoch: nobody else writes this file, so it is known.
    pub(crate) newest_epoch: u64,
}

/// Where the transaction stands. One savepoint is open at any time; the commit releases the last one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// No transaction.
    Outside,
    /// The open savepoint has nothing in it.
    Clean,
    /// The open savepoint has a change that stays.
    Kept,
    /// The change at hand has begun to write.
    Writing,
}

impl Session {
    pub(super) async fn open(options: &SqliteConnectOptions) -> Result<Self, StoreError> {
        let mut connection = options.connect().await.map_err(|error| unusable(&error))?;
        let newest: i64 = sqlx::query_scalar(sql::NEWEST_EPOCH)
            .fetch_one(&mut connection)
            .await
            .map_err(|error| unusable(&error))?;
        let newest_epoch = unsigned("an epoch", newest)?;
        Ok(Self { connection, standing: Standing::Outside, is_doubtful: false, newest_epoch })
    }

    /// Runs a script inside the change's savepoint, which is opened on the way.
    pub(crate) async fn run(&mut self, script: Script) -> Outcome {
        let opening = self.begin();
        script.run(opening, &mut self.connection).await
    }

    /// The connection inside the change's savepoint: for changes that need not be fast.
    pub(crate) async fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let opening = self.begin();
        if !opening.is_empty() {
            self.execute(opening).await?;
        }
        Ok(&mut self.connection)
    }

    /// All jobs in one transaction. On an error nothing is written, or it is not known.
    pub(super) async fn write(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        for job in jobs {
            match job.run(self).await {
                Ok(()) if self.standing == Standing::Writing => self.standing = Standing::Kept,
                Err(reason) if self.standing == Standing::Writing => {
                    self.is_doubtful |= reason.is_some();
                    if let Err(gone) = self.execute("ROLLBACK TO change").await {
                        // SQLite has undone more than the statement that failed, as on a full disk.
                        return Err(reason.unwrap_or(gone));
                    }
                    self.standing = Standing::Clean;
                }
                Ok(()) | Err(_) => {}
            }
        }
        if self.standing != Standing::Outside {
            self.execute("COMMIT").await?;
            self.standing = Standing::Outside;
        }
        Ok(())
    }

    /// Whether it is better not used again. SQLite opens a file that can't be written for reading, and begins a transaction
    /// there without an error: such a connection refuses every change, also when the file can be written again.
    pub(super) fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }

    /// The text that makes the open savepoint the change's own; each statement in it ends with a semicolon.
    fn begin(&mut self) -> &'static str {
        let opening = match self.standing {
            Standing::Outside => "BEGIN IMMEDIATE; SAVEPOINT change; ",
            Standing::Kept => "RELEASE change; SAVEPOINT change; ",
            Standing::Clean | Standing::Writing => "",
        };
        self.standing = Standing::Writing;
        opening
    }

    async fn execute(&mut self, text: &'static str) -> Result<(), StoreError> {
        let executed = sqlx::query(text).execute(&mut self.connection).await;
        executed.map(drop).map_err(|error| unusable(&error))
    }
}
