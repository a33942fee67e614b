//! All settings as one TOML text: for moving them, for keeping them in version control, for the first start.
//!
//! An import makes what the file *names* be as the file says, and leaves everything else as it is. What is named as a
//! whole is a thing with a table of its own: a store, a register, a console, a payment type, an authorization server, a
//! key, and each single secret. So a file with nothing but `[stores.17.registers.4]` and its fields adds or replaces
//! that one register, and a table without fields of its own, such as `[stores.17]` above it, only says where to find
//! it. Nothing is ever removed by an import: that is done on the pages or by the command line, one thing at a time.
//!
//! An export writes secrets sealed. They open only where the same key file is; elsewhere put them in as clear text:
//! they are sealed on the way into the database.
//!
//! A complete example:
//!
//! ```toml
#![doc = include_str!("settings.example.toml")]
//! ```

mod fields;
mod plan;
mod servers;
mod stores;
mod walk;
pub(crate) mod write;

use std::collections::BTreeMap;

use engine::ports::StoreError;
use payment::ServerId;
use secrecy::SecretString;

use crate::settings::{Edit, Entities, Entity, Problems};
use crate::toml_text::TomlError;

/// A settings file that was read: every field has the right form; whether it all fits together is seen by
/// [`Db::plan_import`](crate::Db::plan_import).
#[derive(Debug, Default)]
pub struct SettingsFile {
    /// What the file describes.
    pub(crate) named: Entities,
    /// What it only passes through, which must be there.
    pub(crate) passed: Vec<Entity>,
    /// The secrets.
    pub(crate) secrets: BTreeMap<(ServerId, String), SecretText>,
}

/// A secret as it stands in a file.
#[derive(Debug)]
pub(crate) enum SecretText {
    /// As the bank gave it.
    Clear(SecretString),
    /// As an export writes it.
    Sealed(String),
}

/// What an import would change: for showing it before it is done.
#[derive(Debug)]
pub struct ImportPlan {
    base: u64,
    edits: Vec<Edit>,
}

/// Why settings can't be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The text is no TOML.
    #[error("the settings file can't be read: {0}")]
    Toml(TomlError),
    /// Fields are wrong or do not fit together: all of them, a line each.
    #[error("{0}")]
    Problems(Problems),
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportPlan {
    /// The changes, in the order in which they are made. Empty: everything is as the file says already.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }
}
