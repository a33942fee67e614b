//! What a demo stands on: the bank simulator and the service, started and stopped in order.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use console::Place;
use engine::ports::Clock;
use http_door::Playground;
use payment::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::bank::SimulatedBank;
use super::shop::Shop;
use super::{Arguments, ports, shop};
use crate::clock::WallClock;
use crate::config::{AmqpConfig, Config, DatabaseConfig, HttpConfig};
use crate::service::Service;
use crate::till::{AmqpRegister, Options};

/// How long the service may take to reach the broker.
const READY_WITHIN: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running service with a running bank.
pub(super) struct Stage {
    pub(super) service: Service,
    pub(super) bank: SimulatedBank,
    /// The broker; `None`: registers use HTTP alone.
    pub(super) amqp: Option<SecretString>,
    prefix: String,
    pub(super) api_key: SecretString,
    admin: SecretString,
    /// One clock for all that is shown.
    pub(super) clock: WallClock,
    /// When the service was up: what is older belongs to an earlier demo with the same data.
    pub(super) began: Timestamp,
    sandbox: RunningSandbox,
}

struct RunningSandbox {
    stop: CancellationToken,
    task: JoinHandle<Result<(), connector_sandbox::Error>>,
}

impl Stage {
    /// Starts everything, and waits until tills can connect.
    pub(super) async fn build(arguments: &Arguments) -> anyhow::Result<Self> {
        let clock = WallClock::start();
        std::fs::create_dir_all(&arguments.data)
            .with_context(|| format!("the folder {} can't be made", arguments.data.display()))?;
        let (sandbox, address) = RunningSandbox::start(arguments).await?;
        let bank = SimulatedBank::at(format!("http://{address}"))?;
        let amqp = arguments.amqp.clone();
        let config = config(arguments, ports::choose(arguments.http_port, 8080)?, amqp.clone());
        let Shop { api_key, admin } =
            shop::set_up(&config.database.path, &config.key_file, &bank.interface(), clock.now()).await?;
        bank.bind(shop::PLATE).await?;
        let playground = Playground {
            kiosk: Place::parse(shop::STORE, shop::KIOSK, shop::CONSOLE)?,
            api_key: api_key.clone(),
            buyer: format!("{}/buyer", bank.address()),
        };
        let service = Service::start_playground(&config, playground).await?;
        let began = clock.now();
        let prefix = arguments.prefix.clone();
        let stage = Self { service, bank, amqp, prefix, api_key, admin, clock, began, sandbox };
        stage.bank.notify_at(&format!("{}/hooks/{}", stage.http(), shop::BANK)).await?;
        if timeout(READY_WITHIN, stage.until_ready()).await.is_ok() {
            return Ok(stage);
        }
        stage.tear_down().await;
        bail!(
            "the service could not use the broker within {READY_WITHIN:?}: check the address given with --amqp"
        )
    }

    async fn until_ready(&self) {
        while !self.bank.is_whole(&self.http()).await {
            sleep(LOOK_EVERY).await;
        }
    }

    /// The service's address.
    pub(super) fn http(&self) -> String {
        format!("http://{}", self.service.http_address())
    }

    /// Where till, kiosk and buyer are side by side.
    pub(super) fn play(&self) -> String {
        format!("{}/play", self.http())
    }

    /// Where the admin web is; with the first owner's link while there is none.
    pub(super) fn admin(&self) -> String {
        format!("{}{}", self.http(), self.admin.expose_secret())
    }

    /// Where the kiosk's screen is.
    pub(super) fn kiosk(&self) -> String {
        let (store, register, console) = (shop::STORE, shop::KIOSK, shop::CONSOLE);
        format!("{}/screen?store={store}&register={register}&console={console}", self.http())
    }

    /// How one of the shop's registers connects.
    pub(super) fn options(&self, register: &str) -> anyhow::Result<Options> {
        let amqp = self.amqp.clone().context("this demo has no broker")?;
        let options = Options::new(amqp, shop::STORE, register)?;
        Ok(Options { prefix: self.prefix.clone(), ..options })
    }

    /// One of the shop's registers, connected.
    pub(super) async fn till(&self, register: &str) -> anyhow::Result<AmqpRegister> {
        Ok(AmqpRegister::connect(self.options(register)?).await?)
    }

    /// Stops the service, then the bank.
    pub(super) async fn tear_down(self) {
        self.service.stop().await;
        self.sandbox.stop().await;
    }
}

impl RunningSandbox {
    /// The bank remembers as long as the database does: a bank that forgot would number its money anew.
    async fn start(arguments: &Arguments) -> anyhow::Result<(Self, SocketAddr)> {
        let options = connector_sandbox::Options {
            listen: ports::choose(arguments.sandbox_port, 8090)?,
            state_file: Some(arguments.data.join("bank.json")),
            ..connector_sandbox::Options::default()
        };
        let sandbox = connector_sandbox::bind(options).await.context("the bank simulator")?;
        let address = sandbox.address();
        let stop = CancellationToken::new();
        let task = tokio::spawn(sandbox.serve(stop.clone().cancelled_owned()));
        Ok((Self { stop, task }, address))
    }

    async fn stop(self) {
        self.stop.cancel();
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the bank simulator failed"),
            Err(error) => tracing::error!(%error, "the bank simulator ended in a panic"),
        }
    }
}

fn config(arguments: &Arguments, listen: SocketAddr, amqp: Option<SecretString>) -> Config {
    let Arguments { data, prefix, .. } = arguments;
    Config {
        database: DatabaseConfig { path: data.join("demo.db"), ..DatabaseConfig::default() },
        key_file: data.join("demo.key"),
        http: HttpConfig { listen, open_screens: true, tls: None },
        amqp: amqp.map(|uri| AmqpConfig { uri: Some(uri), prefix: prefix.clone(), ..AmqpConfig::default() }),
        ..Config::default()
    }
}
