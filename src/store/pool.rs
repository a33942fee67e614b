//! Where reads go.

use sqlx::SqlitePool;

/// Connections for reading, of one of the databases that we serve. PostgreSQL is a second arm.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    /// Read-only connections to one file.
    Sqlite(SqlitePool),
}

/// Expands one body for each arm: the text of a query and what is bound to it are written once.
macro_rules! on_pool {
    ($pool:expr, |$connections:ident| $body:expr) => {
        match $pool {
            $crate::pool::Pool::Sqlite($connections) => $body,
        }
    };
}

pub(crate) use on_pool;
