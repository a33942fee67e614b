//! One statement with its arguments, for either database.

use async_trait::async_trait;
use engine::ports::StoreError;

use crate::Db;
use crate::error::unusable;
use crate::pool::Pool;
use crate::postgres::on_connection;
use crate::sqlite::{Script, Session, Work, Writer};

/// The name of a unique key's violation in PostgreSQL.
const UNIQUE_VIOLATION: &str = "23505";

/// A text of `sql::jobs` and what is bound to its marks, in their order.
pub(super) struct Statement {
    text: &'static str,
    arguments: Vec<Argument>,
}

enum Argument {
    Text(Option<String>),
    Number(i64),
    Flag(bool),
}

impl Statement {
    pub(super) fn new(text: &'static str) -> Self {
        Self { text, arguments: Vec::new() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers give ids and names as they have them")]
    pub(super) fn text(self, value: impl ToString) -> Self {
        self.with(Argument::Text(Some(value.to_string())))
    }

    pub(super) fn optional(self, value: Option<String>) -> Self {
        self.with(Argument::Text(value))
    }

    pub(super) fn number(self, value: i64) -> Self {
        self.with(Argument::Number(value))
    }

    pub(super) fn flag(self, value: bool) -> Self {
        self.with(Argument::Flag(value))
    }

    fn with(mut self, argument: Argument) -> Self {
        self.arguments.push(argument);
        self
    }
}

/// How a statement failed.
enum Failed {
    /// Another row has the unique key.
    Taken,
    Store(StoreError),
}

impl Db {
    /// Runs statements; returns how many rows each of them changed. On a server each is a transaction of its own: none of them
    /// leans on the one before.
    pub(super) async fn write(&self, statements: Vec<Statement>) -> Result<Vec<u64>, StoreError> {
        match self.try_write(statements).await {
            Ok(changed) => Ok(changed),
            Err(Failed::Store(error)) => Err(error),
            Err(Failed::Taken) => Err(StoreError("a job met another one of the same name".to_owned())),
        }
    }

    /// Runs a statement that changes one row. False: it changed none, or somebody else has its unique key.
    pub(super) async fn write_unless_taken(&self, statement: Statement) -> Result<bool, StoreError> {
        match self.try_write(vec![statement]).await {
            Ok(changed) => Ok(changed == [1]),
            Err(Failed::Taken) => Ok(false),
            Err(Failed::Store(error)) => Err(error),
        }
    }

    async fn try_write(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Failed> {
        match (self.writer(), self.pool()) {
            (Some(writer), _) => on_file(writer, statements).await.map_err(Failed::Store),
            (None, Pool::Postgres(database)) => {
                let mut changed = Vec::new();
                for statement in statements {
                    let done = on_connection!(database, |connection| {
                        let mut query = sqlx::query(statement.text);
                        for argument in statement.arguments {
                            query = match argument {
                                Argument::Text(text) => query.bind(text),
                                Argument::Number(number) => query.bind(number),
                                Argument::Flag(flag) => query.bind(flag),
                            };
                        }
                        query.execute(connection).await
                    });
                    changed.push(done.map_err(failed)?.rows_affected());
                }
                Ok(changed)
            }
            (None, Pool::Sqlite(_)) => unreachable!("a file has a writer"),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn failed(error: sqlx::Error) -> Failed {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    if code.as_deref() == Some(UNIQUE_VIOLATION) { Failed::Taken } else { Failed::Store(unusable(&error)) }
}

async fn on_file(writer: &Writer, statements: Vec<Statement>) -> Result<Vec<u64>, StoreError> {
    writer.perform(Statements(statements)).await
}

/// Statements as one piece of the writer's work: all of them or none.
struct Statements(Vec<Statement>);

#[async_trait]
impl Work for Statements {
    type Done = Vec<u64>;
    type Refusal = StoreError;

    async fn perform(self, session: &mut Session) -> Result<Vec<u64>, StoreError> {
        let mut script = Script::default();
        for statement in self.0 {
            let running = script.statement(statement.text);
            for argument in statement.arguments {
                match argument {
                    Argument::Text(text) => running.bind(text),
                    Argument::Number(number) => running.bind(number),
                    Argument::Flag(flag) => running.bind(flag),
                };
            }
        }
        let outcome = session.run(script).await;
        outcome.error.map_or(Ok(outcome.affected), |error| Err(unusable(&error)))
    }
}
