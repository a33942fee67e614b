//! The adapter as the service runs it.

use std::sync::Arc;
use std::time::Duration;

use amqp::{Amqp, Config, Health, LOG_FILTER};
use engine::ports::{Delivery, EventSink, OutgoingEvent};
use payment::{RegisterId, StoreId, Timestamp};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, Still};
use super::{LIMIT, TICK, within};

/// A running adapter.
pub(crate) struct Service {
    pub(crate) sink: Arc<dyn EventSink>,
    pub(crate) health: Health,
    stop: CancellationToken,
    close: CancellationToken,
    consuming: JoinHandle<()>,
    publishing: JoinHandle<()>,
}

impl Service {
    /// Starts it, without waiting for anything.
    pub(crate) fn begin(config: &Config, engine: &Arc<Engine>) -> Self {
        // Shown when a test fails. A test may start several services: the second finds the log set up.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(format!("info,{LOG_FILTER}"))
            .with_test_writer()
            .try_init();
        let amqp = Amqp::new(config.clone(), Arc::new(Still)).unwrap();
        let (sink, health) = (amqp.sink(), amqp.health());
        let (consuming, publishing) = amqp.split();
        let (stop, close) = (CancellationToken::new(), CancellationToken::new());
        Self {
            sink,
            health,
            consuming: tokio::spawn(consuming.run(engine.clone(), stop.clone())),
            publishing: tokio::spawn(publishing.run(close.clone())),
            stop,
            close,
        }
    }

    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(config: &Config, engine: &Arc<Engine>) -> Self {
        let service = Self::begin(config, engine);
        service.ready().await;
        service
    }

    pub(crate) async fn ready(&self) {
        let begun = Instant::now();
        while !self.health.is_ready() {
            assert!(begun.elapsed() < LIMIT, "it does not get ready: {:#?}", self.health.report());
            sleep(TICK).await;
        }
    }

    /// Begins to stop, as a signal would.
    pub(crate) fn signal(&self) {
        self.stop.cancel();
    }

    /// Waits until no command can come any more.
    pub(crate) async fn consuming_ends(&mut self) {
        within("consuming ends", &mut self.consuming).await.unwrap();
    }

    /// Stops it as the service does: consuming first, publishing last.
    pub(crate) async fn stop(mut self) {
        self.signal();
        self.consuming_ends().await;
        self.close().await;
    }

    /// The last step of stopping.
    pub(crate) async fn close(self) {
        self.close.cancel();
        within("publishing ends", self.publishing).await.unwrap();
    }

    /// Publishes an event for a register of store 17 and waits for its fate.
    pub(crate) async fn tell(&self, register: &str, message_id: &str) -> Delivery {
        self.sink.publish(&event(register, message_id)).await
    }

    /// Publishes until it is confirmed, as the engine would.
    pub(crate) async fn tell_until_confirmed(&self, register: &str, message_id: &str) -> u32 {
        let mut tries = 1;
        while self.tell(register, message_id).await != Delivery::Confirmed {
            tries += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tries
    }
}

/// An event for a register of store 17.
pub(crate) fn event(register: &str, message_id: &str) -> OutgoingEvent {
    OutgoingEvent {
        message_id: message_id.into(),
        correlation_id: Some("17-3-000123-1".into()),
        name: "payment.paid".into(),
        store: StoreId::parse("17").unwrap(),
        register: RegisterId::parse(register).unwrap(),
        body: format!(r#"{{"event":"payment.paid","of":"{message_id}"}}"#),
        occurred_at: Timestamp::parse("2026-11-21T10:15:00.5Z").unwrap(),
        reply_to: None,
    }
}
