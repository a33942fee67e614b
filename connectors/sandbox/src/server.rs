//! Putting the simulator together, and running it.

use std::{future::Future, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    response::Redirect,
    routing::{get, post},
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    banks::Banks,
    buyer,
    clock::Clock,
    control,
    error::Error,
    faults::{self, Faults},
    options::Options,
    raiffeisen::{self, Raiffeisen},
    random::Random,
    snapshot::{self, Saved},
    socket::{Cut, SocketListener},
    world::World,
};

/// Open connections and running deliveries get so long to end.
const GRACE: Duration = Duration::from_secs(2);

/// A simulator that has its address and is ready to serve.
pub struct Sandbox {
    listener: TcpListener,
    address: SocketAddr,
    banks: Arc<Banks>,
    state_file: Option<PathBuf>,
}

/// Takes the address, reads the state file and prepares the banks; serves nothing yet.
pub async fn bind(options: Options) -> Result<Sandbox, Error> {
    let failed = |source: io::Error| Error::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let state_file = options.state_file.clone();
    let banks = open_banks(options, &format!("http://{address}"))?;
    Ok(Sandbox { listener, address, banks, state_file })
}

/// The simulator without a socket, for tests in one process. The state file is read but not written. Must be
/// called inside a Tokio runtime.
pub fn router(options: Options) -> Result<Router, Error> {
    let banks = open_banks(options, "http://sandbox.localhost")?;
    resume(&banks);
    Ok(routes(&banks))
}

impl Sandbox {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` ends, then lets open connections finish for a short while.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let world = self.banks.world.clone();
        resume(&self.banks);
        if let Some(path) = &self.state_file {
            world.tasks.spawn(snapshot::keep(self.banks.clone(), path.clone()));
        }
        let app = routes(&self.banks).into_make_service_with_connect_info::<Cut>();
        let stopped = world.stop.clone();
        let serving = axum::serve(SocketListener(self.listener), app)
            .with_graceful_shutdown(async move { stopped.cancelled().await });
        let stop = world.stop.clone();
        let outcome = tokio::select! {
            ended = serving.into_future() => ended.map_err(Error::Serve),
            () = async move { shutdown.await; stop.cancel(); tokio::time::sleep(GRACE).await } => Ok(()),
        };
        world.stop.cancel();
        world.tasks.close();
        if tokio::time::timeout(GRACE, world.tasks.wait()).await.is_err() {
            tracing::warn!("some notifications were still on their way");
        }
        if let Some(path) = &self.state_file {
            snapshot::save(&self.banks, path).await?;
        }
        outcome
    }
}

fn open_banks(options: Options, own_url: &str) -> Result<Arc<Banks>, Error> {
    let saved = options.state_file.as_deref().map_or_else(|| Ok(Saved::default()), snapshot::load)?;
    // Somebody else in the process may have installed it already; either is good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .timeout(options.notifications.timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(Error::Client)?;
    let seed = options.seed.map_or_else(|| getrandom::u64().map_err(Error::Seed), Ok)?;
    let clock = Clock::default();
    clock.restore(saved.shift_ms);
    let world = Arc::new(World {
        clock,
        faults: Faults::default(),
        ids: Random::new(seed),
        chances: Random::new(!seed),
        client,
        notifications: options.notifications,
        public_url: options.public_url.unwrap_or_else(|| own_url.to_owned()).trim_end_matches('/').to_owned(),
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
    });
    let bank = Raiffeisen::new(world.clone(), options.raiffeisen, saved.banks.raiffeisen);
    Ok(Arc::new(Banks { world, raiffeisen: Arc::new(bank) }))
}

fn resume(banks: &Banks) {
    for desk in banks.desks() {
        desk.resume();
    }
}

fn routes(banks: &Arc<Banks>) -> Router {
    let own = Router::new()
        .route("/", get(|| async { Redirect::temporary("/buyer") }))
        .route("/ledger", get(control::ledger))
        .route("/clock", get(control::clock).post(control::advance))
        .route("/faults", get(faults::api::list).post(faults::api::add).delete(faults::api::clear))
        .route("/buyer/pay", post(buyer::api::pay))
        .route("/buyer/decline", post(buyer::api::decline))
        .route("/buyer/scan", post(buyer::api::scan))
        .route("/buyer/code", get(buyer::look::code))
        .route("/buyer/codes", get(buyer::look::codes))
        .merge(buyer::page::routes())
        .with_state(banks.clone());
    own.nest("/raiffeisen/api", raiffeisen::router(banks.raiffeisen.clone())).fallback(raiffeisen::not_found)
}
