//! The HTTP listener.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use http_door::TlsFiles;
use serde::Deserialize;

use super::ConfigError;

/// The HTTP listener: screens, bank notifications, health.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Address and port. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Lets any browser open any console's screen without its key. For demos only.
    pub open_screens: bool,
    /// TLS; left out: plain HTTP, for this machine or behind a proxy.
    pub tls: Option<TlsConfig>,
}

/// Certificate and key, both PEM files; read again when they change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate, followed by those of its issuers.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)), open_screens: false, tls: None }
    }
}

impl HttpConfig {
    /// Checks the names of the files.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let Some(tls) = &self.tls else { return Ok(()) };
        for (key, file) in [("http.tls.certificate", &tls.certificate), ("http.tls.key", &tls.key)] {
            if is_nothing(file) {
                let reason = "name a PEM file; without TLS leave the section [http.tls] out".to_owned();
                return Err(ConfigError::Wrong { key, reason });
            }
        }
        Ok(())
    }

    /// How addresses of the service begin.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Whether browsers elsewhere may reach it in clear: then a proxy has to take the TLS off in front of it.
    pub fn is_open_in_clear(&self) -> bool {
        self.tls.is_none() && !self.listen.ip().is_loopback()
    }

    /// The files as the door takes them.
    pub fn tls_files(&self) -> Option<TlsFiles> {
        let tls = self.tls.as_ref()?;
        Some(TlsFiles { certificate: tls.certificate.clone(), key: tls.key.clone() })
    }
}

fn is_nothing(file: &Path) -> bool {
    file.to_string_lossy().trim().is_empty()
}
