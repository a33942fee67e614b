//! Durable payments, journal, outbox and settings: what stands behind the engine's [`Store`](engine::ports::Store).
//!
//! | part | what it is |
//! |---|---|
//! | [`SqliteStore`] | one file, one writer task, a pool of readers; what `serve` uses on one machine |
//! | [`PgStore`] | a PostgreSQL database, shared by many instances: what `serve` uses in a chain of shops |
//! | [`MemoryStore`] | the same behaviour on plain data, for the engine's tests and the simulation |
//! | [`Db`] | an opened database for people: settings, secrets, and the [`Records`] of payments |
//! | [`People`] | users, sessions, failed tries, and the audit of what people change |
//! | [`Records`] | finding and showing payments, and walking over all of them for audits |
//! | [`SettingsFile`] | all settings as one TOML text |
//! | [`copy_store`] | from a SQLite file to PostgreSQL, compared |
//! | [`Keyring`], [`KeyFile`] | the keys that seal secrets |
//!
//! **Writing to SQLite.** Callers turn a change into rows; the writer task takes all that are queued, gives each a savepoint
//! inside one transaction and answers after the one commit. So a busy store pays for one disk flush where it would have
//! paid for hundreds, and an idle one waits for nobody.
//!
//! **Promises lean on the tables**: a unique key (operation, credit, fact) or a conditional update (a payment's
//! sequence) refuses what must not be; no code reads first and trusts what it read.
//!
//! **PostgreSQL** is a second arm of `pool::Pool` with the same texts of `sql` for everything that reads. A change is one
//! nested call of the functions in `migrations/postgres/0003_commit.sql`: one round trip is its way of being fast, and the
//! server flushes what many connections commit at once. Several instances share it: each renews its epoch, sees as due
//! what it owns, and takes over what belonged to one that is gone. Who commits a change becomes the payment's owner.

mod change;
mod condition;
mod copy;
mod db;
mod error;
#[cfg(test)]
mod fuzz;
mod inspections;
mod jobs;
mod memory;
mod migrations;
mod people;
mod pool;
mod postgres;
mod read;
mod records;
mod rows;
mod screens;
mod seal;
mod settings;
mod settings_file;
mod sql;
mod sqlite;
mod statement;
mod toml_text;
mod versioned;

pub use condition::{DatabaseCondition, InstanceCondition};
pub use copy::{Copied, copy_store};
pub use db::Db;
pub use memory::MemoryStore;
pub use people::{
    AuditEntry, AuditProblem, AuditRecord, AuditVerdict, Author, ChangePeopleError, Grant, GrantError,
    People, PeopleEdit, RefundRequest, RefundRequestBody, Role, SecondFactor, Session, SessionBody, User,
    UserBody, UserId,
};
pub use postgres::{PgStore, PostgresOptions, Standing};
pub use read::links::HeldLink;
pub use read::waiting::WaitingEvents;
pub use records::{
    DeliveryState, EventRecord, FactRecord, PaymentFilter, PaymentRecord, PaymentSummary, Records,
};
pub use screens::{LastJob, NewPairing, PAIRING_LASTS, Pairing, RatingCount, Sighting, code_of_token};
pub use seal::{KeyFile, KeyFileError, Keyring, Place, SealError};
pub use settings::{
    AccountKeys, AccountSetting, ApiKey, ChangeSettingsError, Credentials, Edit, Entity, MovedAccount,
    NewApiKey, Problem, Problems, SecretEdit, Secrets, SecretsError, Stage, check_settings, fresh_key,
    hash_of_key, is_hash,
};
pub use settings_file::{ImportError, ImportPlan, SettingsFile};
pub use sqlite::SqliteStore;
pub use toml_text::{TomlError, read_toml};
