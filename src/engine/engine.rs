//! The engine: ports joined, loops started and stopped.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use payment::{Payment, PaymentId, Timestamp};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::asking::Asking;
use crate::heard::Heard;
use crate::inspection::{Counts, inspection_loop};
use crate::lanes::Lanes;
use crate::limits::Limits;
use crate::links::Links;
use crate::outbox::Outbox;
use crate::outputs::{Worker, output_loop};
use crate::ports::{
    Banks, Clock, Destination, EventSink, Ids, Output, OutputJobs, Pictures, Store, StoreError,
};
use crate::settings::Settings;
use crate::supersede::Waiting;
use crate::wheel::Wheel;
use crate::{follow, wake};

/// How many changes a slow screen may miss before it has to read anew.
const CHANGES_KEPT: usize = 1_024;
/// How often an orderly stop looks whether everything is out.
const STOP_CHECK_EVERY: Duration = Duration::from_millis(20);

/// What the engine works with.
pub struct Parts {
    /// Durable state.
    pub store: Arc<dyn Store>,
    /// The banks.
    pub banks: Arc<dyn Banks>,
    /// The way of events to registers.
    pub events: Arc<dyn EventSink>,
    /// The jobs of outputs.
    pub jobs: Arc<dyn OutputJobs>,
    /// Devices.
    pub output: Arc<dyn Output>,
    /// Pictures for registers.
    pub pictures: Arc<dyn Pictures>,
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
    /// Payments of instances that are gone are being taken over, or it is not known which were.
    is_taking_over: AtomicBool,
    renewing: tokio::sync::Mutex<()>,
    /// Epochs that are known to have lapsed.
    gone: Mutex<BTreeSet<u64>>,
    settings: RwLock<Arc<Settings>>,
    /// Changed settings are taken over by one at a time.
    following: tokio::sync::Mutex<()>,
    lanes: Lanes,
    wheel: Wheel,
    outbox: Outbox,
    limits: Limits,
    asking: Asking,
    heard: Heard,
    waiting: Waiting,
    links: Links,
    inspection: Counts,
    worker: Worker,
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
        parts.banks.connect(&settings).await?;
        let inner = Inner {
            parts,
            epoch: AtomicU64::new(epoch),
            is_taking_over: AtomicBool::new(false),
            renewing: tokio::sync::Mutex::default(),
            gone: Mutex::default(),
            settings: RwLock::new(Arc::new(settings)),
            following: tokio::sync::Mutex::default(),
            lanes: Lanes::default(),
            wheel: Wheel::default(),
            outbox: Outbox::default(),
            limits: Limits::default(),
            asking: Asking::default(),
            heard: Heard::default(),
            waiting: Waiting::default(),
            links: Links::default(),
            inspection: Counts::default(),
            worker: Worker::default(),
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
        loops.spawn(follow::settings_loop(self.clone()));
        loops.spawn(output_loop(self.clone()));
        loops.spawn(inspection_loop(self.clone()));
        if let Some(announced) = self.inner.parts.store.announced() {
            loops.spawn(follow::others_loop(self.clone(), announced));
        }
        let engine = self.clone();
        loops.spawn(async move { engine.outbox().mark_loop(&engine).await });
        let engine = self.clone();
        loops.spawn(async move { engine.outbox().parked_loop(&engine).await });
    }

    /// Stops in order: no new wakes, then calls and events under way, for at most `patience`; what is left then is given
    /// up, is durable, and goes on at the next start. The doors must have stopped taking commands before; what they
    /// bring all the same is not taken any more.
    pub async fn stop(&self, patience: Duration) {
        self.inner.loops.close();
        self.inner.tasks.close();
        let calm = async {
            while !self.inner.tasks.is_empty() {
                tokio::time::sleep(STOP_CHECK_EVERY).await;
            }
        };
        let _ = tokio::time::timeout(patience, calm).await;
        self.inner.stop.cancel();
        let last_words = async {
            self.inner.loops.wait().await;
            self.inner.tasks.wait().await;
            if let Err(error) = self.outbox().flush_marks(self).await {
                tracing::warn!(%error, "some events will be sent once more at the next start");
            }
        };
        if tokio::time::timeout(patience, last_words).await.is_err() {
            tracing::warn!("the database did not answer in time: some events will be sent once more");
        }
    }

    /// How many payments this instance watches.
    pub fn watched(&self) -> usize {
        self.wheel().len()
    }

    /// Feeds an input that a person gave on the command line or the admin pages.
    pub async fn feed_by_hand(&self, payment: PaymentId, input: payment::Input) -> Result<Payment, String> {
        match self.feed(payment, input).await {
            Ok(fed) => Ok(Payment::clone(&fed.into_payment())),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.inner.lanes
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

    pub(crate) fn heard(&self) -> &Heard {
        &self.inner.heard
    }

    pub(crate) fn waiting(&self) -> &Waiting {
        &self.inner.waiting
    }

    pub(crate) fn links(&self) -> &Links {
        &self.inner.links
    }

    pub(crate) fn inspection(&self) -> &Counts {
        &self.inner.inspection
    }

    pub(crate) fn worker(&self) -> &Worker {
        &self.inner.worker
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.inner.epoch.load(Ordering::Relaxed)
    }

    pub(crate) fn set_epoch(&self, epoch: u64) {
        self.inner.epoch.store(epoch, Ordering::Relaxed);
    }

    /// Whether a payment may be this instance's own without its knowing.
    pub(crate) fn is_taking_over(&self) -> bool {
        self.inner.is_taking_over.load(Ordering::SeqCst)
    }

    pub(crate) fn set_taking_over(&self, is_taking_over: bool) {
        self.inner.is_taking_over.store(is_taking_over, Ordering::SeqCst);
    }

    pub(crate) fn renewing(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.renewing
    }

    pub(crate) fn gone(&self) -> &Mutex<BTreeSet<u64>> {
        &self.inner.gone
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.inner.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn following(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.following
    }

    pub(crate) fn take_settings(&self, settings: Settings) {
        *self.inner.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    pub(crate) fn fresh_id(&self) -> String {
        format!("{:032x}", self.inner.parts.ids.fresh())
    }

    /// A register has changed: screens of this instance and of others look at it.
    pub(crate) fn changed(&self, register: Destination) {
        self.inner.parts.store.announce(&register);
        self.heard_of(register);
    }

    /// A register has changed, as another instance tells.
    pub(crate) fn heard_of(&self, register: Destination) {
        let _ = self.inner.changes.send(register); // nobody looks: nothing to tell
    }

    pub(crate) fn watch_changes(&self) -> broadcast::Receiver<Destination> {
        self.inner.changes.subscribe()
    }

    /// Starts a task that an orderly stop waits for, and gives up when its patience ends.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.inner.stop.clone();
        self.inner.tasks.spawn(async move {
            let _ = stop.run_until_cancelled(task).await;
        });
    }

    /// Starts a task that goes on to its end even if nobody waits for it any more.
    pub(crate) fn spawn_to_the_end<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.inner.tasks.spawn(task)
    }

    /// An orderly stop has begun: nothing new is begun.
    pub(crate) fn is_stopping(&self) -> bool {
        self.inner.loops.is_closed()
    }

    /// An orderly stop has run out of patience, or is over.
    pub(crate) fn is_stopped(&self) -> bool {
        self.inner.stop.is_cancelled()
    }

    /// Waits until an orderly stop runs out of patience, or is over.
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
}

/// The engine stops.
pub(crate) struct Stopping;
