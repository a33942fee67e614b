//! The tables' history. Files are never edited once released; a new one gets the next number and a line here.

use std::path::Path;

use engine::ports::StoreError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{ConnectOptions, Connection, SqlSafeStr};

use super::connect::{create, write_options};
use crate::error::unusable;

/// The files of `migrations/sqlite`: number, name, text.
const FILES: [(i64, &str, &str); 2] = [
    (1, "payments", include_str!("../../../migrations/sqlite/0001_payments.sql")),
    (2, "settings", include_str!("../../../migrations/sqlite/0002_settings.sql")),
];

/// Brings the tables up to date. Makes the file and its folder if need be, readable by their owner only.
pub(crate) async fn migrate(path: &Path) -> Result<(), StoreError> {
    create(path).map_err(|error| {
        StoreError(format!(
            "can't make {}: {error}; name a file in a folder that the service's user may write to",
            path.display()
        ))
    })?;
    let mut connection = write_options(path).connect().await.map_err(|error| unusable(&error))?;
    let migrated = migrator().run(&mut connection).await.map_err(|error| {
        StoreError(format!("the tables of {} can't be brought up to date: {error}", path.display()))
    });
    connection.close().await.map_err(|error| unusable(&error))?;
    migrated
}

fn migrator() -> Migrator {
    let migration = |(number, name, text): (i64, &'static str, &'static str)| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(FILES.into_iter().map(migration).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/sqlite");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> =
            FILES.iter().map(|(number, name, _)| format!("{number:04}_{name}.sql")).collect();
        assert_eq!(files, listed);
    }
}
