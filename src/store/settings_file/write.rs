//! From the database to the text.

use engine::ports::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{servers, stores};
use crate::Db;
use crate::error::damaged;
use crate::read;
use crate::settings::{Entities, Entity};

impl Db {
    /// All settings as the text of a settings file, with secrets sealed.
    pub async fn export_settings(&self) -> Result<String, StoreError> {
        let (revision, entities) = read::settings::everything(self.pool()).await?;
        text_of(revision, entities)
    }
}

/// The text of settings.
pub(crate) fn text_of(revision: u64, entities: Entities) -> Result<String, StoreError> {
    let mut root = Table::new();
    for (entity, body) in entities {
        let path = path(&entity);
        let table = table(&entity, body)?;
        place(&mut root, &path, table);
    }
    let text = toml::to_string_pretty(&root)
        .map_err(|error| StoreError(format!("settings have no TOML form: {error}")))?;
    Ok(format!(
        "# Settings of the Universal Integrator, revision {revision}.\n\
         # `integrator settings import` makes what this file names be as it says, and leaves the rest.\n\n{text}"
    ))
}

/// Where a thing stands in the file.
fn path(entity: &Entity) -> Vec<String> {
    let texts: &[&str] = match entity {
        Entity::Store(store) => &["stores", store.as_str()],
        Entity::Register(store, register) => &["stores", store.as_str(), "registers", register.as_str()],
        Entity::Console(store, register, console) => {
            &["stores", store.as_str(), "registers", register.as_str(), "consoles", console.as_str()]
        }
        Entity::PaymentType(store, code) => &["stores", store.as_str(), "payment_types", code.as_str()],
        Entity::Server(server) => &["servers", server.as_str()],
        Entity::Secret(server, name) => &["servers", server.as_str(), "secrets", name.as_str()],
        Entity::ApiKey(id) => &["api_keys", id.as_str()],
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The fields of a thing.
fn table(entity: &Entity, body: serde_json::Value) -> Result<Table, StoreError> {
    let what = entity.to_string();
    Ok(match entity {
        Entity::Store(_) => stores::write_store(&read(&what, body)?),
        Entity::Register(..) => stores::write_register(&read(&what, body)?),
        Entity::Console(..) => stores::write_console(&read(&what, body)?),
        Entity::PaymentType(..) => stores::write_payment_type(&read(&what, body)?),
        Entity::Server(_) => servers::write(&read(&what, body)?),
        Entity::Secret(..) => {
            let mut table = Table::new();
            put(&mut table, "sealed", body);
            table
        }
        Entity::ApiKey(_) => servers::write_api_key(&read(&what, body)?),
    })
}

fn read<T: DeserializeOwned>(what: &str, body: serde_json::Value) -> Result<T, StoreError> {
    serde_json::from_value(body).map_err(|error| damaged(what, error))
}

/// Puts a table at its path. What it belongs to comes before it, so its place is a table or not there yet.
fn place(root: &mut Table, path: &[String], table: Table) {
    let Some((last, way)) = path.split_last() else { return };
    let mut here = root;
    for step in way {
        let next = here.entry(step.clone()).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(next) = next else { return };
        here = next;
    }
    here.insert(last.clone(), Value::Table(table));
}

/// Sets a field. Our settings are texts, whole numbers, yes or no, and lists of them: all have a form in TOML.
pub(super) fn put(table: &mut Table, name: &str, value: impl Serialize) {
    if let Ok(value) = Value::try_from(value) {
        table.insert(name.to_owned(), value);
    }
}

/// Sets a field if there is a value.
pub(super) fn put_some(table: &mut Table, name: &str, value: Option<impl Serialize>) {
    if let Some(value) = value {
        put(table, name, value);
    }
}
