//! Buyers' screens: the page, its stream, the code's picture, the cancel button.

pub(crate) mod access;
mod assets;
mod cancel;
mod events;
pub(crate) mod feed;
pub(crate) mod look;
mod page;
mod picture;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::door::Door;

pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/screen", get(page::screen))
        .route("/screen/events", get(events::events))
        .route("/screen/code.svg", get(picture::picture))
        .route("/screen/cancel", post(cancel::cancel).layer(cancel::same_site_only()))
        .route("/screen/assets/{name}", get(assets::asset))
}
