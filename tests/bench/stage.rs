//! One round's bank, side and tills: fresh each time, so that no round inherits another's work.

use std::hash::{BuildHasher, Hasher, RandomState};

use serde_json::json;
use tempfile::TempDir;

use crate::idle::Idle;
use crate::lab::{Bank, Broker, Plan, Process, Server, Service, until};
use crate::plan::{Load, Neighbour, Side};
use crate::tills::{REGISTERS, Tills};

/// The other bank's authorization server, and its payment type.
pub(crate) const NEIGHBOUR: &str = "neighbour";
const FLOOR_LOG: &str = "floor.log";

/// Everything of one round, running.
pub(crate) struct Stage {
    pub(crate) bank: Bank,
    pub(crate) tills: Tills,
    /// The other bank, where there is a flood.
    _neighbour: Option<Bank>,
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
        let neighbour = neighbour(&folder, load).await;
        let side = match side {
            Side::Service => service(amqp, &prefix, &bank, neighbour.as_ref(), &folder, load).await,
            Side::Floor => floor(amqp, &prefix, &bank, &folder, load).await,
        };
        let tills = Tills::connect(amqp, &prefix).await;
        Self { bank, tills, _neighbour: neighbour, prefix, broker: Broker::at(amqp), side, folder }
    }

    /// What the service takes without work; the floor is of no interest.
    pub(crate) async fn idle(&mut self) -> Option<Idle> {
        match &mut self.side {
            Running::Service(service) => Some(Idle::measure(service).await),
            Running::Floor(_) => None,
        }
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
async fn service(
    amqp: &str,
    prefix: &str,
    bank: &Bank,
    neighbour: Option<&Bank>,
    folder: &TempDir,
    load: &Load,
) -> Running {
    let server = Server {
        rate_per_s: 100_000,
        concurrency: 256,
        first_poll_ms: load.first_poll_ms,
        ..Server::named("sbp")
    };
    // The other one has limits as a shop sets them.
    let neighbour = neighbour.map(|bank| Server { bank: Some(bank.address()), ..Server::named(NEIGHBOUR) });
    let servers = std::iter::once(server).chain(neighbour).collect();
    let registers = (1..=REGISTERS).map(|number| number.to_string()).collect();
    let plan = Plan { log: "warn", registers, servers, ..Plan::default() };
    let mut service = Service::new(folder.path());
    let configuration = plan.configuration(service.http(), amqp, prefix);
    service.set_up(&configuration, &plan.settings(bank.address())).await;
    service.start().await;
    if load.has_notifications {
        bank.notify_at(&format!("http://{}/hooks/sbp", service.http())).await;
    }
    Running::Service(Box::new(service))
}

/// The other bank. An ill one takes calls and leaves them without an answer.
async fn neighbour(folder: &TempDir, load: &Load) -> Option<Bank> {
    let flood = load.flood?;
    let own = folder.path().join(NEIGHBOUR);
    std::fs::create_dir(&own).expect("a folder can be made in a new one");
    let bank = Bank::process(&own).await;
    if flood == Neighbour::Ill {
        for call in ["create", "status"] {
            bank.fault(&json!({ "call": call, "fault": "timeout_before_accept", "times": 0 })).await;
        }
    }
    Some(bank)
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
