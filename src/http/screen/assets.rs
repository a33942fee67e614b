//! `GET /screen/assets/…`: script and style of pages.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Their addresses carry the edition, so browsers may keep them.
const KEPT: &str = "public, max-age=31536000, immutable";

/// A file of the pages.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let Some(asset) = console::asset(&name) else {
        return Problem::new(StatusCode::NOT_FOUND, "not_found", "Pages have no such file.").into_response();
    };
    ([(header::CONTENT_TYPE, asset.media_type.as_str()), (header::CACHE_CONTROL, KEPT)], asset.bytes)
        .into_response()
}
