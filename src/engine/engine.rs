//! The engine: ports joined, loops started and stopped.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use payment::{AttemptId, Payment, PaymentId, Timestamp};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::asking::Asking;
use crate::doors::{Hints, Incoming, Intake, Receipt, Screens};
use crate::limits::Limits;
use crate::outbox::Outbox;
use crate::ports::{Banks, Clock, Destination, EventSink, Ids, Store, StoreError};
use crate::settings::Settings;
use crate::wheel::Wheel;
use crate::{intake, wake};

/// How many changes a slow screen may miss before it has to read anew.
const CHANGES_KEPT: usize = 1_024;
/// How often the settings' revision is looked at.
const SETTINGS_EVERY: Duration = Duration::from_secs(1);
/// How often an orderly stop looks whether everything is out.
const STOP_CHECK_EVERY: Duration = Duration::from_millis(20);
/// How many of a register's payments a screen may need.
const NEWEST: usize = 8;

/// What the engine works with.
pub struct Parts {
    /// Durable state.
    pub store: Arc<dyn Store>,
    /// The banks.
    pub banks: Arc<dyn Banks>,
    /// The way of events to registers.
    pub events: Arc<dyn EventSink>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn Ids>,
}

/// Drives payments. Cheap to clone; all clones are one engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    epoch: AtomicU64,
    settings: RwLock<Arc<Settings>>,
    wheel: Wheel,
    outbox: Outbox,
    limits: Limits,
    asking: Asking,
    changes: broadcast::Sender<Destination>,
    tasks: TaskTracker,
    loops: TaskTracker,
    stop: CancellationToken,
}

impl Engine {
    /// Begins an epoch, reads the settings, takes over everything that is open and undelivered, and starts the loops.
    pub async fn start(parts: Parts) -> Result<Self, StoreError> {
        let epoch = parts.store.begin_epoch(parts.clock.now()).await?;
        let settings = parts.store.settings().await?;
        let inner = Inner {
            parts,
            epoch: AtomicU64::new(epoch),
            settings: RwLock::new(Arc::new(settings)),
            wheel: Wheel::default(),
            outbox: Outbox::default(),
            limits: Limits::default(),
            asking: Asking::default(),
            changes: broadcast::Sender::new(CHANGES_KEPT),
            tasks: TaskTracker::new(),
            loops: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let engine = Self { inner: Arc::new(inner) };
        engine.outbox().take_over(&engine).await?;
        engine.start_loops();
        Ok(engine)
    }

    fn start_loops(&self) {
        let loops = &self.inner.loops;
        loops.spawn(wake::sweep_loop(self.clone()));
        loops.spawn(wake::wheel_loop(self.clone()));
        let engine = self.clone();
        loops.spawn(async move { engine.outbox().mark_loop(&engine).await });
        let engine = self.clone();
        loops.spawn(async move { engine.outbox().parked_loop(&engine).await });
        let engine = self.clone();
        loops.spawn(async move { engine.settings_loop().await });
    }

    /// Stops in order: no new wakes, then calls and events under way, for at most `patience`; what is left is durable
    /// and goes on at the next start. The doors must have stopped taking commands before.
    pub async fn stop(&self, patience: Duration) {
        self.inner.loops.close();
        self.inner.tasks.close();
        let calm = async {
            while !(self.inner.tasks.is_empty() && self.outbox().is_empty()) {
                tokio::time::sleep(STOP_CHECK_EVERY).await;
            }
        };
        let _ = tokio::time::timeout(patience, calm).await;
        self.inner.stop.cancel();
        self.inner.loops.wait().await;
        let _ = tokio::time::timeout(patience, self.inner.tasks.wait()).await;
        if let Err(error) = self.outbox().flush_marks(self).await {
            tracing::warn!(%error, "some events will be sent once more at the next start");
        }
    }

    /// How many payments this instance watches.
    pub fn watched(&self) -> usize {
        self.wheel().len()
    }

    /// Feeds an input that a person gave on the command line or the admin pages.
    pub async fn feed_by_hand(&self, payment: PaymentId, input: payment::Input) -> Result<Payment, String> {
        use crate::feed::Fed;
        match self.feed(payment, input).await {
            Ok(Fed::Changed(after) | Fed::Unchanged(after)) => Ok((*after).clone()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    pub(crate) fn wheel(&self) -> &Wheel {
        &self.inner.wheel
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.inner.outbox
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(crate) fn asking(&self) -> &Asking {
        &self.inner.asking
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.inner.epoch.load(Ordering::Relaxed)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.inner.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn fresh_id(&self) -> String {
        format!("{:032x}", self.inner.parts.ids.fresh())
    }

    pub(crate) fn changed(&self, register: Destination) {
        let _ = self.inner.changes.send(register); // nobody looks: nothing to tell
    }

    /// Starts a task that an orderly stop waits for.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.inner.tasks.spawn(task);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.inner.stop.is_cancelled() || self.inner.loops.is_closed()
    }

    pub(crate) async fn stopping(&self) {
        self.inner.stop.cancelled().await;
    }

    /// Pauses; an error says that the engine stops.
    pub(crate) async fn pause(&self, pause: Duration) -> Result<(), Stopping> {
        tokio::select! {
            biased;
            () = self.stopping() => Err(Stopping),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// Takes over changed settings.
    async fn settings_loop(&self) {
        while self.pause(SETTINGS_EVERY).await.is_ok() {
            let store = &self.parts().store;
            match store.settings_revision().await {
                Ok(revision) if revision == self.settings().revision => {}
                Ok(_) => match store.settings().await {
                    Ok(settings) => {
                        tracing::info!(revision = settings.revision, "new settings hold");
                        *self.inner.settings.write().unwrap_or_else(PoisonError::into_inner) =
                            Arc::new(settings);
                    }
                    Err(error) => tracing::warn!(%error, "new settings could not be read: the old ones hold"),
                },
                Err(error) => tracing::debug!(%error, "the settings' revision could not be read"),
            }
        }
    }
}

/// The engine stops.
pub(crate) struct Stopping;

#[async_trait]
impl Intake for Engine {
    async fn receive(&self, incoming: Incoming) -> Receipt {
        intake::receive(self, incoming).await
    }

    fn release_parked(&self, destination: &Destination) {
        self.outbox().release_parked(self, destination);
    }
}

#[async_trait]
impl Screens for Engine {
    async fn newest_payments(&self, destination: &Destination) -> Result<Vec<Payment>, StoreError> {
        self.parts().store.newest_payments(&destination.store, &destination.register, NEWEST).await
    }

    fn changes(&self) -> broadcast::Receiver<Destination> {
        self.inner.changes.subscribe()
    }

    fn settings(&self) -> Arc<Settings> {
        Self::settings(self)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

impl Hints for Engine {
    fn hint(&self, order: AttemptId) {
        let (engine, payment) = (self.clone(), order.payment());
        self.spawn(async move {
            if let Err(error) = engine.wake(payment).await {
                tracing::debug!(payment.id = %payment, %error, "a hint led nowhere");
            }
        });
    }
}
