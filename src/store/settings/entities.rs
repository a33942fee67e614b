//! Settings taken apart into the things that they are made of, and put together again.

use std::collections::BTreeMap;

use engine::ports::StoreError;
use engine::settings::{RegisterSettings, Settings, StoreSettings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::entity::{Edit, Entity};
use crate::error::damaged;

/// The things of the settings by their keys.
pub(crate) type Entities = BTreeMap<Entity, Value>;

/// Takes settings apart.
pub(crate) fn apart(settings: &Settings) -> Result<Entities, StoreError> {
    let mut entities = Entities::new();
    for (store, its) in &settings.stores {
        entities.insert(Entity::Store(store.clone()), body(its)?);
        for (register, its) in &its.registers {
            entities.insert(Entity::Register(store.clone(), register.clone()), body(its)?);
            for (console, its) in &its.consoles {
                let key = Entity::Console(store.clone(), register.clone(), console.clone());
                entities.insert(key, body(its)?);
            }
        }
        for (code, its) in &its.payment_types {
            entities.insert(Entity::PaymentType(store.clone(), code.clone()), body(its)?);
        }
    }
    for (server, its) in &settings.servers {
        entities.insert(Entity::Server(server.clone()), body(its)?);
    }
    Ok(entities)
}

/// Puts settings together. Secrets and keys of the HTTP interface are passed over: the engine does not see them.
pub(crate) fn together(revision: u64, entities: Entities) -> Result<Settings, StoreError> {
    let mut settings = Settings { revision, ..Settings::default() };
    for (entity, body) in entities {
        let what = entity.to_string();
        match entity {
            Entity::Store(store) => {
                settings.stores.insert(store, read(&what, body)?);
            }
            Entity::Register(store, register) => {
                let its: RegisterSettings = read(&what, body)?;
                parent(settings.stores.get_mut(&store), &what)?.registers.insert(register, its);
            }
            Entity::Console(store, register, console) => {
                let store: &mut StoreSettings = parent(settings.stores.get_mut(&store), &what)?;
                let register = parent(store.registers.get_mut(&register), &what)?;
                register.consoles.insert(console, read(&what, body)?);
            }
            Entity::PaymentType(store, code) => {
                let store = parent(settings.stores.get_mut(&store), &what)?;
                store.payment_types.insert(code, read(&what, body)?);
            }
            Entity::Server(server) => {
                settings.servers.insert(server, read(&what, body)?);
            }
            Entity::Secret(..) | Entity::ApiKey(_) => {}
        }
    }
    Ok(settings)
}

/// What turns `before` into `after`: removals first, then the rest in an order in which it can be written.
pub(crate) fn edits(before: &Entities, after: &Entities) -> Vec<Edit> {
    let gone = before.iter().rev().filter(|(entity, _)| !after.contains_key(entity));
    let removals =
        gone.map(|(entity, body)| Edit { entity: entity.clone(), before: Some(body.clone()), after: None });
    let changed = after.iter().filter(|(entity, body)| before.get(entity) != Some(body));
    let writes = changed.map(|(entity, body)| Edit {
        entity: entity.clone(),
        before: before.get(entity).cloned(),
        after: Some(body.clone()),
    });
    removals.chain(writes).collect()
}

/// The JSON of a thing without the things that hang on it: they have bodies of their own.
pub(crate) fn body(thing: &impl Serialize) -> Result<Value, StoreError> {
    let mut body = serde_json::to_value(thing)
        .map_err(|error| StoreError(format!("settings have no JSON form: {error}")))?;
    if let Some(fields) = body.as_object_mut() {
        for hanging in ["registers", "consoles", "payment_types"] {
            fields.remove(hanging);
        }
    }
    Ok(body)
}

fn read<T: DeserializeOwned>(what: &str, body: Value) -> Result<T, StoreError> {
    serde_json::from_value(body).map_err(|error| damaged(what, error))
}

fn parent<'a, T>(found: Option<&'a mut T>, what: &str) -> Result<&'a mut T, StoreError> {
    found.ok_or_else(|| damaged(what, "what it belongs to is not there"))
}
