//! Several statements in one trip to the thread that SQLite runs on.
//!
//! A trip costs two switches of threads, more than most statements: a change that makes one is twice as fast as one
//! that makes four. sqlx lets the SQLite driver run several statements as one query and hands on what each of them
//! affected. It would rather not (its issue 3108), so this is the only place that leans on it, and a test holds it.

use futures_util::TryStreamExt;
use sqlx::encode::Encode;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Either, Executor, Sqlite, SqliteConnection, Type};

/// Statements with their arguments, in order.
#[derive(Default)]
pub(crate) struct Script {
    text: String,
    arguments: SqliteArguments,
    statements: usize,
    unfit: Option<sqlx::Error>,
}

/// How far a script came.
pub(crate) struct Outcome {
    /// What each statement affected, as far as they were run.
    pub(crate) affected: Vec<u64>,
    /// Why the rest was not run.
    pub(crate) error: Option<sqlx::Error>,
}

impl Script {
    /// Adds a statement; its arguments follow in the order of its marks, `$1`, `$2`, …, each named once.
    pub(crate) fn statement(&mut self, text: &str) -> &mut Self {
        if self.statements > 0 {
            self.text.push_str("; ");
        }
        // Numbered marks count through the whole script, unnumbered ones go on where the statement before ended.
        let mut pieces = text.split('$');
        self.text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.text.push('?');
            self.text.push_str(piece.trim_start_matches(|digit: char| digit.is_ascii_digit()));
        }
        self.statements += 1;
        self
    }

    /// Adds an argument of the last statement.
    pub(crate) fn bind<'value, T>(&mut self, value: T) -> &mut Self
    where
        T: Encode<'value, Sqlite> + Type<Sqlite>,
    {
        if let Err(error) = self.arguments.add(value) {
            self.unfit = Some(sqlx::Error::Encode(error));
        }
        self
    }

    /// Runs the statements behind `opening`, a text without arguments. Stops at the first error.
    pub(super) async fn run(self, opening: &'static str, connection: &mut SqliteConnection) -> Outcome {
        if self.unfit.is_some() {
            return Outcome { affected: Vec::new(), error: self.unfit };
        }
        let text = format!("{opening}{}", self.text);
        let skipped = opening.matches(';').count();
        let query = sqlx::query_with(AssertSqlSafe(text), self.arguments);
        let mut steps = connection.fetch_many(query);
        let mut affected = Vec::with_capacity(skipped + self.statements);
        let error = loop {
            match steps.try_next().await {
                Ok(Some(Either::Left(done))) => affected.push(done.rows_affected()),
                Ok(Some(Either::Right(_))) => {}
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        affected.drain(..skipped.min(affected.len()));
        Outcome { affected, error }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;

    async fn connection() -> SqliteConnection {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::query("CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER)").execute(&mut connection).await.unwrap();
        connection
    }

    fn insert(script: &mut Script, a: &str, b: i64) {
        script
            .statement("INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(a.to_owned())
            .bind(b);
    }

    #[tokio::test]
    async fn each_statement_takes_its_own_arguments_and_tells_what_it_affected() {
        let mut connection = connection().await;
        let mut script = Script::default();
        insert(&mut script, "x", 1);
        insert(&mut script, "x", 2);
        script.statement("INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)");
        script.bind("y").bind(3_i64).bind("z").bind(4_i64);
        script.statement("UPDATE t SET b = $1 WHERE b > $2").bind(9_i64).bind(0_i64);
        let outcome = script.run("SAVEPOINT s; ", &mut connection).await;
        assert!(outcome.error.is_none());
        assert_eq!(outcome.affected, [1, 0, 2, 3]);
    }

    #[tokio::test]
    async fn an_error_stops_the_script_and_what_came_before_is_told() {
        let mut connection = connection().await;
        let mut script = Script::default();
        insert(&mut script, "x", 1);
        script.statement("INSERT INTO t (a) VALUES ($1)").bind("x");
        insert(&mut script, "y", 1);
        let outcome = script.run("", &mut connection).await;
        assert!(outcome.error.is_some());
        assert_eq!(outcome.affected, [1]);
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(&mut connection).await.unwrap();
        assert_eq!(rows, 1);
    }
}
