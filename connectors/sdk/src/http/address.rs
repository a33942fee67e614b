//! Where a bank's interface is, and the addresses of calls below it.

use std::net::IpAddr;

use reqwest::Url;

use crate::SettingsError;

/// The address that a bank's paths are appended to, such as `https://pay.raif.ru` or `http://127.0.0.1:9/raiffeisen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads the value of the setting `key`.
    ///
    /// Plain `http` would show the bank's key to the network, so it is taken only for a simulator: a loopback or private
    /// address, or a host name without a dot.
    pub fn parse(key: &'static str, text: &str) -> Result<Self, SettingsError> {
        let wrong = |rule: &str| SettingsError::Wrong { key, rule: rule.to_owned() };
        let url =
            Url::parse(text).map_err(|_| wrong("it must be an address such as https://bank.example"))?;
        let Some(host) = url.host_str() else {
            return Err(wrong("it must name a host"));
        };
        match url.scheme() {
            "https" => {}
            "http" if is_inside(host) => {}
            "http" => return Err(wrong("it must be https: http would show the bank's key to the network")),
            _ => return Err(wrong("it must start with https://")),
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it must end with its path: no ? and no #"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it must hold no user and no password"));
        }
        Ok(Self(url))
    }

    /// The address of a call: the base with path segments appended, each escaped, so that no value can leave its place.
    pub fn join(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        url.path_segments_mut()
            .expect("http and https addresses have a path")
            .pop_if_empty()
            .extend(segments);
        url
    }
}

fn is_inside(host: &str) -> bool {
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => !host.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_keep_the_key_secret_are_taken() {
        for (text, right) in [
            ("https://pay.raif.ru", true),
            ("https://pay.raif.ru/", true),
            ("https://10.1.2.3:8443/bank", true),
            ("http://127.0.0.1:9/raiffeisen", true),
            ("http://[::1]:9", true),
            ("http://192.168.1.5:8080", true),
            ("http://simulator:8080", true),
            ("http://pay.raif.ru", false),
            ("http://8.8.8.8", false),
            ("ftp://pay.raif.ru", false),
            ("pay.raif.ru", false),
            ("https://pay.raif.ru/?key=1", false),
            ("https://pay.raif.ru/#top", false),
            ("https://user@pay.raif.ru", false),
            ("", false),
        ] {
            assert_eq!(BaseUrl::parse("base_url", text).is_ok(), right, "{text}");
        }
    }

    #[test]
    fn segments_are_appended_to_the_path_and_can_not_leave_it() {
        for (base, segments, whole) in [
            ("https://pay.raif.ru", ["api", "sbp"], "https://pay.raif.ru/api/sbp"),
            ("https://pay.raif.ru/", ["api", "sbp"], "https://pay.raif.ru/api/sbp"),
            ("http://127.0.0.1:9/raif", ["api", "AD1"], "http://127.0.0.1:9/raif/api/AD1"),
            ("https://pay.raif.ru", ["api", "a/b?c#d"], "https://pay.raif.ru/api/a%2Fb%3Fc%23d"),
            ("https://pay.raif.ru", ["api", ".."], "https://pay.raif.ru/api"),
        ] {
            let joined = BaseUrl::parse("base_url", base).unwrap().join(&segments);
            assert_eq!(joined.as_str(), whole);
        }
    }
}
