//! Who may see which screen.
//!
//! A console has a key; its SHA-256 is in the settings. A device gets it by pairing and keeps it in a cookie that scripts
//! can't read: it is in no address, so in no history and no log of a proxy. Each request is checked against the settings of
//! that moment, so a changed key shuts the screens that hold the old one, on every instance and after every restart.

use axum::http::Uri;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use console::{Language, Place, places};
use engine::settings::{ConsoleSettings, Settings};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The cookie of an opened screen: `<store>.<register>.<console>.<key in hex>`.
const COOKIE: &str = "screen";
/// A longer key is refused before it is hashed.
const LONGEST_KEY: usize = 256;

/// What the address of a request asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    store: Option<String>,
    register: Option<String>,
    console: Option<String>,
    lang: Option<String>,
    /// Which code's picture is wanted.
    pub(crate) code: Option<String>,
    /// Which slide's picture is wanted.
    pub(crate) slide: Option<usize>,
}

/// Why a screen is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No cookie, or one without the console's key.
    Denied,
    /// Screens are open, but there is no such console.
    Missing,
    /// Screens are open and none was named: the reader may choose.
    Choose,
}

/// A screen's right to be shown: checked again while it lasts.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) place: Place,
    /// The key that it has; `None` where screens are open.
    pub(crate) key: Option<Vec<u8>>,
}

impl Asked {
    pub(crate) fn of(uri: &Uri) -> Self {
        axum::extract::Query::try_from_uri(uri).map(|query| query.0).unwrap_or_default()
    }

    pub(crate) fn language(&self) -> Option<Language> {
        self.lang.as_deref().and_then(Language::parse)
    }

    /// The place that is named; an error for one that can't exist.
    fn place(&self) -> Result<Option<Place>, Refused> {
        match (&self.store, &self.register, &self.console) {
            (None, None, None) => Ok(None),
            (Some(store), Some(register), Some(console)) => {
                Place::parse(store, register, console).map(Some).map_err(|_| Refused::Missing)
            }
            _ => Err(Refused::Missing),
        }
    }

    /// The grant of a request: by its cookie, or because screens are open.
    pub(crate) fn grant(
        &self,
        jar: &CookieJar,
        settings: &Settings,
        open_screens: bool,
    ) -> Result<Grant, Refused> {
        let kept = kept_grant(jar).filter(|kept| kept.holds(settings));
        let asked = self.place();
        if let Some(kept) = kept
            && (asked == Ok(None) || asked.as_ref().is_ok_and(|asked| asked.as_ref() == Some(&kept.place)))
        {
            return Ok(kept);
        }
        if !open_screens {
            // One answer whether or not the console exists: names can't be probed.
            return Err(Refused::Denied);
        }
        let mut known = places(settings);
        let place = match asked? {
            Some(place) => known.into_iter().find(|known| *known == place).ok_or(Refused::Missing)?,
            None if known.len() == 1 => known.remove(0),
            None => return Err(Refused::Choose),
        };
        Ok(Grant { place, key: None })
    }
}

impl Grant {
    /// Whether the console still has this key, or screens are open.
    pub(crate) fn holds(&self, settings: &Settings) -> bool {
        let Some(key) = &self.key else { return true };
        let store = settings.stores.get(&self.place.store);
        let register = store.and_then(|store| store.registers.get(&self.place.register));
        let console = register.and_then(|register| register.consoles.get(&self.place.console));
        console.is_some_and(|console| has_key(console, key))
    }

    /// The cookie that keeps this grant. `Secure` where the browser came by TLS; many kiosks use plain HTTP in a LAN.
    pub(crate) fn cookie(&self, is_by_tls: bool) -> Cookie<'static> {
        let Place { store, register, console } = &self.place;
        let key = hex::encode(self.key.as_deref().unwrap_or_default());
        Cookie::build((COOKIE, format!("{store}.{register}.{console}.{key}")))
            .path("/screen")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(is_by_tls)
            // As long as browsers keep cookies: 400 days.
            .permanent()
            .build()
    }
}

/// Whether this is the console's key.
pub(crate) fn has_key(console: &ConsoleSettings, key: &[u8]) -> bool {
    let wanted = console.screen_key_sha256.as_deref().and_then(|wanted| hex::decode(wanted).ok());
    let Some(wanted) = wanted else { return false };
    key.len() <= LONGEST_KEY && bool::from(Sha256::digest(key).as_slice().ct_eq(&wanted))
}

fn kept_grant(jar: &CookieJar) -> Option<Grant> {
    let mut parts = jar.get(COOKIE)?.value().split('.');
    let (store, register, console, key) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(Grant { place: Place::parse(store, register, console).ok()?, key: Some(hex::decode(key).ok()?) })
}
