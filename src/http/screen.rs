//! Buyers' screens: the page, its stream, the code's picture, the cancel button.

pub(crate) mod access;
mod assets;
mod cancel;
mod devices;
mod events;
pub(crate) mod feed;
pub(crate) mod look;
mod page;
mod pair;
mod picture;
mod rate;
mod slide;

pub use devices::{NewDevice, Pairings, Ratings, Sightings};

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::door::Door;

pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/screen", get(page::screen))
        .route("/screen/events", get(events::events))
        .route("/screen/code.svg", get(picture::picture))
        .route("/screen/slide", get(slide::slide))
        .route("/screen/cancel", post(cancel::cancel).layer(cancel::same_site_only()))
        .route("/screen/rate", post(rate::rate).layer(cancel::same_site_only()))
        .route("/pair", get(pair::pair))
        .route("/screen/assets/{name}", get(assets::asset))
}
