//! Everything that one test needs, started and joined.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use payment::Timestamp;
use store::{Db, PaymentRecord};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use universal_integrator::demo::books::{Books, Findings, Ledger, Received, records_since};
use universal_integrator::till::{AmqpRegister, Options};

use super::bank::Bank;
use super::broker::Broker;
use super::contract;
use super::network::Network;
use super::plan::{Plan, STORE, Ways};
use super::postgres::options_of;
use super::service::Service;
use super::wait::LIMIT;
use super::wire::Wire;

/// How many differences and journals a failure shows.
const SHOWN: usize = 10;
/// The ids of a payment, its orders and its refunds begin alike.
const SHARED: usize = 29;

/// The networks between a service and its neighbours.
pub(crate) struct Networks {
    /// To the broker.
    pub(crate) broker: Network,
    /// To all banks that the plan leaves to the lab.
    pub(crate) bank: Network,
    /// To PostgreSQL.
    pub(crate) database: Option<Network>,
}

impl Networks {
    async fn before(broker: &Broker, bank: SocketAddr, plan: &Plan) -> Self {
        let database = match &plan.postgres {
            Some(url) => Some(Network::before_url(url).await),
            None => None,
        };
        Self { broker: Network::before_url(broker.uri()).await, bank: Network::before(bank).await, database }
    }
}

/// A service with its broker, its bank and its shop.
pub(crate) struct World {
    /// The broker; others may use it too.
    pub(crate) broker: Broker,
    /// The bank, as a process of its own.
    pub(crate) bank: Bank,
    /// The way between service and bank.
    pub(crate) wire: Wire,
    /// The service.
    pub(crate) service: Service,
    /// What is between the service and its neighbours, if the plan wants something there.
    pub(crate) networks: Option<Networks>,
    plan: Plan,
    prefix: String,
    folder: Option<TempDir>,
}

impl World {
    /// The usual shop on the broker that all tests share.
    pub(crate) async fn start() -> Self {
        Self::build(Plan::default(), Broker::shared()).await
    }

    /// A shop by plan, running and ready.
    pub(crate) async fn build(plan: Plan, broker: Broker) -> Self {
        let mut world = Self::prepare(plan, broker).await;
        world.service.start().await;
        world
    }

    /// A shop by plan whose service is set up and does not run yet.
    pub(crate) async fn prepare(plan: Plan, broker: Broker) -> Self {
        Self::named(plan, broker, Self::fresh_prefix()).await
    }

    /// Names at the broker that no other test has.
    pub(crate) fn fresh_prefix() -> String {
        format!("t{:016x}", RandomState::new().build_hasher().finish())
    }

    /// As [`prepare`](Self::prepare), under names that are known before.
    pub(crate) async fn named(plan: Plan, broker: Broker, prefix: String) -> Self {
        let folder = tempfile::Builder::new().prefix("integrator-test-").tempdir().expect("a folder");
        let bank = Bank::process(folder.path()).await;
        let wire = Wire::before(bank.address()).await;
        let service = Service::new(folder.path());
        if plan.postgres.is_some() {
            service.make_key();
        }
        let networks = match plan.ways {
            Ways::Straight => None,
            Ways::Networks => Some(Networks::before(&broker, wire.address(), &plan).await),
        };
        let world = Self { broker, bank, wire, service, networks, plan, prefix, folder: Some(folder) };
        world.set_up(&world.service).await;
        let hook = format!("http://{}/hooks/{}", world.service.http(), world.plan.servers[0].name);
        world.bank.notify_at(&hook).await;
        world
    }

    /// Writes configuration and settings of an instance, with its ways to its neighbours.
    async fn set_up(&self, service: &Service) {
        let (amqp, bank) = (self.broker.uri(), self.wire.address());
        let (plan, amqp, bank) = match &self.networks {
            None => (self.plan.clone(), amqp.to_owned(), bank),
            Some(networks) => {
                let postgres = self.plan.postgres.as_ref().zip(networks.database.as_ref());
                let postgres = postgres.map(|(url, network)| network.through(url));
                let plan = Plan { postgres, ..self.plan.clone() };
                (plan, networks.broker.through(amqp), networks.bank.address())
            }
        };
        let configuration = plan.configuration(service.http(), &amqp, &self.prefix);
        service.set_up(&configuration, &plan.settings(bank)).await;
    }

    /// One more instance of the service on the same database and broker. It does not run yet.
    pub(crate) async fn another_instance(&self) -> Service {
        let folder = self.folder().join("another");
        std::fs::create_dir(&folder).expect("the folder is ours");
        let service = Service::new(&folder);
        service.take_key_of(&self.service);
        self.set_up(&service).await;
        service
    }

    /// A name at the broker.
    pub(crate) fn name(&self, rest: &str) -> String {
        format!("{}.{rest}", self.prefix)
    }

    /// Where the files of this test are.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().expect("it goes with the world").path()
    }

    /// The files of the SQLite database that are written by calls. Not its index of the log (`-shm`), which is shared memory of
    /// each program that has the database open: whoever takes the right to write from that ends them all, by SIGBUS.
    pub(crate) fn database_files(&self) -> Vec<PathBuf> {
        let database = self.plan.database(self.folder());
        let beside = ["", "-wal"].map(|end| PathBuf::from(format!("{}{end}", database.display())));
        beside.into_iter().filter(|file| file.exists()).collect()
    }

    /// The address of its PostgreSQL database, if it has one.
    pub(crate) fn postgres_url(&self) -> Option<&str> {
        self.plan.postgres.as_deref()
    }

    /// How many calls the bank has had.
    pub(crate) fn wire_calls(&self) -> usize {
        self.wire.calls().len()
    }

    /// What the bank was asked for, beyond its first so many calls: the paths of questions.
    pub(crate) fn statuses_since(&self, calls: usize) -> Vec<String> {
        let later = self.wire.calls().into_iter().skip(calls);
        later.filter(|call| call.method == "GET").map(|call| call.path).collect()
    }

    /// How a register of the shop connects.
    pub(crate) fn options(&self, register: &str) -> Options {
        Plan::register(self.broker.uri(), &self.prefix, register)
    }

    /// A register of the shop, connected.
    pub(crate) async fn till(&self, register: &str) -> AmqpRegister {
        AmqpRegister::connect(self.options(register)).await.expect("the broker is there")
    }

    /// How many messages wait in one of the service's queues.
    pub(crate) async fn waiting(&self, queue: &str) -> u32 {
        self.broker.waiting(&self.name(queue)).await
    }

    /// Our own records, oldest first.
    pub(crate) async fn records(&self) -> Vec<PaymentRecord> {
        let db = match &self.plan.postgres {
            Some(url) => Db::open_postgres(&options_of(url)).await,
            None => Db::open(&self.plan.database(self.folder())).await,
        }
        .expect("the database is there");
        let records = records_since(&db, Timestamp::from_micros(0)).await;
        db.close().await;
        records.expect("the records can be read").records
    }

    /// Waits until journal, events and bank say the same of everything. Checks every event against the contract.
    pub(crate) async fn books_agree(&self, tills: &[&AmqpRegister]) {
        let findings = self.books_within(LIMIT, tills).await;
        if !findings.agree() {
            self.tell(&findings).await;
            panic!("the books differ in {} places", findings.differences.len());
        }
    }

    /// The same, for at most so long; what still differs then is for the caller to judge.
    pub(crate) async fn books_within(&self, limit: Duration, tills: &[&AmqpRegister]) -> Findings {
        for till in tills {
            contract::check_all(till);
        }
        let deadline = Instant::now() + limit;
        loop {
            let findings = self.compare(tills).await;
            if findings.agree() || Instant::now() >= deadline {
                return findings;
            }
            sleep(Duration::from_millis(250)).await;
        }
    }

    /// Orders that the bank was asked for more than once: counted on the wire, so that neither the service nor the bank has a
    /// say in it. With them the number of different orders.
    pub(crate) fn orders_asked_twice(&self) -> (Vec<String>, usize) {
        let mut asked: BTreeMap<String, usize> = BTreeMap::new();
        for call in self.wire.calls() {
            if call.method == "POST" && call.path.ends_with("/qrs") {
                *asked.entry(call.body["order"].to_string()).or_default() += 1;
            }
        }
        let count = asked.len();
        (asked.into_iter().filter(|(_, times)| *times > 1).map(|(order, _)| order).collect(), count)
    }

    async fn compare(&self, tills: &[&AmqpRegister]) -> Findings {
        let ledger: Ledger = self.bank.ledger().await;
        let records = self.records().await;
        let received: Vec<Received> = tills.iter().map(|till| Received::by(till)).collect();
        Books { records: &records, received: &received, ledger: &ledger }.compare()
    }

    async fn tell(&self, findings: &Findings) {
        let shown = || findings.differences.iter().take(SHOWN);
        shown().for_each(|difference| eprintln!("{difference}"));
        let concerned: BTreeSet<&str> = shown().map(|difference| difference.about.as_str()).collect();
        let known = self.records().await;
        for record in known.iter().filter(|record| {
            let id = record.payment.id.to_string();
            concerned.iter().any(|about| about.contains(&id[..SHARED]))
        }) {
            let id = record.payment.id.to_string();
            eprintln!("{}", self.service.command(&["payments", "show", &id]).await);
        }
    }

    /// Ends it: the service stops in order, and nobody had to act on anything that it logged.
    pub(crate) async fn end(mut self) {
        self.service.stop().await;
        let loud = self.loud_lines();
        let shown = loud.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>();
        assert!(loud.is_empty(), "the service logged errors:\n{}", shown.join("\n"));
        self.tidy().await;
    }

    /// Removes what was declared at the broker.
    pub(crate) async fn tidy(&self) {
        let queues: Vec<String> =
            self.plan.registers.iter().map(|register| format!("till.{STORE}.{register}")).collect();
        self.broker.tidy(&self.prefix, &queues).await;
    }

    /// What the service logged that a person must act on.
    pub(crate) fn loud_lines(&self) -> Vec<String> {
        let log = self.service.log();
        let is_loud = |line: &&str| line.contains("ERROR") || line.contains("panicked");
        log.lines().filter(is_loud).map(str::to_owned).collect()
    }
}

impl World {
    /// Keeps its files for whoever looks into what went wrong.
    pub(crate) fn keep(mut self) {
        if let Some(folder) = self.folder.take() {
            eprintln!("kept: {}", folder.keep().display());
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        if let Some(folder) = self.folder.take() {
            eprintln!(
                "kept: {}\nits service's last words:\n{}",
                folder.keep().display(),
                self.service.last_lines()
            );
        }
    }
}
