//! One round's bank, side and tills: fresh each time, so that no round inherits another's work.

use std::hash::{BuildHasher, Hasher, RandomState};

use tempfile::TempDir;

use crate::lab::{Bank, Broker, Plan, Process, Server, Service, until};
use crate::plan::{Load, Side};
use crate::tills::{REGISTERS, Tills};

const FLOOR_LOG: &str = "floor.log";

/// Everything of one round, running.
pub(crate) struct Stage {
    pub(crate) bank: Bank,
    pub(crate) tills: Tills,
    prefix: String,
    broker: Broker,
    side: Running,
    folder: TempDir,
}

enum Running {
    Service(Box<Service>),
    Floor(Box<Process>),
}

impl Stage {
    /// Starts everything.
    pub(crate) async fn build(amqp: &str, side: Side, load: &Load) -> Self {
        let folder = tempfile::Builder::new().prefix("bench-").tempdir().expect("a folder");
        let prefix = format!("b{:016x}", RandomState::new().build_hasher().finish());
        let bank = Bank::process(folder.path()).await;
        let side = match side {
            Side::Service => service(amqp, &prefix, &bank, &folder, load).await,
            Side::Floor => floor(amqp, &prefix, &bank, &folder, load).await,
        };
        let tills = Tills::connect(amqp, &prefix).await;
        Self { bank, tills, prefix, broker: Broker::at(amqp), side, folder }
    }

    /// Ends it at once: what is still under way is of no interest.
    pub(crate) async fn end(self) {
        match self.side {
            Running::Service(mut service) => service.kill().await,
            Running::Floor(process) => process.kill().await,
        }
        drop(self.tills);
        self.broker.tidy(&self.prefix, &["till.all".to_owned()]).await;
        drop(self.folder);
    }
}

/// The limits of the authorization server are out of the way: the bank is not what is measured.
async fn service(amqp: &str, prefix: &str, bank: &Bank, folder: &TempDir, load: &Load) -> Running {
    let server = Server {
        rate_per_s: 100_000,
        concurrency: 256,
        first_poll_ms: load.first_poll_ms,
        ..Server::named("sbp")
    };
    let registers = (1..=REGISTERS).map(|number| number.to_string()).collect();
    let plan = Plan { log: "warn", registers, servers: vec![server], ..Plan::default() };
    let mut service = Service::new(folder.path());
    let configuration = plan.configuration(service.http(), amqp, prefix);
    service.set_up(&configuration, &plan.settings(bank.address())).await;
    service.start().await;
    if load.has_notifications {
        bank.notify_at(&format!("http://{}/hooks/sbp", service.http())).await;
    }
    Running::Service(Box::new(service))
}

async fn floor(amqp: &str, prefix: &str, bank: &Bank, folder: &TempDir, load: &Load) -> Running {
    let bank = bank.address().to_string();
    let path = load.path.word();
    let arguments = ["floor", "--amqp", amqp, "--prefix", prefix, "--bank", &bank, "--path", path];
    let program = std::env::current_exe().expect("a program has a path");
    let process = Process::start_program(&program, folder.path(), &arguments, FLOOR_LOG);
    let log = folder.path().join(FLOOR_LOG);
    let is_ready = async || std::fs::read_to_string(&log).ok()?.contains("ready").then_some(());
    until("the floor is ready", is_ready).await;
    Running::Floor(Box::new(process))
}
