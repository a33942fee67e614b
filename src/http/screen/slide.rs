//! `GET /screen/slide`: the picture of a slide.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::settings::media_type_of;

use crate::door::Door;
use crate::problem::Problem;
use crate::screen::access::Asked;
use crate::screen::look::Looker;

/// Browsers ask again after a minute: an admin who changes a picture sees it soon.
const KEPT: &str = "private, max-age=60";

/// Sent as one of the kinds that are pictures and nothing else, whatever the settings hold.
pub(crate) async fn slide(
    State(door): State<Arc<Door>>,
    looker: Looker,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&uri);
    let settings = door.parts.screens.settings();
    let slides = settings.stores.get(&looker.grant.place.store).map(|store| &store.screens.slides);
    let slide = asked.slide.zip(slides).and_then(|(index, slides)| slides.get(index));
    let bytes = slide.and_then(|slide| STANDARD.decode(slide.picture.as_ref()?).ok());
    let kind = bytes.as_deref().and_then(media_type_of);
    let Some((bytes, kind)) = bytes.zip(kind) else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such slide (any more)."));
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEPT)], bytes).into_response())
}
