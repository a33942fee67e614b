//! The broker's management interface.

use std::path::Path;

use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::ConfigError;

/// Where the management interface is, and who may use it.
#[derive(Debug, Clone)]
pub struct ManagementPlace {
    /// Its address, without user and password.
    pub address: Url,
    /// A user with the tag administrator.
    pub user: String,
    /// Its password.
    pub password: SecretString,
}

impl ManagementPlace {
    /// Reads `http://user:password@host:15672`. No error shows it.
    pub fn parse(text: &SecretString) -> Result<Self, ConfigError> {
        let rule =
            "write it as http://user:password@host:15672 or https://…; the user needs the tag administrator";
        let mut address = Url::parse(text.expose_secret().trim()).map_err(|_| wrong(rule))?;
        let plain =
            |part: &str| percent_decode_str(part).decode_utf8().ok().map(std::borrow::Cow::into_owned);
        let user = plain(address.username()).unwrap_or_default();
        let password = address.password().and_then(plain).map(SecretString::from);
        let is_web = matches!(address.scheme(), "http" | "https") && address.has_host();
        let (true, false, Some(password)) = (is_web, user.is_empty(), password) else {
            return Err(wrong(rule));
        };
        // Neither fails on an address that has a host.
        let _ = address.set_username("");
        let _ = address.set_password(None);
        Ok(Self { address, user, password })
    }

    /// The same from a file.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Wrong {
            key: "amqp.management_file",
            reason: format!("{} can't be read: {error}", path.display()),
        })?;
        Self::parse(&SecretString::from(text))
    }
}

fn wrong(reason: &str) -> ConfigError {
    ConfigError::Wrong { key: "amqp.management", reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_kept_without_its_password() {
        let place = ManagementPlace::parse(&"http://boss:pass%20word@rabbit:15672".into()).unwrap();
        assert_eq!((place.address.as_str(), place.user.as_str()), ("http://rabbit:15672/", "boss"));
        assert_eq!(place.password.expose_secret(), "pass word");
        let shown = format!("{place:?}");
        assert!(!shown.contains("pass word") && !shown.contains("pass%20word"), "{shown}");
        for text in ["rabbit:15672", "amqp://a:b@c", "http://rabbit:15672", "http://boss@rabbit:15672", ""] {
            let error = ManagementPlace::parse(&text.into()).unwrap_err().to_string();
            assert!(error.contains("amqp.management") && !error.contains("boss@"), "{error}");
        }
    }
}
