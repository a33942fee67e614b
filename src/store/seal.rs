//! Sealing of secrets with AES-256-GCM: the database alone tells nobody a secret.

mod key_file;
mod keyring;

pub use key_file::{KeyFile, KeyFileError};
pub use keyring::{Keyring, Place, SealError};
