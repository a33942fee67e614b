//! One statement on either database.

use async_trait::async_trait;
use engine::ports::StoreError;

use crate::Db;
use crate::db::Writing;
use crate::error::unusable;
use crate::pool::Pool;
use crate::postgres::on_connection;
use crate::sqlite::{Session, Work};

/// What stands for a mark of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Argument {
    Text(String),
    Number(i64),
}

/// A statement with its arguments.
pub(crate) struct Statement {
    text: &'static str,
    arguments: Vec<Argument>,
}

macro_rules! first_text {
    ($statement:expr, $connection:expr) => {{
        let query = sqlx::query_scalar::<_, String>($statement.text);
        let query = $statement.arguments.into_iter().fold(query, |query, argument| match argument {
            Argument::Text(text) => query.bind(text),
            Argument::Number(number) => query.bind(number),
        });
        query.fetch_optional($connection).await
    }};
}

impl Statement {
    pub(crate) fn new(text: &'static str, arguments: Vec<Argument>) -> Self {
        Self { text, arguments }
    }

    /// Runs it; what it returns is the first column of its first row.
    pub(crate) async fn run(self, db: &Db) -> Result<Option<String>, StoreError> {
        match (db.writing(), db.pool()) {
            (Writing::Sqlite(writer), _) => writer.perform(self).await,
            (Writing::Postgres(_), Pool::Postgres(database)) => {
                on_connection!(database, |connection| first_text!(self, connection))
                    .map_err(|error| unusable(&error))
            }
            (Writing::Postgres(_), Pool::Sqlite(_)) => unreachable!("both are made of one database"),
        }
    }
}

#[async_trait]
impl Work for Statement {
    type Done = Option<String>;
    type Refusal = StoreError;

    async fn perform(self, session: &mut Session) -> Result<Option<String>, StoreError> {
        let connection = session.connection().await?;
        first_text!(self, &mut *connection).map_err(|error| unusable(&error))
    }
}
