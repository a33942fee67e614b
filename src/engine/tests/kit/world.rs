//! What outlives an engine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::Parts;
use engine::ports::{Bank, Banks, Clock, Offer, StoreError};
use engine::settings::{OpenPayments, Settings};
use payment::{CodeKind, Currency, Route, ServerId, Terms, Timestamp};

use super::bank::TestBank;
use super::crash::{Crash, CrashPoint};
use super::database::TestStore;
use super::floor::Floor;
use super::ids::TestIds;
use super::life::Life;
use super::output::TestOutput;
use super::sink::TestSink;
use super::time::TestTime;
use super::{published, settings, terms};

/// A shop with its bank, broker and database.
pub(crate) struct World {
    pub(crate) time: Arc<TestTime>,
    pub(crate) crash: Arc<Crash>,
    /// The first bank, `north`.
    pub(crate) bank: Arc<TestBank>,
    /// The second bank, `south`.
    pub(crate) south: Arc<TestBank>,
    pub(crate) store: Arc<TestStore>,
    pub(crate) sink: Arc<TestSink>,
    pub(crate) output: Arc<TestOutput>,
    pub(crate) floor: Floor,
    ids: Arc<TestIds>,
    banks: Arc<TestBanks>,
    open_payments: OpenPayments,
}

impl World {
    pub(crate) fn new() -> Self {
        let (time, crash) = (Arc::new(TestTime::new()), Arc::new(Crash::default()));
        let bank = Arc::new(TestBank::new(Arc::clone(&time), Arc::clone(&crash)));
        let south = Arc::new(TestBank::new(Arc::clone(&time), Arc::clone(&crash)));
        let store = Arc::new(TestStore::new(Arc::clone(&crash)));
        store.data.set_settings(settings::settings());
        let sink = Arc::new(TestSink::new(Arc::clone(&time), Arc::clone(&crash)));
        let output = Arc::new(TestOutput::new(Arc::clone(&crash)));
        let servers = [("north", Arc::clone(&bank)), ("south", Arc::clone(&south))]
            .map(|(name, bank)| (ServerId::parse(name).unwrap(), Server { bank, terms: terms() }));
        let servers = Mutex::new(BTreeMap::from(servers));
        let banks = Arc::new(TestBanks { servers, connecting: Mutex::default() });
        let (floor, ids) = (Floor::default(), Arc::default());
        Self {
            time,
            crash,
            bank,
            south,
            store,
            sink,
            output,
            floor,
            ids,
            banks,
            open_payments: OpenPayments::One,
        }
    }

    /// A shop whose tills may have many payments open at once.
    pub(crate) fn with_many_open() -> Self {
        let world = Self { open_payments: OpenPayments::Many, ..Self::new() };
        world.set(|_| ());
        world
    }

    /// Changes what a bank can do.
    pub(crate) fn terms(self, server: &str, change: impl FnOnce(&mut Terms)) -> Self {
        self.banks.with(server, |server| change(&mut server.terms));
        self
    }

    /// Changes the settings, before a life or while one runs.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = settings::settings();
        for register in settings.stores.values_mut().flat_map(|store| store.registers.values_mut()) {
            register.open_payments = self.open_payments;
        }
        change(&mut settings);
        self.store.data.set_settings(settings);
    }

    /// Banks have to be connected, and that takes so long.
    pub(crate) fn connects_slowly(&self, pause: Duration) {
        *self.banks.connecting() = Some((pause, BTreeSet::new()));
    }

    /// The authorization server is not configured any more.
    pub(crate) fn remove_bank(&self, server: &str) {
        self.banks
            .servers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&ServerId::parse(server).unwrap());
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// One life of an engine: from its start to a kill when the story is told.
    pub(crate) fn live<T>(&self, story: impl AsyncFnOnce(&Life<'_>) -> T) -> T {
        let lived = self.live_unless_crashed(story);
        lived.expect("no crash was planned")
    }

    /// One life of an engine that may end before its story is told: `None`.
    pub(crate) fn live_unless_crashed<T>(&self, story: impl AsyncFnOnce(&Life<'_>) -> T) -> Option<T> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            self.time.begin();
            let lived = tokio::select! {
                biased;
                () = self.crash.happened() => None,
                told = async { story(&Life::start(self).await).await } => Some(told),
            };
            self.time.end();
            self.sink.confirmed().iter().for_each(|told| published::check(&told.body));
            lived
        })
    }

    /// Plans a crash.
    pub(crate) fn crash_at(&self, point: CrashPoint) {
        self.crash.at(point);
    }

    pub(super) fn parts(&self) -> Parts {
        Parts {
            store: Arc::clone(&self.store) as _,
            banks: Arc::clone(&self.banks) as _,
            events: Arc::clone(&self.sink) as _,
            jobs: Arc::new(self.store.data.clone()),
            output: Arc::clone(&self.output) as _,
            pictures: Arc::clone(&self.output) as _,
            clock: Arc::clone(&self.time) as _,
            ids: Arc::clone(&self.ids) as _,
        }
    }
}

struct TestBanks {
    servers: Mutex<BTreeMap<ServerId, Server>>,
    /// How long connecting takes, and who is connected; `None`: everybody always is.
    connecting: Mutex<Option<(Duration, BTreeSet<ServerId>)>>,
}

struct Server {
    bank: Arc<TestBank>,
    terms: Terms,
}

impl TestBanks {
    fn with<T>(&self, server: &str, look: impl FnOnce(&mut Server) -> T) -> T {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        look(servers.get_mut(&ServerId::parse(server).unwrap()).expect("the tests know their banks"))
    }

    fn connecting(&self) -> MutexGuard<'_, Option<(Duration, BTreeSet<ServerId>)>> {
        self.connecting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_connected(&self, server: &ServerId) -> bool {
        self.connecting().as_ref().is_none_or(|(_, connected)| connected.contains(server))
    }
}

#[async_trait]
impl Banks for TestBanks {
    async fn connect(&self, settings: &Settings) -> Result<(), StoreError> {
        let pause = self.connecting().as_ref().map(|(pause, _)| *pause);
        let Some(pause) = pause else { return Ok(()) };
        tokio::time::sleep(pause).await;
        *self.connecting() = Some((pause, settings.servers.keys().cloned().collect()));
        Ok(())
    }

    fn bank(&self, server: &ServerId) -> Option<Arc<dyn Bank>> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.get(server).map(|server| Arc::clone(&server.bank) as _)
    }

    fn offer(&self, server: &ServerId, kind: CodeKind) -> Option<Offer> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_offered = kind != CodeKind::Buyer && self.is_connected(server);
        let terms = servers.get(server).filter(|_| is_offered)?.terms.clone();
        let route = Route { server: server.clone(), module: server.to_string(), terms, plate: None };
        Some(Offer { route, currencies: vec![Currency::RUB], amount_minor: (100, 100_000_000) })
    }
}
