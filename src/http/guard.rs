//! What holds for every request: time, panics, headers, counts.

use std::any::Any;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::error;

use crate::problem::Problem;

/// The longest that a request may take to its answer's head, its body being read included. Streams are not bound by it.
const WITHIN: Duration = Duration::from_secs(15);

/// Scripts and styles only from here, nothing inline, nothing embedded. Frames of the same origin are left to shells of
/// kiosks that wrap the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

/// Set unless the handler says otherwise. What is live must not be kept by anyone.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Gives up on requests that take too long, slow bodies among them.
pub(crate) async fn within_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "The request took too long.")
            .into_response(),
    }
}

/// By which proxies, and our own TLS, tell what browsers see.
pub(crate) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Whoever came by TLS once comes by TLS for a year. Browsers heed it only when it comes by TLS.
const BY_TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Whether the browser came by TLS: ours, or that of a proxy in front.
pub(crate) fn is_by_tls(headers: &HeaderMap) -> bool {
    headers.get(FORWARDED_PROTO).is_some_and(|proto| proto == "https")
}

/// Turns a panic into a problem document: one broken request harms no other.
pub(crate) fn catch_panics() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(after_panic as fn(Box<dyn Any + Send>) -> Response)
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    error!(panic = text, "a request panicked: this is a bug, please report it");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The service failed. It is in its log.")
        .into_response()
}

/// Sets the headers that keep pages safe and live data fresh.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let is_by_tls = is_by_tls(request.headers());
    let mut response = next.run(request).await;
    if is_by_tls {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, BY_TLS_ONLY);
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Counts answers by route and status; the labels are bounded by the routes there are.
pub(crate) async fn count(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = path.map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "route" => route, "status" => status).increment(1);
    response
}
