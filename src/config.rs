//! Where the process lives: one file plus environment. What the business wants is in the database, see `settings`.

mod amqp;
mod database;
#[cfg(test)]
mod fuzz;
mod http;
mod log;
mod management;
mod outputs;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use amqp::AmqpConfig;
pub use database::{DatabaseConfig, DatabasePlace};
pub use http::{HttpConfig, TlsConfig};
pub use log::{LogConfig, LogFormat};
pub use management::ManagementPlace;
pub use outputs::OutputsConfig;

/// The configuration of `integrator serve`.
///
/// Read from a TOML file, then from the environment: `INTEGRATOR__HTTP__LISTEN=0.0.0.0:8080` overrides `http.listen`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The database.
    pub database: DatabaseConfig,
    /// The file with the key that seals bank credentials. With SQLite it is made at the first start, readable by its owner
    /// only; with PostgreSQL it must be there, the same for all instances.
    pub key_file: PathBuf,
    /// The HTTP listener.
    pub http: HttpConfig,
    /// Printers, line displays and displays that take pushes.
    pub outputs: OutputsConfig,
    /// RabbitMQ; left out: the service runs without a broker.
    pub amqp: Option<AmqpConfig>,
    /// The log.
    pub log: LogConfig,
    /// How long a stop waits for calls and events under way, in seconds.
    pub stop_patience_s: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: DatabaseConfig::default(),
            key_file: PathBuf::from("data/integrator.key"),
            http: HttpConfig::default(),
            outputs: OutputsConfig::default(),
            amqp: None,
            log: LogConfig::default(),
            stop_patience_s: 10,
        }
    }
}

/// A configuration that can't be used: what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or the environment can't be read as a configuration.
    #[error("the configuration {place} can't be read: {reason}")]
    Unreadable {
        /// Which file.
        place: String,
        /// Why.
        reason: String,
    },
    /// A value can't work.
    #[error("the configuration's {key} can't be used: {reason}")]
    Wrong {
        /// The key, such as `amqp.uri`.
        key: &'static str,
        /// Why, and what to do.
        reason: String,
    },
}

impl Config {
    /// Reads the file (if one is named it must exist) and the environment, and checks all of it.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = file else { return Self::of("from the environment", "") };
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(&place, &error))?;
        Self::of(&place, &text)
    }

    /// Reads a text and the environment. `place` says where the text stands.
    fn of(place: &str, text: &str) -> Result<Self, ConfigError> {
        // Before the library reads it: its errors quote the line, and the line may hold a password.
        store::read_toml(text).map_err(|error| unreadable(place, &error))?;
        let file = ::config::File::from_str(text, ::config::FileFormat::Toml);
        let environment =
            ::config::Environment::with_prefix("INTEGRATOR").prefix_separator("__").separator("__");
        let config: Self = ::config::Config::builder()
            .add_source(file)
            .add_source(environment.try_parsing(true))
            .build()
            .and_then(::config::Config::try_deserialize)
            .map_err(|error| unreadable(place, &error))?;
        config.validate()?;
        Ok(config)
    }

    /// Checks what can be checked without touching anything.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.database.validate()?;
        self.http.validate()?;
        self.outputs.validate()?;
        if let Some(amqp) = &self.amqp {
            amqp.validate()?;
        }
        self.log.validate()
    }
}

fn unreadable(place: &str, reason: &dyn Display) -> ConfigError {
    ConfigError::Unreadable { place: place.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(Some(&path))
    }

    #[test]
    fn an_empty_file_means_the_defaults_and_no_broker() {
        let config = read("").unwrap();
        assert_eq!(config.http, HttpConfig::default());
        assert!(config.amqp.is_none());
    }

    #[test]
    fn the_example_is_complete_and_says_the_defaults() {
        let example = Config::read(Some(Path::new("config.example.toml"))).unwrap();
        let defaults = Config::default();
        assert_eq!(example.database.path, defaults.database.path);
        assert_eq!(example.database.connections, defaults.database.connections);
        assert!(!example.database.is_shared());
        assert_eq!(example.http, defaults.http);
        assert_eq!(example.key_file, defaults.key_file);
        assert_eq!(example.stop_patience_s, defaults.stop_patience_s);
        assert_eq!(example.log, defaults.log);
        assert!(example.amqp.is_some(), "the example shows how to name a broker");
    }

    #[test]
    fn mistakes_are_named_with_their_key() {
        for (text, named) in [
            ("[http]\nlisten = \"nowhere\"", "listen"),
            ("[http.tls]\ncertificate = \"a.pem\"", "key"),
            ("[http.tls]\ncertificate = \"\"\nkey = \"b.pem\"", "http.tls.certificate"),
            ("[http.tls]\ncertificate = \"a.pem\"\nkey = \" \"", "http.tls.key"),
            ("[htpp]\nlisten = \"127.0.0.1:1\"", "htpp"),
            ("[amqp]\nuri = \"http://x\"", "amqp.uri"),
            ("[amqp]\nprefix = \"x\"", "amqp.uri"),
            ("[amqp]\nuri = \"amqp://a:b@c/%2f\"\nmanagement = \"ftp://a:b@c\"", "amqp.management"),
            (
                "[amqp]\nuri = \"amqp://a:b@c/%2f\"\nmanagement = \"http://a:b@c\"\nmanagement_file = \"x\"",
                "amqp.management",
            ),
            ("[amqp]\nuri = \"amqp://a:b@c/%2f\"\nuri_file = \"x\"", "amqp.uri"),
            ("[database]\nurl = \"mysql://a:b@c/d\"", "database.url"),
            ("[database]\nurl = \"postgres://a:b@c/d\"\nurl_file = \"x\"", "database.url"),
            ("[database]\nurl = \"postgres://a:b@c/d\"\nconnections = 0", "database.connections"),
            ("[amqp]\nuri = \"amqp://a:b@c", "line 2 is not TOML"),
            ("[amqp]\nuri = amqp://a:b@c/%2f", "line 2 is not TOML"),
            (&"c = {  [a]\n".repeat(500), "close the brackets before it"),
            ("[log]\nfilter = \"integrator=loud=x\"", "log.filter"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
            assert!(!error.contains("a:b"), "no password in {error}");
        }
    }
}
