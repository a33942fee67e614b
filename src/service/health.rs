//! How the service is, for `/readyz`.

use amqp::{ChannelReport, Health as BrokerHealth};
use async_trait::async_trait;
use engine::{BankCondition, Engine};
use http_door::{Condition, Health, HealthSource, Part};
use store::Db;

/// Asks the database, looks at the broker's connections and at how banks answer.
pub(super) struct Parts {
    db: Db,
    broker: Option<BrokerHealth>,
    engine: Engine,
}

impl Parts {
    pub(super) fn new(db: Db, broker: Option<BrokerHealth>, engine: Engine) -> Self {
        Self { db, broker, engine }
    }
}

#[async_trait]
impl HealthSource for Parts {
    async fn health(&self) -> Health {
        let store = match self.db.settings_revision().await {
            Ok(_) => part("store", true, None),
            Err(error) => part("store", true, Some(error.to_string())),
        };
        let broker = self.broker.as_ref().map(|health| part("broker", false, trouble_of(health)));
        let banks = part("banks", false, ill_banks(&self.engine));
        Health { parts: std::iter::once(store).chain(broker).chain([banks]).collect() }
    }
}

fn part(name: &'static str, is_required: bool, trouble: Option<String>) -> Part {
    let condition = if trouble.is_some() { Condition::Away } else { Condition::Works };
    Part { name, condition, detail: trouble, is_required }
}

/// Which banks are not called, if any.
fn ill_banks(engine: &Engine) -> Option<String> {
    let conditions = engine.bank_conditions();
    let words = |bank: &BankCondition| {
        let parts: Vec<&str> = bank.ill.iter().map(|part| part.word()).collect();
        format!("{} ({})", bank.server, parts.join(", "))
    };
    let ill: Vec<String> = conditions.iter().filter(|bank| !bank.is_well).map(words).collect();
    (!ill.is_empty()).then(|| format!("no answer for a while from authorization servers: {}", ill.join(", ")))
}

/// What is wrong with the broker, if anything.
fn trouble_of(health: &BrokerHealth) -> Option<String> {
    let report = health.report();
    if let Some(reason) = report.publishing.blocked.or(report.consuming.blocked) {
        return Some(format!("the broker takes no messages: {reason}"));
    }
    if health.is_ready() {
        return None;
    }
    let silent: Vec<&ChannelReport> = report.consumers.iter().filter(|queue| !queue.is_open).collect();
    if report.publishing.is_connected && !silent.is_empty() && silent.len() < report.consumers.len() {
        let told: Vec<String> = silent.into_iter().map(words_of).collect();
        return Some(format!("not consumed: {}", told.join("; ")));
    }
    let errors = [report.publishing.last_error, report.consuming.last_error];
    let why = errors.into_iter().flatten().next().unwrap_or_else(|| "not connected yet".to_owned());
    Some(format!("the broker is away: {why}"))
}

/// A queue that is not consumed, and why if that is known.
fn words_of(queue: &ChannelReport) -> String {
    let why = queue.last_error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    format!("{}{why}", queue.name)
}
