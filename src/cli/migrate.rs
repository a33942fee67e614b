//! `integrator migrate`.

use store::{Db, Standing};

use crate::cli::print;
use crate::config::{Config, DatabasePlace};

/// Brings the tables up to date, as every start does too. For services whose own user may not make tables: run it as one
/// who may, before the new program starts.
pub(super) async fn run(config: &Config) -> anyhow::Result<u8> {
    let place = config.database.place()?;
    let standing = match &place {
        DatabasePlace::File(path) => {
            Db::open_or_create(path).await?.close().await;
            Standing::UpToDate
        }
        DatabasePlace::Server(options) => Db::migrate_postgres(options).await?,
    };
    print(&match standing {
        Standing::UpToDate => format!("the tables of {place} are up to date"),
        Standing::Migrated { from, to } => {
            format!("the tables of {place} were brought from file {from} to {to}")
        }
    });
    Ok(0)
}
