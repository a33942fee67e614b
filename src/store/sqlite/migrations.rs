//! Brings the tables up to date by the files of `migrations/sqlite`.

use std::path::Path;

use engine::ports::StoreError;
use sqlx::{ConnectOptions, Connection};

use super::connect::{create, write_options};
use crate::error::unusable;
use crate::migrations::{File, migrator};

/// The files of `migrations/sqlite`: number, name, text.
const FILES: [File; 10] = [
    (1, "payments", include_str!("../../../migrations/sqlite/0001_payments.sql")),
    (2, "settings", include_str!("../../../migrations/sqlite/0002_settings.sql")),
    (4, "outputs", include_str!("../../../migrations/sqlite/0004_outputs.sql")),
    (5, "screens", include_str!("../../../migrations/sqlite/0005_screens.sql")),
    (6, "inspections", include_str!("../../../migrations/sqlite/0006_inspections.sql")),
    (7, "people", include_str!("../../../migrations/sqlite/0007_people.sql")),
    (8, "journal_search", include_str!("../../../migrations/sqlite/0008_journal_search.sql")),
    (9, "sightings", include_str!("../../../migrations/sqlite/0009_sightings.sql")),
    (10, "refund_requests", include_str!("../../../migrations/sqlite/0010_refund_requests.sql")),
    (11, "outbox", include_str!("../../../migrations/sqlite/0011_outbox.sql")),
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
    let migrated = migrator(&FILES).run(&mut connection).await.map_err(|error| {
        StoreError(format!("the tables of {} can't be brought up to date: {error}", path.display()))
    });
    connection.close().await.map_err(|error| unusable(&error))?;
    migrated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_listed() {
        crate::migrations::assert_lists_every_file_of("sqlite", &FILES);
    }
}
