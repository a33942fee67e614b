//! One look at what a screen shows.

use console::{Language, Screen, ScreenState, ScreenView, Snapshot};
use engine::ports::StoreError;
use payment::Payment;

use crate::door::Door;
use crate::problem::Problem;
use crate::screen::access::Grant;

use axum::http::StatusCode;

/// A screen is looked at as it was granted and in the language that it was opened in.
#[derive(Debug, Clone)]
pub(crate) struct Looker {
    pub(crate) grant: Grant,
    pub(crate) asked_language: Option<Language>,
}

/// What a look found.
pub(crate) struct Seen {
    pub(crate) snapshot: Snapshot,
    /// The payments that it was made of.
    pub(crate) payments: Vec<Payment>,
}

/// Why nothing was seen.
#[derive(Debug)]
pub(crate) enum Blind {
    /// The store can't be read now.
    Store(StoreError),
    /// The console is gone, or its key has changed.
    Gone,
}

impl Looker {
    /// Reads the register's payments and draws what the screen shows.
    pub(crate) async fn look(&self, door: &Door) -> Result<Seen, Blind> {
        let screens = &door.parts.screens;
        let payments =
            screens.newest_payments(&self.grant.place.destination()).await.map_err(Blind::Store)?;
        let now = screens.now();
        self.draw(door, |screen| ScreenView::of(screen, &payments, now))
            .map(|snapshot| Seen { snapshot, payments })
    }

    /// Draws that nothing can be known now.
    pub(crate) fn unavailable(&self, door: &Door) -> Result<Snapshot, Blind> {
        self.draw(door, |screen| ScreenView::plain(ScreenState::Unavailable, screen))
    }

    fn draw(&self, door: &Door, view: impl FnOnce(&Screen<'_>) -> ScreenView) -> Result<Snapshot, Blind> {
        let settings = door.parts.screens.settings();
        let place = &self.grant.place;
        let screen = Screen::find(&settings, place, self.asked_language).ok_or(Blind::Gone)?;
        if !self.grant.holds(&settings) {
            return Err(Blind::Gone);
        }
        let view = view(&screen);
        Ok(Snapshot::of(&screen, view, &door.pictures, door.parts.screens.now()))
    }
}

/// The refusal of a request that a program makes; people get a page.
pub(crate) fn denied() -> Problem {
    let detail = "This screen may not be seen from here. Open it by its address with the console's key.";
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
}

impl From<Blind> for Problem {
    fn from(blind: Blind) -> Self {
        match blind {
            Blind::Gone => denied(),
            Blind::Store(error) => {
                tracing::warn!(%error, "a screen could not be read");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The state can't be read now.")
            }
        }
    }
}
