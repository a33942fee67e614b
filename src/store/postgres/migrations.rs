//! Brings the tables up to date by the files of `migrations/postgres`.

use engine::ports::StoreError;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::PostgresOptions;
use crate::error::unusable;
use crate::migrations::{File, migrator};
use crate::sql;

/// The files of `migrations/postgres`: number, name, text.
const FILES: [File; 11] = [
    (1, "payments", include_str!("../../../migrations/postgres/0001_payments.sql")),
    (2, "settings", include_str!("../../../migrations/postgres/0002_settings.sql")),
    (3, "commit", include_str!("../../../migrations/postgres/0003_commit.sql")),
    (4, "outputs", include_str!("../../../migrations/postgres/0004_outputs.sql")),
    (5, "screens", include_str!("../../../migrations/postgres/0005_screens.sql")),
    (6, "inspections", include_str!("../../../migrations/postgres/0006_inspections.sql")),
    (7, "people", include_str!("../../../migrations/postgres/0007_people.sql")),
    (8, "journal_search", include_str!("../../../migrations/postgres/0008_journal_search.sql")),
    (9, "sightings", include_str!("../../../migrations/postgres/0009_sightings.sql")),
    (10, "refund_requests", include_str!("../../../migrations/postgres/0010_refund_requests.sql")),
    (11, "outbox", include_str!("../../../migrations/postgres/0011_outbox.sql")),
];

/// The SQLSTATE of a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";

/// How the tables of a database stand to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They were as this program needs them.
    UpToDate,
    /// They were brought from this file's number, 0 for an empty database, to the newest.
    Migrated {
        /// The number before.
        from: i64,
        /// The number now.
        to: i64,
    },
}

/// Brings the tables up to date. Of several instances that start at once one does so, under PostgreSQL's advisory lock; the
/// others wait. Nothing is written where nothing is to do, so a user without the right to make tables can serve.
pub(super) async fn migrate(options: &PostgresOptions) -> Result<Standing, StoreError> {
    let wrong = |error: &dyn std::fmt::Display| {
        StoreError(format!("the tables of {options} can't be brought up to date: {error}"))
    };
    let mut connection = options.connect_options().connect().await.map_err(|error| unusable(&error))?;
    let from = number(&mut connection).await?;
    let to = FILES.last().map_or(0, |(number, ..)| *number);
    if from > to {
        return Err(wrong(&format_args!(
            "they are of a newer program (file {from}; this one knows {to}): start the newer program"
        )));
    }
    if from < to {
        connection.close().await.map_err(|error| unusable(&error))?;
        connection = options.connect_without_limits().await.map_err(|error| unusable(&error))?;
        migrator(&FILES).run(&mut connection).await.map_err(|error| wrong(&error))?;
    }
    connection.close().await.map_err(|error| unusable(&error))?;
    Ok(if from == to { Standing::UpToDate } else { Standing::Migrated { from, to } })
}

/// Makes a schema if it is not there. The name is quoted, so that it can't be anything else.
pub(super) async fn make_schema(options: &PostgresOptions, name: &str) -> Result<(), StoreError> {
    let mut connection = options.connect_options().connect().await.map_err(|error| unusable(&error))?;
    let text = format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", name.replace('"', "\"\""));
    let made = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await;
    made.map_err(|error| unusable(&error))?;
    connection.close().await.map_err(|error| unusable(&error))
}

/// The number of the newest file that the tables have seen; 0 for an empty database.
async fn number(connection: &mut PgConnection) -> Result<i64, StoreError> {
    let newest: Result<Option<i64>, sqlx::Error> =
        sqlx::query_scalar(sql::postgres::NEWEST_MIGRATION).fetch_one(connection).await;
    match newest {
        Ok(number) => Ok(number.unwrap_or(0)),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => Ok(0),
        Err(error) => Err(unusable(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_listed() {
        crate::migrations::assert_lists_every_file_of("postgres", &FILES);
    }
}
