//! The tables' history, as it is listed by each database. Files are never edited once released; a new one gets the next
//! number and a line in its database's list.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// A file of `migrations/<database>`: number, name, text.
pub(crate) type File = (i64, &'static str, &'static str);

/// What brings tables up to date by these files.
pub(crate) fn migrator(files: &[File]) -> Migrator {
    let migration = |(number, name, text): &File| {
        Migration::new(*number, (*name).into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}

/// Fails unless the list has every file of the folder `migrations/<database>`.
#[cfg(test)]
pub(crate) fn assert_lists_every_file_of(database: &str, files: &[File]) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database);
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    let listed: Vec<String> =
        files.iter().map(|(number, name, _)| format!("{number:04}_{name}.sql")).collect();
    assert_eq!(found, listed);
}
