//! Style sheet and script, out of the binary.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Embedded;

/// Their addresses carry the edition, so browsers may keep them.
const KEPT: &str = "public, max-age=31536000, immutable";

/// `GET /admin/assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let Some(file) = Embedded::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let media_type = file.metadata.mimetype().to_owned();
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, KEPT.to_owned())], file.data)
        .into_response()
}

/// Which edition of the files this is.
pub(crate) fn edition() -> &'static str {
    static EDITION: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Embedded::iter().collect();
        names.sort_unstable();
        let hashes =
            names.iter().filter_map(|name| Embedded::get(name)).map(|file| file.metadata.sha256_hash());
        let mixed =
            hashes.flatten().fold(0_u64, |mark, byte| mark.wrapping_mul(31).wrapping_add(byte.into()));
        format!("{mixed:016x}")
    });
    &EDITION
}
