//! From the text to things of the settings.

use std::fmt::Display;

use payment::ServerId;
use serde::Serialize;
use toml::Table;

use super::fields::{Fields, tables};
use super::{ImportError, SettingsFile};
use crate::settings::{Entity, Problems, body};
use crate::toml_text::read_toml;

impl SettingsFile {
    /// Reads a settings file. Wrong fields are all named at once. No error shows a secret.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let mut root = read_toml(text).map_err(ImportError::Toml)?;
        let mut walk = Walk::default();
        for (id, its) in tables(&mut root, "", "servers", &mut walk.problems) {
            walk.server(&id, its);
        }
        for (id, its) in tables(&mut root, "", "stores", &mut walk.problems) {
            walk.store(&id, its);
        }
        for (id, its) in tables(&mut root, "", "api_keys", &mut walk.problems) {
            walk.api_key(&id, its);
        }
        for name in root.keys() {
            walk.problems.at(name, "unknown section; known are servers, stores, api_keys");
        }
        walk.problems.into_result().map_err(ImportError::Problems)?;
        Ok(walk.file)
    }
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) file: SettingsFile,
    pub(super) problems: Problems,
}

impl Walk {
    /// An id that stands as a key of a table.
    pub(super) fn id<T, E: Display>(&mut self, key: &str, id: Result<T, E>) -> Option<T> {
        id.map_err(|error| self.problems.at(key, error.to_string())).ok()
    }

    /// A thing by its own fields. Without any it is only passed through.
    pub(super) fn thing<T: Serialize>(
        &mut self,
        entity: Entity,
        own: Table,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) {
        if own.is_empty() {
            self.file.passed.push(entity);
            return;
        }
        let key = entity.to_string();
        let mut fields = Fields::new(key.clone(), own, &mut self.problems);
        let thing = read(&mut fields);
        fields.end();
        let Some(thing) = thing else { return };
        match body(&thing) {
            Ok(body) => drop(self.file.named.insert(entity, body)),
            Err(error) => self.problems.at(key, error.to_string()),
        }
    }

    fn server(&mut self, id: &str, mut own: Table) {
        let key = format!("servers.{id}");
        let Some(server) = self.id(&key, ServerId::parse(id)) else { return };
        if let Some(secrets) = own.remove("secrets") {
            self.secrets(&server, secrets);
        }
        self.thing(Entity::Server(server), own, super::servers::read);
    }

    fn api_key(&mut self, id: &str, own: Table) {
        self.thing(Entity::ApiKey(id.to_owned()), own, super::servers::read_api_key);
    }
}
