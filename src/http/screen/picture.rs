//! `GET /screen/code.svg`: the picture of the live code, for displays that draw it themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;

use crate::door::Door;
use crate::problem::Problem;
use crate::screen::access::Asked;
use crate::screen::look::{Looker, denied};

/// The code that the screen shows now. One that is over, or another one than `code` names, is not found (P8).
pub(crate) async fn picture(
    State(door): State<Arc<Door>>,
    uri: Uri,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let asked = Asked::of(&uri);
    let settings = door.parts.screens.settings();
    let grant = asked.grant(&jar, &settings, door.parts.config.open_screens).map_err(|_| denied())?;
    let looker = Looker { grant, asked_language: asked.language() };
    let view = looker.look(&door).await?.snapshot.view;
    let is_asked =
        |address: &str| asked.code.as_ref().is_none_or(|code| address.ends_with(&format!("&code={code}")));
    let code = view.code.filter(|code| is_asked(&code.picture));
    let picture = code.and_then(|code| door.pictures.picture(&code.payload).ok());
    let Some(picture) = picture else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", "This code is not shown (any more)."));
    };
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture.svg.clone()).into_response())
}
