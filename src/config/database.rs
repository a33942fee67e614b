//! The database.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use store::PostgresOptions;

use super::ConfigError;

/// Where durable state lives: a SQLite file, or a PostgreSQL database that several instances share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// The SQLite file; made at the first start. Not looked at where a PostgreSQL database is named.
    pub path: PathBuf,
    /// `postgres://user:password@host:5432/database`. Either this or `url_file`, or neither for SQLite.
    pub url: Option<SecretString>,
    /// A file that holds the URL, for secrets that are mounted.
    pub url_file: Option<PathBuf>,
    /// Connections to PostgreSQL at most.
    pub connections: u32,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { path: PathBuf::from("data/integrator.db"), url: None, url_file: None, connections: 16 }
    }
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabasePlace {
    /// In a file.
    File(PathBuf),
    /// On a server.
    Server(Box<PostgresOptions>),
}

/// For people, without a password.
impl fmt::Display for DatabasePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Server(options) => write!(formatter, "{options}"),
        }
    }
}

impl DatabaseConfig {
    /// Whether several instances may share it.
    pub fn is_shared(&self) -> bool {
        self.url.is_some() || self.url_file.is_some()
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        match (&self.url, &self.url_file) {
            (Some(_), Some(_)) => wrong("database.url", "give database.url or database.url_file, not both"),
            (Some(url), None) => self.server(url).map(drop),
            (None, _) if self.connections == 0 => {
                wrong("database.connections", "nothing would work; the default is 16")
            }
            (None, _) => Ok(()),
        }
    }

    /// Where the database is. Reads `url_file`.
    pub fn place(&self) -> Result<DatabasePlace, ConfigError> {
        match (&self.url, &self.url_file) {
            (Some(url), _) => Ok(DatabasePlace::Server(Box::new(self.server(url)?))),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Wrong {
                    key: "database.url_file",
                    reason: format!("{} can't be read: {error}", path.display()),
                })?;
                let options = self.server(&SecretString::from(text.trim().to_owned()))?;
                Ok(DatabasePlace::Server(Box::new(options)))
            }
            (None, None) => Ok(DatabasePlace::File(self.path.clone())),
        }
    }

    fn server(&self, url: &SecretString) -> Result<PostgresOptions, ConfigError> {
        if self.connections == 0 {
            return wrong("database.connections", "nothing would work; the default is 16");
        }
        let options = PostgresOptions::parse(url)
            .map_err(|error| ConfigError::Wrong { key: "database.url", reason: error.to_string() })?;
        Ok(options.connections(self.connections))
    }
}

fn wrong<T>(key: &'static str, reason: &str) -> Result<T, ConfigError> {
    Err(ConfigError::Wrong { key, reason: reason.to_owned() })
}
