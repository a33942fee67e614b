//! One process: store, engine, AMQP, HTTP, joined and stopped in order.

mod admin_pages;
mod bank_gauges;
pub(crate) mod banks_watch;
mod health;
mod keys;
mod metrics;
mod notifications;
mod operations;
mod screens;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use amqp::{Amqp, Consuming, Publishing};
use anyhow::Context;
use async_trait::async_trait;
use engine::ports::{Clock, Delivery, EventSink, OutgoingEvent};
use engine::{Engine, Parts};
use http_door::{HttpConfig, HttpDoor, Playground};
use store::{Db, Keyring};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::banks::ConfiguredBanks;
use crate::clock::WallClock;
use crate::config::Config;
use crate::database::{self, Served};
use crate::ids::RandomIds;
use crate::outputs::{RegisterPictures, SiteOutputs};

/// A running service.
pub struct Service {
    engine: Engine,
    db: Db,
    http_address: SocketAddr,
    patience: Duration,
    consuming: CancellationToken,
    publishing: CancellationToken,
    web: CancellationToken,
    tasks: Tasks,
}

#[derive(Default)]
struct Tasks {
    consuming: Option<JoinHandle<()>>,
    publishing: Option<JoinHandle<()>>,
    web: Option<JoinHandle<()>>,
    banks: Option<JoinHandle<()>>,
    gauges: Option<JoinHandle<()>>,
}

impl Service {
    /// Opens the database, takes over what is open, and opens the doors. The broker may be away: it is waited for in the
    /// background.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        Self::start_for(config, None).await
    }

    /// The same with the pages of a demonstration.
    pub(crate) async fn start_playground(config: &Config, playground: Playground) -> anyhow::Result<Self> {
        Self::start_for(config, Some(playground)).await
    }

    async fn start_for(config: &Config, playground: Option<Playground>) -> anyhow::Result<Self> {
        connector_sdk::http::install_crypto();
        let keyring = Arc::new(database::keyring(config)?);
        let Served { store, db } = database::serve(config).await?;
        let clock: Arc<dyn Clock> = Arc::new(WallClock::start());
        let banks = Arc::new(ConfiguredBanks::new(Arc::clone(&clock)));
        let broker = match &config.amqp {
            Some(amqp) => Some(Amqp::new(amqp.adapter_config()?, Arc::clone(&clock))?),
            None => None,
        };
        let events: Arc<dyn EventSink> = broker.as_ref().map_or_else(|| Arc::new(NoBroker) as _, Amqp::sink);
        let outputs = Arc::new(SiteOutputs::new(config.outputs.sites.clone())?);
        let live = banks_watch::LiveBanks {
            db: db.clone(),
            keyring: Arc::clone(&keyring),
            banks: Arc::clone(&banks),
        };
        let engine = Engine::start(Parts {
            store,
            banks: Arc::new(live),
            events,
            jobs: Arc::new(db.clone()),
            output: Arc::clone(&outputs) as _,
            pictures: Arc::new(RegisterPictures),
            clock: Arc::clone(&clock),
            ids: Arc::new(RandomIds),
        })
        .await?;
        let http = HttpConfig {
            open_screens: config.http.open_screens,
            playground,
            tls: config.http.tls_files(),
            ..HttpConfig::default()
        };
        Self::open_doors(config, http, engine, db, banks, outputs, keyring, broker, clock).await
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a service, each once")]
    async fn open_doors(
        config: &Config,
        http: HttpConfig,
        engine: Engine,
        db: Db,
        banks: Arc<ConfiguredBanks>,
        outputs: Arc<SiteOutputs>,
        keyring: Arc<Keyring>,
        broker: Option<Amqp>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let (consuming, publishing, web) =
            (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
        let health = health::Parts::new(db.clone(), broker.as_ref().map(Amqp::health), engine.clone());
        let operations = admin_pages::operations(config, broker.as_ref(), &engine, web.clone())?;
        let door = HttpDoor {
            config: http,
            screens: Arc::new(engine.clone()),
            intake: Arc::new(engine.clone()),
            registers: Arc::new(engine.clone()),
            keys: Arc::new(keys::Keys::new(db.clone())),
            pairings: Arc::new(screens::Devices::new(db.clone())),
            ratings: Arc::new(screens::Devices::new(db.clone())),
            sightings: Arc::new(screens::Devices::new(db.clone())),
            hints: Arc::new(engine.clone()),
            notifications: Arc::new(notifications::Hooks::new(banks)),
            health: Arc::new(health),
            metrics: metrics::handle(),
            pages: Some(admin_pages::router(config, &db, &engine, outputs, Arc::clone(&clock), operations)?),
        };
        let follower = banks_watch::Follower { db: db.clone(), keyring, engine: engine.clone(), clock };
        let bound =
            door.bind(config.http.listen).await.context("the HTTP door can't be opened: see [http]")?;
        if config.http.is_open_in_clear() {
            tracing::warn!(
                "HTTP is plain and not for this machine alone: put a proxy with TLS in front, or set http.tls"
            );
        }
        let http_address = bound.address();
        let mut tasks = Tasks {
            web: Some(tokio::spawn(bound.serve(web.clone()))),
            banks: Some(tokio::spawn(follower.run(web.clone()))),
            gauges: Some(tokio::spawn(bank_gauges::run(engine.clone(), web.clone()))),
            ..Tasks::default()
        };
        if let Some(broker) = broker {
            let (consume, publish): (Consuming, Publishing) = broker.split();
            tasks.publishing = Some(tokio::spawn(publish.run(publishing.clone())));
            tasks.consuming = Some(tokio::spawn(consume.run(Arc::new(engine.clone()), consuming.clone())));
        }
        let patience = Duration::from_secs(config.stop_patience_s);
        tracing::info!(http = %http_address, "the service is up");
        Ok(Self { engine, db, http_address, patience, consuming, publishing, web, tasks })
    }

    /// Where the HTTP door listens.
    pub fn http_address(&self) -> SocketAddr {
        self.http_address
    }

    /// The engine, for commands by hand.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Stops: no new commands, then calls and events under way, then the broker, then the database.
    pub async fn stop(self) {
        tracing::info!("stopping");
        self.consuming.cancel();
        join(self.tasks.consuming).await;
        self.engine.stop(self.patience).await;
        self.publishing.cancel();
        join(self.tasks.publishing).await;
        self.web.cancel();
        join(self.tasks.web).await;
        join(self.tasks.banks).await;
        join(self.tasks.gauges).await;
        self.db.close().await;
        tracing::info!("stopped");
    }
}

async fn join(task: Option<JoinHandle<()>>) {
    if let Some(task) = task
        && let Err(error) = task.await
    {
        tracing::error!(%error, "a task ended in a panic");
    }
}

/// Without a broker nothing is published: registers ask for their events.
struct NoBroker;

#[async_trait]
impl EventSink for NoBroker {
    async fn publish(&self, _event: &OutgoingEvent) -> Delivery {
        Delivery::Unroutable
    }

    fn is_there(&self) -> bool {
        false
    }
}
