//! A register that a demo plays: every command and every event becomes a line.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use engine::ports::Clock;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::stage::Stage;
use super::timeline::{Timeline, Way};
use crate::till::{AmqpRegister, Event, amount};

/// How long a step may take: far longer than anything in a demo should.
const LIMIT: Duration = Duration::from_secs(20);

/// A register in a play.
pub(super) struct Player<'a> {
    stage: &'a Stage,
    timeline: Arc<Timeline>,
    register: AmqpRegister,
    name: &'static str,
    /// How many events have their line.
    noted: watch::Receiver<usize>,
    listening: JoinHandle<()>,
}

impl<'a> Player<'a> {
    /// Connects the register and begins to listen.
    pub(super) async fn enter(
        stage: &'a Stage,
        timeline: &Arc<Timeline>,
        name: &'static str,
    ) -> anyhow::Result<Self> {
        let register = stage.till(name).await?;
        let (mut events, heard) = (register.events(), Arc::clone(timeline));
        let (count, noted) = watch::channel(0);
        let listening = tokio::spawn(async move {
            loop {
                heard.note_event(name, &*events.next().await);
                count.send_modify(|count| *count += 1);
            }
        });
        Ok(Self { stage, timeline: Arc::clone(timeline), register, name, noted, listening })
    }

    /// The register behind it.
    pub(super) fn register(&self) -> &AmqpRegister {
        &self.register
    }

    /// Sends a command and waits for the first event of its operation. The line has its amount and `says`.
    pub(super) async fn ask(&self, verb: &str, body: &Value, says: &str) -> anyhow::Result<Arc<Event>> {
        let operation = body["operation"].as_str().unwrap_or_default();
        let amount = body.get("amount").and_then(amount);
        let says: Vec<&str> =
            amount.as_deref().into_iter().chain([says]).filter(|text| !text.is_empty()).collect();
        self.note(Way::Command, operation, verb, &says.join(", ")).await;
        Ok(self.register.ask(verb, body, LIMIT).await?)
    }

    /// Waits for an event of an operation.
    pub(super) async fn expect(&self, operation: &str, name: &str) -> anyhow::Result<Arc<Event>> {
        Ok(self.register.wait_for(operation, |event| event.name() == name, LIMIT).await?)
    }

    /// Waits for the code of a pay and returns its text.
    pub(super) async fn expect_code(&self, operation: &str) -> anyhow::Result<String> {
        let event = self.expect(operation, "payment.qr_ready").await?;
        match event.payload() {
            Some(payload) => Ok(payload.to_owned()),
            None => bail!("{operation}: payment.qr_ready without a code"),
        }
    }

    /// Notes something that is about to happen at the bank.
    pub(super) async fn note_bank(&self, operation: &str, what: &str) {
        self.note(Way::Bank, operation, what, "").await;
    }

    /// After the lines of all that has arrived, so that cause stands before effect.
    async fn note(&self, way: Way, operation: &str, what: &str, says: &str) {
        let arrived = self.register.received().len();
        let _ = self.noted.clone().wait_for(|noted| *noted >= arrived).await;
        self.timeline.note(self.stage.clock.now(), way, self.name, operation, what, says);
    }

    /// Disconnects.
    pub(super) async fn leave(self) {
        self.register.close().await;
        self.listening.abort();
    }
}
