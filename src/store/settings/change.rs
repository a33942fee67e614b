//! Changing settings: all edits and the next revision in one transaction.

use async_trait::async_trait;
use engine::ports::StoreError;
use serde_json::Value;
use sqlx::Connection;

use super::api_keys::ApiKey;
use super::entity::{Edit, Entity};
use crate::error::{damaged, unusable};
use crate::people::{AuditEntry, append_entries};
use crate::postgres::{Database, on_connection};
use crate::rows::{signed, unsigned};
use crate::sql::settings as sql;
use crate::sqlite::{Refusal, Session, Work};

/// One edit as a statement: its text, and its arguments, which are all texts.
type Statement = (&'static str, Vec<String>);

/// Why settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSettingsError {
    /// Somebody else has changed them since they were read.
    #[error("the settings were changed by somebody else meanwhile: look at them again and repeat the change")]
    Conflict,
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Edits to be made if the settings are still at `base`; without it in any case.
pub(crate) struct ChangeSettings {
    pub(crate) base: Option<u64>,
    pub(crate) edits: Vec<Edit>,
    /// What the audit tells of them.
    pub(crate) entries: Vec<AuditEntry>,
}

impl Refusal for ChangeSettingsError {
    fn database(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Conflict => None,
        }
    }
}

/// The edits on one connection, inside a transaction that the caller commits: the same on either database.
macro_rules! make_edits {
    ($connection:expr, $base:expr, $statements:expr, $entries:expr) => {{
        let raised: Option<i64> =
            sqlx::query_scalar(sql::RAISE_REVISION).bind($base).fetch_optional(&mut *$connection).await?;
        if raised.is_some() {
            for (text, arguments) in $statements {
                let query =
                    arguments.into_iter().fold(sqlx::query(text), |query, argument| query.bind(argument));
                query.execute(&mut *$connection).await?;
            }
            append_entries!($connection, &$entries);
        }
        Ok::<_, sqlx::Error>(raised)
    }};
}

#[async_trait]
impl Work for ChangeSettings {
    type Done = u64;
    type Refusal = ChangeSettingsError;

    async fn perform(self, session: &mut Session) -> Result<u64, ChangeSettingsError> {
        let (base, statements, entries) = self.statements()?;
        let connection = session.connection().await?;
        told(async { make_edits!(connection, base, statements, entries) }.await)
    }
}

impl ChangeSettings {
    /// The same on a server. It is rare, so it may take several round trips.
    pub(crate) async fn perform_on_server(self, database: &Database) -> Result<u64, ChangeSettingsError> {
        let (base, statements, entries) = self.statements()?;
        told(on_connection!(database, |connection| async {
            let mut transaction = connection.begin().await?;
            let raised = async { make_edits!(transaction, base, statements, entries) }.await?;
            transaction.commit().await?;
            Ok(raised)
        }
        .await))
    }

    fn statements(self) -> Result<Planned, StoreError> {
        let base = self.base.map(|revision| signed("revision", revision)).transpose()?;
        let statement = |edit: Edit| match edit.after {
            Some(body) => put(edit.entity, &body),
            None => Ok(remove(edit.entity)),
        };
        Ok((base, self.edits.into_iter().map(statement).collect::<Result<_, _>>()?, self.entries))
    }
}

/// The revision to be at, the statements, and the entries that tell of them.
type Planned = (Option<i64>, Vec<Statement>, Vec<AuditEntry>);

/// The new revision; there is none if the settings were not at the one that was asked for.
fn told(raised: Result<Option<i64>, sqlx::Error>) -> Result<u64, ChangeSettingsError> {
    match raised.map_err(|error| unusable(&error))? {
        Some(revision) => Ok(unsigned("revision", revision)?),
        None => Err(ChangeSettingsError::Conflict),
    }
}

fn put(entity: Entity, body: &Value) -> Result<Statement, StoreError> {
    let text = body.to_string();
    Ok(match entity {
        Entity::Store(store) => (sql::PUT_STORE, vec![store.to_string(), text]),
        Entity::Register(store, register) => {
            (sql::PUT_REGISTER, vec![store.to_string(), register.to_string(), text])
        }
        Entity::Console(store, register, console) => {
            (sql::PUT_CONSOLE, vec![store.to_string(), register.to_string(), console.to_string(), text])
        }
        Entity::PaymentType(store, code) => {
            (sql::PUT_PAYMENT_TYPE, vec![store.to_string(), code.to_string(), text])
        }
        Entity::Server(server) => (sql::PUT_SERVER, vec![server.to_string(), text]),
        Entity::Secret(server, name) => {
            let sealed = body.as_str().unwrap_or_default().to_owned();
            (sql::PUT_SECRET, vec![server.to_string(), name, sealed])
        }
        Entity::ApiKey(id) => {
            let key: ApiKey =
                serde_json::from_value(body.clone()).map_err(|error| damaged("an API key", error))?;
            (sql::PUT_API_KEY, vec![id, key.store.to_string(), key.sha256, text])
        }
    })
}

fn remove(entity: Entity) -> Statement {
    match entity {
        Entity::Store(store) => (sql::REMOVE_STORE, vec![store.to_string()]),
        Entity::Register(store, register) => {
            (sql::REMOVE_REGISTER, vec![store.to_string(), register.to_string()])
        }
        Entity::Console(store, register, console) => {
            (sql::REMOVE_CONSOLE, vec![store.to_string(), register.to_string(), console.to_string()])
        }
        Entity::PaymentType(store, code) => {
            (sql::REMOVE_PAYMENT_TYPE, vec![store.to_string(), code.to_string()])
        }
        Entity::Server(server) => (sql::REMOVE_SERVER, vec![server.to_string()]),
        Entity::Secret(server, name) => (sql::REMOVE_SECRET, vec![server.to_string(), name]),
        Entity::ApiKey(id) => (sql::REMOVE_API_KEY, vec![id]),
    }
}
