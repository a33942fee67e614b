//! What a fault is played on, and what is noted of it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};
use universal_integrator::till::{AmqpRegister, Event, Options};

use crate::disk::SmallDisk;
use crate::lab::customers::Customers;
use crate::lab::till::pay;
use crate::lab::{Broker, Networks, Postgres, Random, Service};

/// After so long without a code the service counts as not recovered.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// How often a till asks whether the bank is called again.
const BETWEEN_PROBES: Duration = Duration::from_millis(100);

/// Everything that can be disturbed, and the crowd that is there meanwhile.
pub(crate) struct Scene<'a> {
    pub(crate) service: &'a mut Service,
    pub(crate) broker: &'a Broker,
    pub(crate) server: Option<&'a Postgres>,
    pub(crate) networks: &'a Networks,
    /// Another instance that serves the same shop.
    pub(crate) another: Option<&'a mut Service>,
    pub(crate) disk: Option<&'a SmallDisk>,
    /// The files of the SQLite database.
    pub(crate) files: Vec<PathBuf>,
    /// What the service's wall clock is ahead by, as the library reads it that plays the clock.
    pub(crate) clock: Option<PathBuf>,
    /// How the register without a queue will connect.
    pub(crate) late: Options,
    pub(crate) customers: &'a Customers<'a>,
    /// A till of its own, that sends the pays whose codes are timed.
    pub(crate) till: &'a AmqpRegister,
    pub(crate) random: &'a mut Random,
    /// Shorter outages, fewer of them.
    pub(crate) is_quick: bool,
    pub(crate) notes: Notes,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// How often the fault came.
    pub(crate) times: usize,
    /// Payments that were under way during the fault, added up.
    pub(crate) at_risk: usize,
    /// Pays that were sent to see whether there is a code again.
    pub(crate) probes: usize,
    /// From the end of each fault to the first code of the pays that are sent from that moment on.
    pub(crate) recovered: Vec<Duration>,
    /// What was not as it should be.
    pub(crate) wrong: Vec<String>,
    /// What is worth telling.
    pub(crate) seen: Vec<String>,
    /// The register that came late.
    pub(crate) came_late: Option<AmqpRegister>,
    /// How many had been served when the fault began.
    pub(crate) served_before: usize,
    /// How long codes took, second by second.
    pub(crate) codes_by_second: Vec<Second>,
}

/// The codes that were asked for in one second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Second {
    /// Counted from the fault: those before it are negative.
    pub(crate) number: i64,
    /// How many.
    pub(crate) codes: usize,
    /// Half of them took no longer.
    pub(crate) median: Duration,
    /// One in a hundred took longer.
    pub(crate) p99: Duration,
    /// The longest.
    pub(crate) worst: Duration,
}

impl Scene<'_> {
    /// The other instance.
    pub(crate) fn another(&mut self) -> &mut Service {
        self.another.as_mut().expect("the stage has started one")
    }

    /// The fault begins: call it just before.
    pub(crate) fn begins(&mut self) {
        self.notes.times += 1;
        self.notes.served_before = self.customers.served();
    }

    /// The fault is over: call it at once. Everybody who was under way meanwhile was at risk. A till sends a pay now, and
    /// another as long as the bank counts as ill, and it is noted how long it takes to the first code.
    pub(crate) async fn is_over(&mut self) {
        let ended_at = Instant::now();
        self.notes.at_risk += self.customers.came() - self.notes.served_before;
        match timeout(PATIENCE, self.first_code()).await {
            Ok(Ok(())) => self.notes.recovered.push(ended_at.elapsed()),
            Ok(Err(instead)) => self.notes.wrong.push(format!("no code, but {instead}")),
            Err(_) => self.notes.wrong.push(format!("no code within {PATIENCE:?}")),
        }
    }

    async fn first_code(&mut self) -> Result<(), String> {
        loop {
            self.notes.probes += 1;
            let operation = format!("probe-{}", self.notes.probes);
            match code_of(self.till, &operation).await {
                Err(instead) if instead.contains("bank_unavailable") => sleep(BETWEEN_PROBES).await,
                told => return told,
            }
        }
    }

    /// Waits until so many more customers have been served, for as long as that may take.
    pub(crate) async fn served_more(&mut self, count: usize) {
        let wanted = self.customers.served() + count;
        if timeout(PATIENCE, self.customers.until_served(wanted)).await.is_err() {
            self.notes.wrong.push(format!("{count} customers were not served within {PATIENCE:?}"));
        }
    }

    /// One of two durations.
    pub(crate) async fn hold(&self, quick: u64, whole: u64) {
        sleep(Duration::from_secs(if self.is_quick { quick } else { whole })).await;
    }
}

/// Asks for a payment and waits for its code; then cancels it. The error tells how it ended instead.
async fn code_of(till: &AmqpRegister, operation: &str) -> Result<(), String> {
    till.ask("pay", &pay(operation, 100), PATIENCE).await.map_err(|error| error.to_string())?;
    let is_told = |event: &Event| {
        matches!(
            event.name(),
            "payment.qr_ready" | "payment.failed" | "payment.cancelled" | "request.rejected"
        )
    };
    let told = till.wait_for(operation, is_told, PATIENCE).await.map_err(|missing| missing.to_string())?;
    // Not waited for: how it ends is in the books.
    till.send("cancel", &json!({ "operation": operation })).await.map_err(|error| error.to_string())?;
    if told.name() == "payment.qr_ready" { Ok(()) } else { Err(told.body.to_string()) }
}
