//! What is measured: the service, its bank and its tills.

use std::path::Path;

use tempfile::TempDir;
use universal_integrator::till::AmqpRegister;

use crate::lab::{Bank, Plan, Server, Service};

const PREFIX: &str = "figures";

/// Everything, running.
pub(crate) struct Stage {
    pub(crate) bank: Bank,
    pub(crate) tills: Vec<AmqpRegister>,
    service: Service,
    folder: TempDir,
}

impl Stage {
    /// Starts everything. The limits of the authorization server are out of the way: the bank is not what is measured.
    pub(crate) async fn build(amqp: &str, tills: u32) -> Self {
        let folder = tempfile::Builder::new().prefix("first-figures-").tempdir().expect("a folder");
        let registers: Vec<String> = (1..=tills).map(|number| number.to_string()).collect();
        let server = Server { rate_per_s: 10_000, concurrency: 256, ..Server::named("sbp") };
        let plan =
            Plan { log: "warn", registers: registers.clone(), servers: vec![server], ..Plan::default() };
        let bank = Bank::process(folder.path()).await;
        let mut service = Service::new(folder.path());
        let configuration = plan.configuration(service.http(), amqp, PREFIX);
        service.set_up(&configuration, &plan.settings(bank.address())).await;
        service.start().await;
        bank.notify_at(&format!("http://{}/hooks/sbp", service.http())).await;
        let mut connected = Vec::new();
        for register in &registers {
            let options = Plan::register(amqp, PREFIX, register);
            connected.push(AmqpRegister::connect(options).await.expect("the broker is there"));
        }
        Self { bank, tills: connected, service, folder }
    }

    /// Where the database is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops everything in order.
    pub(crate) async fn end(mut self) {
        for till in &self.tills {
            till.close().await;
        }
        self.service.stop().await;
    }
}
