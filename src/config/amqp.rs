//! The broker.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::{ConfigError, ManagementPlace};

/// How RabbitMQ is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AmqpConfig {
    /// `amqp://user:password@host:5672/%2f` or `amqps://…`. Either this or `uri_file`.
    pub uri: Option<SecretString>,
    /// A file that holds the URI, for secrets that are mounted.
    pub uri_file: Option<PathBuf>,
    /// The management interface, `http://user:password@host:15672`: then the pages make users and queues of tills there. Either
    /// this or `management_file`, or neither.
    pub management: Option<SecretString>,
    /// A file that holds that address.
    pub management_file: Option<PathBuf>,
    /// What the names of exchanges and queues begin with.
    pub prefix: String,
    /// How long a pay may wait for the service before it is answered `stale`, in seconds.
    pub pay_ttl_s: u64,
    /// How long the broker may take to confirm an event, in milliseconds.
    pub publish_timeout_ms: u64,
    /// Whether exchanges and queues are declared; if not, they are only verified.
    pub declare: bool,
}

impl Default for AmqpConfig {
    fn default() -> Self {
        Self {
            uri: None,
            uri_file: None,
            management: None,
            management_file: None,
            prefix: "checkout".to_owned(),
            pay_ttl_s: 60,
            publish_timeout_ms: 10_000,
            declare: true,
        }
    }
}

impl AmqpConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.management.is_some() && self.management_file.is_some() {
            return Err(ConfigError::Wrong {
                key: "amqp.management",
                reason: "give amqp.management or amqp.management_file, not both".to_owned(),
            });
        }
        self.management.as_ref().map(ManagementPlace::parse).transpose()?;
        match (&self.uri, &self.uri_file) {
            (Some(_), Some(_)) => wrong("give amqp.uri or amqp.uri_file, not both"),
            (None, None) => {
                wrong("give amqp.uri or amqp.uri_file, or leave the section out to run without a broker")
            }
            (Some(uri), None) => self.adapter(uri.clone()).map(|_| ()),
            (None, Some(_)) => Ok(()),
        }
    }

    /// The management interface, if one is named. Reads `management_file`.
    pub fn management_place(&self) -> Result<Option<ManagementPlace>, ConfigError> {
        match (&self.management, &self.management_file) {
            (Some(text), _) => ManagementPlace::parse(text).map(Some),
            (None, Some(path)) => ManagementPlace::read(path).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The adapter's own configuration. Reads `uri_file`.
    pub fn adapter_config(&self) -> Result<amqp::Config, ConfigError> {
        let uri = match (&self.uri, &self.uri_file) {
            (Some(uri), _) => uri.clone(),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Wrong {
                    key: "amqp.uri_file",
                    reason: format!("{} can't be read: {error}", path.display()),
                })?;
                SecretString::from(text.trim().to_owned())
            }
            (None, None) => return wrong("give amqp.uri or amqp.uri_file"),
        };
        self.adapter(uri)
    }

    fn adapter(&self, uri: SecretString) -> Result<amqp::Config, ConfigError> {
        let own_verbs = engine::VERBS.iter().filter(|verb| !matches!(**verb, "pay" | "refund"));
        let config = amqp::Config {
            prefix: self.prefix.clone(),
            pay_ttl: Duration::from_secs(self.pay_ttl_s),
            publish_timeout: Duration::from_millis(self.publish_timeout_ms),
            declare: self.declare,
            control_verbs: own_verbs.map(|verb| (*verb).to_owned()).collect(),
            ..amqp::Config::new(uri)
        };
        config
            .validate()
            .map_err(|error| ConfigError::Wrong { key: "amqp.uri", reason: error.to_string() })?;
        Ok(config)
    }
}

fn wrong<T>(reason: &str) -> Result<T, ConfigError> {
    Err(ConfigError::Wrong { key: "amqp.uri", reason: reason.to_owned() })
}
