//! The settings of one authorization server, read and checked once.

use std::ops::RangeInclusive;
use std::time::Duration;

use connector_sdk::http::{BaseUrl, Url};
use connector_sdk::{ServerSettings, SettingsError};
use secrecy::{ExposeSecret, SecretString};

/// Names of the settings.
pub(crate) mod key {
    pub(crate) const BASE_URL: &str = "base_url";
    pub(crate) const SBP_MERCHANT_ID: &str = "sbp_merchant_id";
    pub(crate) const SECRET_KEY: &str = "secret_key";
    pub(crate) const ACCOUNT: &str = "account";
    pub(crate) const REDIRECT_URL: &str = "redirect_url";
    pub(crate) const CODE_LIFE_MIN_S: &str = "code_life_min_s";
    pub(crate) const DEAD_AFTER_S: &str = "dead_after_s";
    pub(crate) const ORDER_STATUS: &str = "order_status";
    pub(crate) const REFUND_PATH: &str = "refund_path";
    pub(crate) const REFUND_KEY_IDEMPOTENT: &str = "refund_key_idempotent";

    #[cfg(test)]
    pub(crate) const ALL: &[&str] = &[
        BASE_URL,
        SBP_MERCHANT_ID,
        SECRET_KEY,
        ACCOUNT,
        REDIRECT_URL,
        CODE_LIFE_MIN_S,
        DEAD_AFTER_S,
        ORDER_STATUS,
        REFUND_PATH,
        REFUND_KEY_IDEMPOTENT,
    ];
}

/// The scheme's longest life of a dynamic code, 90 days (reference: NSPK §2).
pub(crate) const CODE_LIFE_MAX: Duration = Duration::from_hours(90 * 24);

const PRODUCTION: &str = "https://pay.raif.ru";

/// What the connector works with. `Debug` is safe: the key is redacted by its type.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) base: BaseUrl,
    pub(crate) sbp_merchant_id: String,
    pub(crate) secret_key: SecretString,
    pub(crate) account: Option<String>,
    pub(crate) redirect_url: Option<String>,
    pub(crate) code_life_min: Duration,
    pub(crate) dead_after: Duration,
    /// Whether an order can be looked up without its code's id.
    pub(crate) status_by_order: bool,
    pub(crate) refund_path: RefundPath,
    pub(crate) refund_key_idempotent: bool,
}

/// Which of the bank's two refund interfaces is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefundPath {
    /// `/api/sbp/v1/refund`: by transaction.
    V1,
    /// `/api/payments/v2/orders/…/refunds/…`: by order, tells why a refund was declined.
    V2,
}

impl Config {
    pub(crate) fn read(settings: &ServerSettings) -> Result<Self, SettingsError> {
        Ok(Self {
            sbp_merchant_id: read_merchant(settings)?,
            secret_key: read_secret(settings)?,
            base: BaseUrl::parse(key::BASE_URL, settings.value(key::BASE_URL).unwrap_or(PRODUCTION))?,
            account: read_account(settings)?,
            redirect_url: read_redirect(settings)?,
            code_life_min: read_seconds(settings, key::CODE_LIFE_MIN_S, 60, 1..=CODE_LIFE_MAX.as_secs())?,
            dead_after: read_seconds(settings, key::DEAD_AFTER_S, 600, 0..=86_400)?,
            status_by_order: read_switch(settings, key::ORDER_STATUS)?,
            refund_path: read_refund_path(settings)?,
            refund_key_idempotent: read_switch(settings, key::REFUND_KEY_IDEMPOTENT)?,
        })
    }
}

fn wrong(key: &'static str, rule: impl Into<String>) -> SettingsError {
    SettingsError::Wrong { key, rule: rule.into() }
}

fn read_merchant(settings: &ServerSettings) -> Result<String, SettingsError> {
    let merchant = settings.required(key::SBP_MERCHANT_ID)?;
    let right = merchant.len() <= 12 && merchant.bytes().all(|byte| byte.is_ascii_alphanumeric());
    right.then(|| merchant.to_owned()).ok_or_else(|| {
        wrong(key::SBP_MERCHANT_ID, "it must be at most 12 letters and digits, such as MA0000000552")
    })
}

/// The key travels in a header, so what can't stand there (a pasted line break) is found here, not at the first call.
fn read_secret(settings: &ServerSettings) -> Result<SecretString, SettingsError> {
    let secret = settings.required_secret(key::SECRET_KEY)?;
    let right = secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    right.then(|| secret.clone()).ok_or_else(|| {
        wrong(key::SECRET_KEY, "it holds a space, a line break or another character that no key has")
    })
}

fn read_account(settings: &ServerSettings) -> Result<Option<String>, SettingsError> {
    let account = settings.value(key::ACCOUNT);
    let right =
        account.is_none_or(|digits| digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    right.then(|| account.map(str::to_owned)).ok_or_else(|| wrong(key::ACCOUNT, "it must be 20 digits"))
}

fn read_redirect(settings: &ServerSettings) -> Result<Option<String>, SettingsError> {
    let address = settings.value(key::REDIRECT_URL);
    let right = address.is_none_or(|text| text.len() <= 1024 && Url::parse(text).is_ok());
    right
        .then(|| address.map(str::to_owned))
        .ok_or_else(|| wrong(key::REDIRECT_URL, "it must be an address of at most 1024 characters"))
}

fn read_seconds(
    settings: &ServerSettings,
    key: &'static str,
    default_s: u64,
    range: RangeInclusive<u64>,
) -> Result<Duration, SettingsError> {
    let Some(text) = settings.value(key) else {
        return Ok(Duration::from_secs(default_s));
    };
    text.parse()
        .ok()
        .filter(|seconds| range.contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| wrong(key, format!("it must be {} to {} seconds", range.start(), range.end())))
}

fn read_switch(settings: &ServerSettings, key: &'static str) -> Result<bool, SettingsError> {
    match settings.value(key) {
        None | Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(_) => Err(wrong(key, "it must be on or off")),
    }
}

fn read_refund_path(settings: &ServerSettings) -> Result<RefundPath, SettingsError> {
    match settings.value(key::REFUND_PATH) {
        None | Some("v1") => Ok(RefundPath::V1),
        Some("v2") => Ok(RefundPath::V2),
        Some(_) => Err(wrong(key::REFUND_PATH, "it must be v1 or v2")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const SECRET: &str = "test-secret-key";

    pub(crate) fn settings(pairs: &[(&str, &str)]) -> ServerSettings {
        let mut settings =
            ServerSettings { call_timeout: Duration::from_secs(1), ..ServerSettings::default() };
        settings.values.insert(key::SBP_MERCHANT_ID.to_owned(), "MA0000000552".to_owned());
        settings.secrets.insert(key::SECRET_KEY.to_owned(), SecretString::from(SECRET));
        for (key, value) in pairs {
            settings.values.insert((*key).to_owned(), (*value).to_owned());
        }
        settings
    }

    pub(crate) fn config(pairs: &[(&str, &str)]) -> Config {
        Config::read(&settings(pairs)).unwrap()
    }

    #[test]
    fn what_is_left_out_has_the_documented_default() {
        let config = config(&[]);
        assert_eq!(config.base.join(&["api"]).as_str(), "https://pay.raif.ru/api");
        assert_eq!(config.code_life_min, Duration::from_mins(1));
        assert_eq!(config.dead_after, Duration::from_mins(10));
        assert_eq!((config.account, config.redirect_url), (None, None));
        assert!(config.status_by_order && config.refund_key_idempotent);
        assert_eq!(config.refund_path, RefundPath::V1);
    }

    #[test]
    fn a_value_that_can_not_work_is_refused_by_its_key() {
        for (key, value) in [
            (key::BASE_URL, "http://pay.raif.ru"),
            (key::SBP_MERCHANT_ID, "MA00000005521"),
            (key::SBP_MERCHANT_ID, "MA 622976"),
            (key::ACCOUNT, "4070000000000000000"),
            (key::ACCOUNT, "4070000000000000000x"),
            (key::REDIRECT_URL, "shop"),
            (key::CODE_LIFE_MIN_S, "0"),
            (key::CODE_LIFE_MIN_S, "7776001"),
            (key::CODE_LIFE_MIN_S, "1m"),
            (key::DEAD_AFTER_S, "-1"),
            (key::ORDER_STATUS, "yes"),
            (key::REFUND_PATH, "v3"),
            (key::REFUND_KEY_IDEMPOTENT, "1"),
        ] {
            match Config::read(&settings(&[(key, value)])) {
                Err(SettingsError::Wrong { key: named, .. }) => assert_eq!(named, key),
                other => panic!("{key} = {value}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_secret_with_a_line_break_is_refused_without_being_shown() {
        let mut settings = settings(&[]);
        settings.secrets.insert(key::SECRET_KEY.to_owned(), SecretString::from("pasted-key\n"));
        let error = Config::read(&settings).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("pasted-key"), "{error}");
    }

    #[test]
    fn debug_output_never_shows_the_key() {
        let shown = format!("{:?}", config(&[]));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}
