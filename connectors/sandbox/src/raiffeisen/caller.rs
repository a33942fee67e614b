//! What every call brings along besides its path and body.

use std::convert::Infallible;

use axum::{
    extract::{ConnectInfo, FromRequestParts, OriginalUri},
    http::{HeaderMap, header, request::Parts},
};

use crate::socket::Cut;

/// Who calls, and by which connection.
#[derive(Debug)]
pub(super) struct Caller {
    /// The bearer key, if one was sent.
    pub(super) key: Option<String>,
    /// The path as the bank's own framework would see it: without the prefix `/api`.
    pub(super) path: String,
    /// The body says that it is JSON.
    pub(super) sends_json: bool,
    pub(super) cut: Option<Cut>,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let original = parts.extensions.get::<OriginalUri>().map(|uri| uri.0.path());
        Ok(Self {
            key: bearer(&parts.headers),
            path: framework_path(original.unwrap_or(parts.uri.path())),
            sends_json: sends_json(&parts.headers),
            cut: parts.extensions.get::<ConnectInfo<Cut>>().map(|info| info.0.clone()),
        })
    }
}

/// `/raiffeisen/api/sbp/v1/x` is `/sbp/v1/x` in the framework's own bodies.
pub(super) fn framework_path(path: &str) -> String {
    let path = path.strip_prefix("/raiffeisen").unwrap_or(path);
    path.strip_prefix("/api").unwrap_or(path).to_owned()
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
}

fn sends_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("application/json"))
}
