//! Changing settings: all edits and the next revision in one transaction.

use async_trait::async_trait;
use engine::ports::StoreError;
use serde_json::Value;
use sqlx::Sqlite;
use sqlx::sqlite::SqliteArguments;

use super::api_keys::ApiKey;
use super::entity::{Edit, Entity};
use crate::error::{damaged, unusable};
use crate::rows::{signed, unsigned};
use crate::sql::settings as sql;
use crate::sqlite::{Refusal, Session, Work};

type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

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
}

impl Refusal for ChangeSettingsError {
    fn database(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Conflict => None,
        }
    }
}

#[async_trait]
impl Work for ChangeSettings {
    type Done = u64;
    type Refusal = ChangeSettingsError;

    async fn perform(self, session: &mut Session) -> Result<u64, ChangeSettingsError> {
        let base = self.base.map(|revision| signed("revision", revision)).transpose()?;
        let connection = session.connection().await?;
        let raised: Option<i64> = sqlx::query_scalar(sql::RAISE_REVISION)
            .bind(base)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| unusable(&error))?;
        let Some(revision) = raised else { return Err(ChangeSettingsError::Conflict) };
        for edit in self.edits {
            let query = match edit.after {
                Some(body) => put(edit.entity, &body)?,
                None => remove(edit.entity),
            };
            query.execute(&mut *connection).await.map_err(|error| unusable(&error))?;
        }
        Ok(unsigned("revision", revision)?)
    }
}

fn put(entity: Entity, body: &Value) -> Result<Query, StoreError> {
    let text = body.to_string();
    Ok(match entity {
        Entity::Store(store) => sqlx::query(sql::PUT_STORE).bind(store.to_string()).bind(text),
        Entity::Register(store, register) => {
            sqlx::query(sql::PUT_REGISTER).bind(store.to_string()).bind(register.to_string()).bind(text)
        }
        Entity::Console(store, register, console) => sqlx::query(sql::PUT_CONSOLE)
            .bind(store.to_string())
            .bind(register.to_string())
            .bind(console.to_string())
            .bind(text),
        Entity::PaymentType(store, code) => {
            sqlx::query(sql::PUT_PAYMENT_TYPE).bind(store.to_string()).bind(code.to_string()).bind(text)
        }
        Entity::Server(server) => sqlx::query(sql::PUT_SERVER).bind(server.to_string()).bind(text),
        Entity::Secret(server, name) => {
            let sealed = body.as_str().unwrap_or_default().to_owned();
            sqlx::query(sql::PUT_SECRET).bind(server.to_string()).bind(name).bind(sealed)
        }
        Entity::ApiKey(id) => {
            let key: ApiKey =
                serde_json::from_value(body.clone()).map_err(|error| damaged("an API key", error))?;
            let query = sqlx::query(sql::PUT_API_KEY).bind(id).bind(key.store.to_string());
            query.bind(key.sha256).bind(text)
        }
    })
}

fn remove(entity: Entity) -> Query {
    match entity {
        Entity::Store(store) => sqlx::query(sql::REMOVE_STORE).bind(store.to_string()),
        Entity::Register(store, register) => {
            sqlx::query(sql::REMOVE_REGISTER).bind(store.to_string()).bind(register.to_string())
        }
        Entity::Console(store, register, console) => sqlx::query(sql::REMOVE_CONSOLE)
            .bind(store.to_string())
            .bind(register.to_string())
            .bind(console.to_string()),
        Entity::PaymentType(store, code) => {
            sqlx::query(sql::REMOVE_PAYMENT_TYPE).bind(store.to_string()).bind(code.to_string())
        }
        Entity::Server(server) => sqlx::query(sql::REMOVE_SERVER).bind(server.to_string()),
        Entity::Secret(server, name) => sqlx::query(sql::REMOVE_SECRET).bind(server.to_string()).bind(name),
        Entity::ApiKey(id) => sqlx::query(sql::REMOVE_API_KEY).bind(id),
    }
}
