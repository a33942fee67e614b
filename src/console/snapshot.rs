//! One whole message to a screen.

use payment::Timestamp;
use serde::Serialize;

use crate::stage::draw_stage;
use crate::{Pictures, Screen, ScreenState, ScreenView, assets_mark};

/// Everything that a screen needs to be right, whatever it knew before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Rises with the server's clock: a screen passes over an older snapshot.
    pub version: i64,
    /// The server's clock in milliseconds since the Unix epoch; countdowns run by it, never by the screen's own.
    pub now_ms: i64,
    /// Which edition of the page's script and style the server has: a page of another edition loads itself anew.
    pub edition: &'static str,
    /// What is shown.
    pub view: ScreenView,
    /// The same as HTML, for the page.
    pub html: String,
}

impl Snapshot {
    /// Draws a view. A payload that fits no symbol makes the screen *unavailable*: it never shows half a code.
    pub fn of(screen: &Screen<'_>, view: ScreenView, pictures: &Pictures, now: Timestamp) -> Self {
        let picture = view.code.as_ref().map(|code| pictures.picture(&code.payload)).transpose();
        let (view, picture) = match picture {
            Ok(picture) => (view, picture),
            Err(_) => (ScreenView::plain(ScreenState::Unavailable, screen), None),
        };
        let html = draw_stage(screen, &view, picture.as_deref(), now);
        let now_ms = now.as_micros().div_euclid(1_000);
        Self { version: now.as_micros(), now_ms, edition: assets_mark(), view, html }
    }
}
