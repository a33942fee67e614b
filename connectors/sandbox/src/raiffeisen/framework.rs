//! Bodies that come from the bank's web framework rather than from its business code: no `code` in them.

use axum::{
    Json,
    extract::OriginalUri,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::caller::framework_path;
use crate::clock::real_now;

/// The framework's error body.
pub(super) fn error(status: StatusCode, message: &str, path: &str) -> Response {
    let body = json!({
        "timestamp": real_now().to_string(),
        "status": status.as_u16(),
        "error": status.canonical_reason().unwrap_or_default(),
        "message": message,
        "path": path,
    });
    (status, Json(body)).into_response()
}

/// A path that the bank doesn't have.
pub(crate) async fn not_found(OriginalUri(uri): OriginalUri) -> Response {
    error(StatusCode::NOT_FOUND, "No message available", &framework_path(uri.path()))
}

/// A path of the bank with another method.
pub(super) async fn wrong_method(method: Method, OriginalUri(uri): OriginalUri) -> Response {
    let message = format!("Request method '{method}' not supported");
    error(StatusCode::METHOD_NOT_ALLOWED, &message, &framework_path(uri.path()))
}
