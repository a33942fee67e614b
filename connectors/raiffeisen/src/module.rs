//! The bank's entry: its name, what it must be told, and how it is built.

use std::sync::Arc;

use connector_sdk::http::{CA_FILE, Http, PROXY};
use connector_sdk::{Connector, Manifest, Module, ServerSettings, SettingsError, SettingsKey};

use crate::call::Caller;
use crate::config::{Config, key};

/// Raiffeisenbank Russia as a module; its one value is [`MODULE`].
#[derive(Debug, Clone, Copy)]
pub struct Raiffeisen;

/// The value for the registry of modules.
pub static MODULE: Raiffeisen = Raiffeisen;

static MANIFEST: Manifest = Manifest { id: "raiffeisen", title: "Raiffeisenbank (SBP)", keys: KEYS };

const KEYS: &[SettingsKey] = &[
    required(
        key::SBP_MERCHANT_ID,
        "The merchant's id in SBP, such as MA0000000552, from the bank's merchant cabinet",
    ),
    SettingsKey {
        name: key::SECRET_KEY,
        secret: true,
        required: true,
        help: "The secret key, made in the merchant cabinet; it also signs notifications",
    },
    optional(key::BASE_URL, "https://pay.raif.ru (default); the bank's sandbox is https://pay-test.raif.ru"),
    optional(
        key::ACCOUNT,
        "The account that takings go to, 20 digits; only to spread them over several accounts",
    ),
    optional(key::REDIRECT_URL, "Where the buyer's bank app returns to after the payment"),
    optional(key::CODE_LIFE_MIN_S, "The shortest life of a code in seconds, 1 to 7776000; 60 by default"),
    optional(
        key::DEAD_AFTER_S,
        "How long after a code's end money may still be reported, in seconds; 600 by default",
    ),
    optional(
        key::ORDER_STATUS,
        "on (default): orders can be looked up without the code's id; off: they can't",
    ),
    optional(
        key::REFUND_PATH,
        "v1 (default): refunds by transaction; v2: by order, with reasons of a decline",
    ),
    optional(
        key::REFUND_KEY_IDEMPOTENT,
        "on (default): a repeated refund key never moves money twice; off: it may",
    ),
    CA_FILE,
    PROXY,
];

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

const fn required(name: &'static str, help: &'static str) -> SettingsKey {
    SettingsKey { name, secret: false, required: true, help }
}

const fn optional(name: &'static str, help: &'static str) -> SettingsKey {
    SettingsKey { name, secret: false, required: false, help }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn nothing_is_built_from_incomplete_settings() {
        let error = MODULE.connect(&ServerSettings::default()).err().unwrap();
        assert!(error.to_string().contains("sbp_merchant_id"), "{error}");
    }
}
