//! Who calls: the software of a store's registers, by the store's key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use engine::ports::StoreError;
use payment::StoreId;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::door::Door;
use crate::problem::{Problem, UNAUTHORIZED};
use crate::rate::Rates;

/// A longer key is none of ours.
const LONGEST_KEY: usize = 256;
/// Streams and held calls of one store at the same time: several for each register of a large shop.
const HELD_AT_ONCE: usize = 1_000;

/// Knows the keys that stores call with.
#[async_trait]
pub trait ApiKeys: Send + Sync + 'static {
    /// The store that a key speaks for; `None`: nobody knows the key.
    async fn store_of(&self, key: &SecretString) -> Result<Option<StoreId>, StoreError>;
}

/// What callers have used up.
pub(crate) struct Calls {
    rates: Rates<[u8; 32]>,
    held: Mutex<HashMap<StoreId, Arc<Semaphore>>>,
}

impl Calls {
    /// So many calls per second and key, and twice as many at once.
    pub(crate) fn per_second(calls: u32) -> Self {
        let calls = calls.max(1);
        Self {
            rates: Rates::new(Duration::from_secs(1) / calls, calls.saturating_mul(2)),
            held: Mutex::default(),
        }
    }
}

/// A caller whose key is known.
pub(crate) struct Caller {
    /// The store that the key speaks for.
    pub(crate) store: StoreId,
    key: SecretString,
}

impl FromRequestParts<Arc<Door>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Problem> {
        let key = bearer(&parts.headers).ok_or_else(|| missing_key(&parts.headers))?;
        Self::by_key(door, key).await?.ok_or_else(unknown_key)
    }
}

impl Caller {
    /// The caller with this key, if it is a store's and within its rate.
    pub(crate) async fn by_key(door: &Door, key: SecretString) -> Result<Option<Self>, Problem> {
        let Some(store) = door.parts.keys.store_of(&key).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let digest = Sha256::digest(key.expose_secret().as_bytes()).into();
        if !door.calls.rates.allows(&digest, door.parts.screens.now()) {
            return Err(too_many("This key calls too often; wait a second."));
        }
        Ok(Some(Self { store, key }))
    }

    /// Whether the key still speaks for its store. In doubt it does.
    pub(crate) async fn still_holds(&self, door: &Door) -> bool {
        door.parts.keys.store_of(&self.key).await.map_or(true, |store| store.as_ref() == Some(&self.store))
    }

    /// The store that a call names, which must be the caller's own; left out, it is.
    pub(crate) fn own(&self, named: Option<&str>) -> Result<StoreId, Problem> {
        match named {
            Some(named) if named != self.store.as_str() => Err(self.forbidden()),
            _ => Ok(self.store.clone()),
        }
    }

    /// The refusal of what belongs to another store.
    pub(crate) fn forbidden(&self) -> Problem {
        let detail = format!("This key speaks for store {} only.", self.store);
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).in_field(Some("store".to_owned()))
    }

    /// A place among the calls that are held, until it is dropped.
    pub(crate) fn hold(&self, door: &Door) -> Result<OwnedSemaphorePermit, Problem> {
        let mut held = door.calls.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of_store =
            held.entry(self.store.clone()).or_insert_with(|| Arc::new(Semaphore::new(HELD_AT_ONCE)));
        let place = Arc::clone(of_store).try_acquire_owned();
        place.map_err(|_| too_many("Too many calls of this store are being held; end some."))
    }
}

/// The key of the `Authorization` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let key = key.trim();
    let is_ours = scheme.eq_ignore_ascii_case("bearer") && (1..=LONGEST_KEY).contains(&key.len());
    is_ours.then(|| SecretString::from(key.to_owned()))
}

/// The refusal of a call without a key.
pub(crate) fn missing_key(headers: &HeaderMap) -> Problem {
    let detail = if headers.contains_key(header::AUTHORIZATION) {
        "The Authorization header holds no API key: send Authorization: Bearer <key>."
    } else {
        "The API key is missing: send Authorization: Bearer <key>."
    };
    Problem::new(StatusCode::UNAUTHORIZED, UNAUTHORIZED, detail)
}

/// The refusal of a call with a key that nobody knows.
pub(crate) fn unknown_key() -> Problem {
    let detail = "This API key is not known: it is mistyped, or was removed.";
    Problem::new(StatusCode::UNAUTHORIZED, UNAUTHORIZED, detail)
}

/// The answer while the database can't be used.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
pub(crate) fn unavailable(error: StoreError) -> Problem {
    tracing::warn!(%error, "a call waits for the database");
    later()
}

/// The answer to a call that may be sent again as it is.
pub(crate) fn later() -> Problem {
    let detail = "The service can't do this now. Send the same call again.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
}

fn too_many(detail: &str) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
}
