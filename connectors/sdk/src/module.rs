//! A bank's entry: what it is called, what it must be told, and how it is built.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::Connector;

/// A bank's connector before it is configured. One static value per bank, listed in the registry.
pub trait Module: Send + Sync + 'static {
    /// Name, title and settings keys, for pages and for checks.
    fn manifest(&self) -> &Manifest;

    /// Builds a connector. Checks the settings only: no call is made.
    fn connect(&self, settings: &ServerSettings) -> Result<Arc<dyn Connector>, SettingsError>;
}

/// What pages and `config check` know of a bank without configuring it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The code name that admins choose: the *payment module* of UKM 4.
    pub id: &'static str,
    /// The bank's name for people.
    pub title: Told,
    /// What people must get from the bank before the module works, in the order in which they do it.
    pub needs: &'static [Told],
    /// What the module must be told.
    pub keys: &'static [SettingsKey],
}

impl Manifest {
    /// The names of the plain settings that say which bank is called, or whose account there is meant.
    pub fn account_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(|key| key.names_account).map(|key| key.name)
    }
}

/// Words for people who set an authorization server up, in every language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// In Russian.
    pub ru: &'static str,
    /// In English.
    pub en: &'static str,
    /// In Kazakh.
    pub kk: &'static str,
    /// In Kyrgyz.
    pub ky: &'static str,
    /// In Hindi.
    pub hi: &'static str,
}

impl Told {
    /// The same in all languages: the languages' codes with their words.
    pub fn all(&self) -> [(&'static str, &'static str); 5] {
        [("ru", self.ru), ("en", self.en), ("kk", self.kk), ("ky", self.ky), ("hi", self.hi)]
    }
}

/// One setting of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsKey {
    /// The key's name in settings files and forms, and in the bank's papers.
    pub name: &'static str,
    /// Whether its value is sealed and never shown.
    pub secret: bool,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it says which bank is called, or whose account there is meant: what went by one value is not known by another, so
    /// it stays as it is while payments need the server.
    pub names_account: bool,
    /// Whether most shops leave it out: forms fold it away.
    pub rare: bool,
    /// What people call it: a few words.
    pub label: Told,
    /// What it is for, where the admin gets it, and which values are right.
    pub help: Told,
}

/// The settings of one authorization server, as the admin gave them.
#[derive(Debug, Clone, Default)]
pub struct ServerSettings {
    /// Plain values by key.
    pub values: BTreeMap<String, String>,
    /// Secret values by key.
    pub secrets: BTreeMap<String, SecretString>,
    /// How long one call may take: connect, send and read together.
    pub call_timeout: Duration,
}

impl ServerSettings {
    /// A plain value; empty text counts as not given.
    pub fn value(&self, key: &'static str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A plain value that must be given.
    pub fn required(&self, key: &'static str) -> Result<&str, SettingsError> {
        self.value(key).ok_or(SettingsError::Missing { key })
    }

    /// A secret that must be given.
    pub fn required_secret(&self, key: &'static str) -> Result<&SecretString, SettingsError> {
        self.secrets
            .get(key)
            .filter(|secret| !secret.expose_secret().is_empty())
            .ok_or(SettingsError::Missing { key })
    }
}

/// Settings that a module can't work with. Says the key and the cure, never a secret's value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A required key was not given.
    #[error("the setting {key} is missing: the module can't work without it")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A value breaks the rule of its key.
    #[error("the setting {key} is wrong: {rule}")]
    Wrong {
        /// The key.
        key: &'static str,
        /// The rule that the value breaks.
        rule: String,
    },
}
