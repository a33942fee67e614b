//! Everything that one test needs, started and joined.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use payment::Timestamp;
use store::{Db, PaymentRecord};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use universal_integrator::demo::books::{Books, Findings, Ledger, Received, records_since};
use universal_integrator::till::{AmqpRegister, Options};

use super::bank::Bank;
use super::broker::Broker;
use super::contract;
use super::plan::{Plan, STORE};
use super::postgres::options_of;
use super::service::Service;
use super::wait::LIMIT;
use super::wire::Wire;

/// How many differences and journals a failure shows.
const SHOWN: usize = 10;
/// The ids of a payment, its orders and its refunds begin alike.
const SHARED: usize = 29;

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
        let configuration = plan.configuration(service.http(), broker.uri(), &prefix);
        service.set_up(&configuration, &plan.settings(wire.address())).await;
        let hook = format!("http://{}/hooks/{}", service.http(), plan.servers[0].name);
        bank.notify_at(&hook).await;
        Self { broker, bank, wire, service, plan, prefix, folder: Some(folder) }
    }

    /// One more instance of the service on the same database and broker. It does not run yet.
    pub(crate) async fn another_instance(&self) -> Service {
        let folder = self.folder().join("another");
        std::fs::create_dir(&folder).expect("the folder is ours");
        let service = Service::new(&folder);
        service.take_key_of(&self.service);
        let configuration = self.plan.configuration(service.http(), self.broker.uri(), &self.prefix);
        service.set_up(&configuration, &self.plan.settings(self.wire.address())).await;
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
            None => Db::open(&self.service.database()).await,
        }
        .expect("the database is there");
        let records = records_since(&db, Timestamp::from_micros(0)).await;
        db.close().await;
        records.expect("the records can be read").records
    }

    /// Waits until journal, events and bank say the same of everything. Checks every event against the contract.
    pub(crate) async fn books_agree(&self, tills: &[&AmqpRegister]) {
        for till in tills {
            contract::check_all(till);
        }
        let deadline = Instant::now() + LIMIT;
        loop {
            let findings = self.compare(tills).await;
            if findings.agree() {
                return;
            }
            if Instant::now() >= deadline {
                self.tell(&findings).await;
                panic!("the books differ in {} places", findings.differences.len());
            }
            sleep(std::time::Duration::from_millis(250)).await;
        }
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
        self.expect_a_quiet_log();
        let queues: Vec<String> =
            self.plan.registers.iter().map(|register| format!("till.{STORE}.{register}")).collect();
        self.broker.tidy(&self.prefix, &queues).await;
    }

    /// Errors in the log mean that a person must act.
    fn expect_a_quiet_log(&self) {
        let log = self.service.log();
        let loud: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("ERROR") || line.contains("panicked"))
            .take(SHOWN)
            .collect();
        assert!(loud.is_empty(), "the service logged errors:\n{}", loud.join("\n"));
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
