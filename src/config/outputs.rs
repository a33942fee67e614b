//! Which outputs this instance drives.

use engine::settings::DEFAULT_SITE;
use serde::Deserialize;

use super::ConfigError;

/// Printers, line displays and displays that take pushes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputsConfig {
    /// The sites whose devices this instance can reach. An instance without one drives none.
    pub sites: Vec<String>,
}

impl Default for OutputsConfig {
    fn default() -> Self {
        Self { sites: vec![DEFAULT_SITE.to_owned()] }
    }
}

impl OutputsConfig {
    /// Checks the names.
    pub fn validate(&self) -> Result<(), ConfigError> {
        match self.sites.iter().find(|site| site.trim().is_empty()) {
            Some(_) => Err(ConfigError::Wrong {
                key: "outputs.sites",
                reason: "a site needs a name, such as \"main\"; an empty list drives no outputs".to_owned(),
            }),
            None => Ok(()),
        }
    }
}
