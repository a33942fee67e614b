//! Settings: one query, so that all rows are of one revision.

use engine::ports::StoreError;
use payment::{ConsoleId, InvalidName, PaymentTypeCode, RegisterId, ServerId, StoreId};
use serde_json::Value;

use crate::error::{damaged, unusable};
use crate::pool::{Pool, on_pool};
use crate::rows::{parsed, unsigned};
use crate::settings::{Entities, Entity};
use crate::sql::settings as sql;

/// Everything, with sealed secrets and hashes of keys, and its revision.
pub(crate) async fn everything(pool: &Pool) -> Result<(u64, Entities), StoreError> {
    read(pool, sql::EVERYTHING).await
}

/// What the engine works by, and its revision.
pub(crate) async fn plain(pool: &Pool) -> Result<(u64, Entities), StoreError> {
    read(pool, sql::PLAIN).await
}

pub(crate) async fn revision(pool: &Pool) -> Result<u64, StoreError> {
    let revision: i64 =
        on_pool!(pool, |connections| sqlx::query_scalar(sql::REVISION).fetch_one(connections).await)
            .map_err(|error| unusable(&error))?;
    unsigned("the settings' revision", revision)
}

/// The sealed secrets of one authorization server by their names.
pub(crate) async fn secrets(pool: &Pool, server: &ServerId) -> Result<Vec<(String, String)>, StoreError> {
    on_pool!(pool, |connections| sqlx::query_as(sql::SECRETS_OF_SERVER)
        .bind(server.to_string())
        .fetch_all(connections)
        .await)
    .map_err(|error| unusable(&error))
}

/// The store whose key has this hash.
pub(crate) async fn store_of_key(pool: &Pool, sha256: &str) -> Result<Option<StoreId>, StoreError> {
    let store: Option<String> = on_pool!(pool, |connections| sqlx::query_scalar(sql::STORE_OF_API_KEY)
        .bind(sha256.to_owned())
        .fetch_optional(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    store.map(|store| parsed("a key's store", StoreId::parse(&store))).transpose()
}

/// A row of any of the settings' tables: up to three key columns and a body.
#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    a: String,
    b: String,
    c: String,
    body: String,
}

async fn read(pool: &Pool, text: &'static str) -> Result<(u64, Entities), StoreError> {
    let rows: Vec<Row> = on_pool!(pool, |connections| sqlx::query_as(text).fetch_all(connections).await)
        .map_err(|error| unusable(&error))?;
    let mut revision = 0;
    let mut entities = Entities::new();
    for row in rows {
        if row.kind == "revision" {
            revision = parsed("the settings' revision", row.body.parse())?;
            continue;
        }
        let what = format!("the {} {} {} {} of the settings", row.kind, row.a, row.b, row.c);
        let Some(entity) = parsed(&what, row.entity())? else {
            return Err(damaged(&what, "unknown kind"));
        };
        let body = match &entity {
            Entity::Secret(..) => Value::String(row.body),
            _ => parsed(&what, serde_json::from_str(&row.body))?,
        };
        entities.insert(entity, body);
    }
    Ok((revision, entities))
}

impl Row {
    fn entity(&self) -> Result<Option<Entity>, InvalidName> {
        let store = || StoreId::parse(&self.a);
        Ok(Some(match self.kind.as_str() {
            "store" => Entity::Store(store()?),
            "register" => Entity::Register(store()?, RegisterId::parse(&self.b)?),
            "console" => Entity::Console(store()?, RegisterId::parse(&self.b)?, ConsoleId::parse(&self.c)?),
            "payment_type" => Entity::PaymentType(store()?, PaymentTypeCode::parse(&self.b)?),
            "server" => Entity::Server(ServerId::parse(&self.a)?),
            "secret" => Entity::Secret(ServerId::parse(&self.a)?, self.b.clone()),
            "api_key" => Entity::ApiKey(self.a.clone()),
            _ => return Ok(None),
        }))
    }
}
