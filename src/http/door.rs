//! What the door is made of, and where each request goes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use console::Pictures;
use engine::doors::{Hints, Intake, Registers, Screens};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::api::{self, ApiKeys, Calls};
use crate::hooks::{self, Notifications};
use crate::rate::{HintRates, Rates};
use crate::screen::{Pairings, Ratings, Sightings};
use crate::serve::{BindError, Bound, bind};
use crate::tls::TlsFiles;
use crate::{HealthSource, Playground, guard, index, playground, probes, screen};

/// Pictures of codes that are kept: enough for every screen of a large shop.
const PICTURES: usize = 512;

/// How often a new device may ask for a pairing code: anyone who reaches the address can ask.
const PAIRING_EVERY: Duration = Duration::from_secs(1);
/// So many may ask at once: all screens of a large shop after a power cut have their cookies, new ones come few at a time.
const PAIRINGS_AT_ONCE: u32 = 30;

/// What is set about the door.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Screens open without a key. For demonstrations: anyone who reaches the address sees every console.
    pub open_screens: bool,
    /// The most connections at once; further ones wait to be accepted.
    pub connections: usize,
    /// Calls per second that one API key may make; twice as many at once.
    pub calls_per_s: u32,
    /// The pages of a demonstration.
    pub playground: Option<Playground>,
    /// Certificate and key; `None`: plain HTTP, for this machine or behind a proxy that takes the TLS off.
    pub tls: Option<TlsFiles>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { open_screens: false, connections: 4_096, calls_per_s: 1_000, playground: None, tls: None }
    }
}

/// The door, ready to be bound to an address.
#[derive(Clone)]
pub struct HttpDoor {
    /// What is set.
    pub config: HttpConfig,
    /// What screens read.
    pub screens: Arc<dyn Screens>,
    /// Takes the buyer's cancel.
    pub intake: Arc<dyn Intake>,
    /// The contract with registers.
    pub registers: Arc<dyn Registers>,
    /// Knows the keys of stores.
    pub keys: Arc<dyn ApiKeys>,
    /// Keeps devices that wait to be paired.
    pub pairings: Arc<dyn Pairings>,
    /// Keeps buyers' ratings.
    pub ratings: Arc<dyn Ratings>,
    /// Keeps when screens were last connected.
    pub sightings: Arc<dyn Sightings>,
    /// Takes the orders that notifications name.
    pub hints: Arc<dyn Hints>,
    /// Reads notifications of banks.
    pub notifications: Arc<dyn Notifications>,
    /// Tells how the service is.
    pub health: Arc<dyn HealthSource>,
    /// Draws the metrics; `None`: there are none.
    pub metrics: Option<PrometheusHandle>,
    /// Pages of another room, mounted beside ours under addresses of their own; `None`: there are none. They find the
    /// browser's address as [`ConnectInfo`](axum::extract::ConnectInfo).
    pub pages: Option<Router>,
}

impl HttpDoor {
    /// Takes the address; port 0 takes a free one. Nothing is answered before [`Bound::serve`].
    pub async fn bind(self, listen: SocketAddr) -> Result<Bound, BindError> {
        bind(self, listen).await
    }
}

/// The running door, shared by all requests.
pub(crate) struct Door {
    pub(crate) parts: HttpDoor,
    pub(crate) pictures: Pictures,
    pub(crate) rates: HintRates,
    /// New pairings, of all devices together.
    pub(crate) new_pairings: Rates<()>,
    pub(crate) calls: Calls,
    /// Ends streams that would otherwise never end.
    pub(crate) stop: CancellationToken,
}

impl Door {
    pub(crate) fn new(parts: HttpDoor, stop: CancellationToken) -> Self {
        let calls = Calls::per_second(parts.config.calls_per_s);
        let new_pairings = Rates::new(PAIRING_EVERY, PAIRINGS_AT_ONCE);
        let pictures = Pictures::keeping(PICTURES);
        Self { parts, pictures, rates: HintRates::default(), new_pairings, calls, stop }
    }
}

/// Every route.
pub(crate) fn routes(door: &Arc<Door>) -> Router {
    let pages = door.parts.pages.clone().unwrap_or_default();
    Router::new()
        .route("/", get(index::index))
        .merge(screen::routes())
        .merge(api::routes())
        .merge(playground::routes(door.parts.config.playground.as_ref()))
        .route("/hooks/{server}", post(hooks::receive))
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .merge(pages.with_state(()))
        .route_layer(from_fn(guard::within_time))
        .merge(api::held_routes())
        .fallback(index::nothing_here)
        .method_not_allowed_fallback(index::wrong_method)
        .layer(guard::catch_panics())
        .layer(from_fn(guard::count))
        .layer(from_fn(guard::headers))
        .with_state(Arc::clone(door))
}
