//! One look at what a screen shows.

use std::sync::Arc;

use console::{Language, Screen, ScreenState, ScreenView, Snapshot};
use engine::ports::{Destination, StoreError};
use payment::{Payment, PaymentId, RegisterId};

use crate::door::Door;
use crate::problem::Problem;
use crate::screen::access::{Asked, Grant};

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;

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

/// Who may not look gets a problem document; the page itself refuses with a page.
impl FromRequestParts<Arc<Door>> for Looker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Problem> {
        let (asked, jar) = (Asked::of(&parts.uri), CookieJar::from_headers(&parts.headers));
        let settings = door.parts.screens.settings();
        let grant = asked.grant(&jar, &settings, door.parts.config.open_screens).map_err(|_| denied())?;
        Ok(Self { grant, asked_language: asked.language() })
    }
}

impl Looker {
    /// Reads the payments that the screen may speak of and draws what it shows.
    pub(crate) async fn look(&self, door: &Door) -> Result<Seen, Blind> {
        let payments = self.payments(door).await.map_err(Blind::Store)?;
        let now = door.parts.screens.now();
        self.draw(door, |screen| ScreenView::of(screen, &payments, now))
            .map(|snapshot| Seen { snapshot, payments })
    }

    /// The registers whose codes the screen may show: those that share its console.
    pub(crate) fn registers(&self, door: &Door) -> Vec<Destination> {
        let (settings, place) = (door.parts.screens.settings(), &self.grant.place);
        let Some(store) = settings.stores.get(&place.store) else { return vec![place.destination()] };
        let of = |register: &RegisterId| Destination { register: register.clone(), ..place.destination() };
        store.registers_of(&place.register, &place.console).into_iter().map(of).collect()
    }

    /// The newest payments of the console's own register; and, where several payments may want the console, the one that has
    /// got hold of it: it may be another register's, or older than all of these.
    async fn payments(&self, door: &Door) -> Result<Vec<Payment>, StoreError> {
        let (screens, place) = (&door.parts.screens, &self.grant.place);
        let mut payments = screens.newest_payments(&place.destination()).await?;
        let settings = screens.settings();
        let screen = Screen::find(&settings, place, None);
        if screen.is_some_and(|screen| screen.store.is_shared(&place.register, screen.console)) {
            let holder = screens.holder(&place.destination(), &place.console).await?;
            let known: Vec<PaymentId> = payments.iter().map(|payment| payment.id).collect();
            payments.extend(holder.filter(|holder| !known.contains(&holder.id)));
        }
        Ok(payments)
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
    let detail = "This screen may not be seen from here. Pair the device at /pair.";
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
