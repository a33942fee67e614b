//! Where reads go.

use sqlx::SqlitePool;

use crate::postgres::Database;

/// Connections for reading, of one of the databases that we serve.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    /// Read-only connections to one file.
    Sqlite(SqlitePool),
    /// Connections to a server. They are the writing ones too.
    Postgres(Database),
}

/// Expands one body for each arm: the text of a query and what is bound to it are written once.
macro_rules! on_pool {
    ($pool:expr, |$connections:ident| $body:expr) => {
        match $pool {
            $crate::pool::Pool::Sqlite($connections) => $body,
            $crate::pool::Pool::Postgres(database) => {
                $crate::postgres::on_connection!(database, |$connections| $body)
            }
        }
    };
}

pub(crate) use on_pool;
