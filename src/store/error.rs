//! What went wrong with a database, in words that say what to do.

use engine::ports::StoreError;
use sqlx::postgres::PgDatabaseError;

/// Words for an error of the database. They carry no values of rows: only the database's own message.
pub(crate) fn unusable(error: &sqlx::Error) -> StoreError {
    match cure(error) {
        Some(cure) => StoreError(format!("{error}; {cure}")),
        None => StoreError(error.to_string()),
    }
}

/// A row that can't be read, by what is wrong with it.
pub(crate) fn damaged(what: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError(format!("{what} can't be read: {error}; restore the database from a backup"))
}

fn cure(error: &sqlx::Error) -> Option<&'static str> {
    match error {
        sqlx::Error::PoolTimedOut => {
            Some("all connections are in use or the server can't be reached: look at it and its load")
        }
        sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
            Some(server) => server_cure(server.code()),
            None => file_cure(database.code()?.parse().ok()?),
        },
        _ => None,
    }
}

/// The primary result codes of SQLite (sqlite.org/rescode.html) that people can do something about.
fn file_cure(code: u32) -> Option<&'static str> {
    match code & 0xFF {
        5 => Some("another process writes to the database for too long: end it"),
        8 => Some("the file or its folder is read-only: let the service's user write there"),
        10 => {
            Some("the disk has failed: check it, then restore the database from a backup if it does not open")
        }
        11 | 26 => Some("the file is damaged or not a database: restore it from a backup"),
        13 => Some("the disk is full: make room on it"),
        14 => Some("the file can't be opened: check that the path exists and is the service's own"),
        _ => None,
    }
}

/// The codes of PostgreSQL (its manual, appendix A) that people can do something about.
fn server_cure(code: &str) -> Option<&'static str> {
    match code {
        "25006" => Some("the server is a standby or read-only: name the primary in the address"),
        "28000" | "28P01" => Some("check user and password in the address, and the server's pg_hba.conf"),
        "3D000" => Some("create the database, owned by the service's user"),
        "42501" => Some("give the service's user the rights on the tables, or let it own the database"),
        "42P01" | "42883" => Some("run `integrator migrate`"),
        "53100" => Some("the server's disk is full: make room on it"),
        "53300" => Some("raise the server's max_connections, or lower database.connections"),
        "55P03" | "57014" => {
            Some("the server is overloaded, or somebody holds a lock: look at pg_stat_activity")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_have_their_cures() {
        assert!(file_cure(13).is_some_and(|cure| cure.contains("full")));
        assert!(file_cure(0x0D | 4 << 8).is_some_and(|cure| cure.contains("full")), "extended codes too");
        assert!(server_cure("53100").is_some_and(|cure| cure.contains("full")));
        assert!(server_cure("23505").is_none());
    }
}
