//! The bank's entry: its name, what it must be told, and how it is built.

use std::sync::Arc;

use connector_sdk::http::Http;
use connector_sdk::{Connector, Manifest, Module, ServerSettings, SettingsError};

use crate::call::Caller;
use crate::config::Config;
use crate::manifest::MANIFEST;

/// Raiffeisenbank Russia as a module; its one value is [`MODULE`].
#[derive(Debug, Clone, Copy)]
pub struct Raiffeisen;

/// The value for the registry of modules.
pub static MODULE: Raiffeisen = Raiffeisen;

impl Module for Raiffeisen {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn connect(&self, settings: &ServerSettings) -> Result<Arc<dyn Connector>, SettingsError> {
        let config = Config::read(settings)?;
        let http = Http::build(settings)?;
        Ok(Arc::new(Caller::new(config, http)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::key;

    #[test]
    fn every_key_is_declared_once_and_only_the_key_of_the_bank_is_secret() {
        let keys = MODULE.manifest().keys;
        for name in key::ALL {
            assert_eq!(keys.iter().filter(|declared| declared.name == *name).count(), 1, "{name}");
        }
        let secret: Vec<_> = keys.iter().filter(|declared| declared.secret).map(|key| key.name).collect();
        assert_eq!(secret, ["secret_key"]);
    }

    #[test]
    fn host_and_merchant_name_the_account() {
        assert_eq!(MODULE.manifest().account_keys().collect::<Vec<_>>(), ["sbp_merchant_id", "base_url"]);
    }

    #[test]
    fn nothing_is_built_from_incomplete_settings() {
        let error = MODULE.connect(&ServerSettings::default()).err().unwrap();
        assert!(error.to_string().contains("sbp_merchant_id"), "{error}");
    }
}
