//! Our books against the banks', order by order (P12).

use std::collections::BTreeMap;
use std::time::Duration;

use engine::ports::Banks;
use engine::settings::Settings;
use payment::{Attempt, Life, Payment, ServerId, difference_to_bank};
use tokio::time::{Instant, sleep_until, timeout};

use super::{Finding, Grade};
use crate::banks::ConfiguredBanks;

/// An audit takes this part of what may be asked of a bank: the service asks beside it.
const PART_OF_RATE: u32 = 4;

/// Asks banks about payments that are over, one order after the other.
pub(crate) struct BankAudit {
    banks: ConfiguredBanks,
    settings: Settings,
    /// From when on each bank may be asked again.
    free_from: BTreeMap<ServerId, Instant>,
}

impl BankAudit {
    pub(crate) fn new(banks: ConfiguredBanks, settings: Settings) -> Self {
        Self { banks, settings, free_from: BTreeMap::new() }
    }

    /// What banks say otherwise of a payment. One that is still open is watched: it is not asked for.
    pub(crate) async fn of(&mut self, payment: &Payment) -> Vec<Finding> {
        let mut findings = Vec::new();
        let is_asked = |attempt: &&Attempt| {
            let was_made = !matches!(attempt.life, Life::NotIssued { .. } | Life::Issuing(_));
            !payment.is_open() && was_made && payment.can_be_asked(attempt)
        };
        for attempt in payment.state.attempts.iter().filter(is_asked) {
            let about = |grade, says: &str| Finding { grade, says: format!("order {}: {says}", attempt.id) };
            match self.ask(payment, attempt).await {
                Ok(None) => {}
                Ok(Some(says)) => findings.push(about(Grade::Differs, &says)),
                Err(reason) => {
                    findings.push(about(Grade::Work, &format!("its bank could not be asked: {reason}")));
                }
            }
        }
        findings
    }

    async fn ask(&mut self, payment: &Payment, attempt: &Attempt) -> Result<Option<String>, String> {
        let server = &payment.route_of(attempt).server;
        let bank =
            self.banks.bank(server).ok_or_else(|| format!("authorization server {server} is not set up"))?;
        self.wait_for(server).await;
        let limit = payment.terms_of(attempt).call_timeout;
        let request = payment.order_request(attempt);
        match timeout(limit, bank.status(&request)).await {
            Ok(Ok(answer)) => Ok(difference_to_bank(payment, attempt, &answer)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {limit:?}")),
        }
    }

    async fn wait_for(&mut self, server: &ServerId) {
        if let Some(free_from) = self.free_from.get(server) {
            sleep_until(*free_from).await;
        }
        let rate = self.settings.servers.get(server).map_or(1, |server| server.rate_per_s.max(1));
        self.free_from.insert(server.clone(), Instant::now() + Duration::from_secs(1) * PART_OF_RATE / rate);
    }
}
