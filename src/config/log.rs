//! The log.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::ConfigError;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Levels by module, such as `info` or `info,engine=debug`.
    pub filter: String,
    /// For people or for programs.
    pub format: LogFormat,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

impl LogConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        self.filter().map(|_| ())
    }

    /// The filter, with what libraries say that nobody can act on taken out.
    pub(crate) fn filter(&self) -> Result<EnvFilter, ConfigError> {
        EnvFilter::try_new(format!("{},{}", self.filter, amqp::LOG_FILTER)).map_err(|error| {
            ConfigError::Wrong {
                key: "log.filter",
                reason: format!("{error}: use levels such as info or info,engine=debug"),
            }
        })
    }
}
