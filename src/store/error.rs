//! What went wrong with a database, in words that say what to do.

use engine::ports::StoreError;

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

/// The primary result codes of SQLite (sqlite.org/rescode.html) that people can do something about.
fn cure(error: &sqlx::Error) -> Option<&'static str> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
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
