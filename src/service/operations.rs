//! What the admin pages of operations see of this process.

use std::collections::BTreeSet;

use admin::{BrokerCondition, Letter, Letters, Wanted, Watch};
use amqp::{DeadLetter, Graveyard, Health};
use async_trait::async_trait;
use engine::{BankCondition, Engine};

/// The dead letters of the broker. A connection of its own for each look: nobody looks often.
pub(super) struct BrokerLetters {
    config: amqp::Config,
}

impl BrokerLetters {
    pub(super) fn new(config: amqp::Config) -> Self {
        Self { config }
    }
}

#[async_trait]
impl Letters for BrokerLetters {
    async fn list(&self, limit: usize) -> Result<Vec<Letter>, String> {
        let graveyard = Graveyard::open(&self.config).await.map_err(|error| error.to_string())?;
        let found = graveyard.list(limit).await;
        graveyard.close().await;
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.into_iter().map(letter).collect())
    }

    async fn replay(&self, limit: usize, wanted: Wanted) -> Result<usize, String> {
        let graveyard = Graveyard::open(&self.config).await.map_err(|error| error.to_string())?;
        let done = graveyard.replay(limit, |letter| is_wanted(&wanted, &letter.id)).await;
        graveyard.close().await;
        done.map(|replayed| replayed.len()).map_err(|error| error.to_string())
    }
}

fn is_wanted(wanted: &Wanted, id: &str) -> bool {
    match wanted {
        Wanted::All => true,
        Wanted::These(ids) => BTreeSet::contains(ids, id),
    }
}

fn letter(letter: DeadLetter) -> Letter {
    let DeadLetter { id, routing_key, reason, dead_at, cut_from_bytes, body, .. } = letter;
    Letter { id, routing_key, reason, dead_at, is_cut: cut_from_bytes.is_some(), body }
}

/// The broker's connections and the engine's view of banks.
pub(super) struct Parts {
    broker: Option<Health>,
    engine: Engine,
}

impl Parts {
    pub(super) fn new(broker: Option<Health>, engine: Engine) -> Self {
        Self { broker, engine }
    }
}

impl Watch for Parts {
    fn broker(&self) -> Option<BrokerCondition> {
        let health = self.broker.as_ref()?;
        let report = health.report();
        let links = [&report.publishing, &report.consuming].map(|link| &link.last_error);
        let channels = report.consumers.iter().chain(&report.lanes).filter(|channel| !channel.is_open);
        let errors = links.into_iter().chain(channels.map(|channel| &channel.last_error));
        let last_error = errors.flatten().next().cloned();
        Some(BrokerCondition {
            is_ready: health.is_ready(),
            blocked: report.publishing.blocked.or(report.consuming.blocked),
            last_error,
            findings: report.findings,
            received: report.counts.received,
            confirmed: report.counts.confirmed,
            dead_lettered: report.counts.dead_lettered,
        })
    }

    fn banks(&self) -> Vec<BankCondition> {
        self.engine.bank_conditions()
    }

    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }
}
