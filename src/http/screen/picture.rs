//! `GET /screen/code.svg`: the picture of the live code, for displays that draw it themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use console::{CodeImage, ImageKind, Language};

use crate::door::Door;
use crate::problem::Problem;
use crate::screen::access::Asked;
use crate::screen::look::Looker;

/// Pixels of a module where a display draws the picture as it is, and modules of the light border.
const MODULE: u32 = 8;
const QUIET: u32 = 4;

/// The code that the screen shows now. One that is over, or another one than `code` names, is not found (P8).
pub(crate) async fn picture(
    State(door): State<Arc<Door>>,
    looker: Looker,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&uri);
    let view = looker.look(&door).await?.snapshot.view;
    let is_asked =
        |address: &str| asked.code.as_ref().is_none_or(|code| address.ends_with(&format!("&code={code}")));
    let code = view.code.filter(|code| is_asked(&code.picture));
    let words = Language::parse(view.language).unwrap_or_default().words();
    let svg = code.and_then(|code| {
        let notice = view.test.then(|| words.text("test-banner"));
        let image = CodeImage { notice, ..CodeImage::plain(MODULE, QUIET) };
        door.pictures.file(&code.payload, &image, ImageKind::Svg).ok()
    });
    let Some(svg) = svg else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", "This code is not shown (any more)."));
    };
    Ok(([(header::CONTENT_TYPE, ImageKind::Svg.media_type())], svg.to_vec()).into_response())
}
