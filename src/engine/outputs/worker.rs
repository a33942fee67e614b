//! Driving devices: jobs of this instance's sites, one at a time a device, so that a dead printer delays nobody else's.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use payment::{Outcome, Payment};
use tokio::sync::Notify;

use crate::engine::Engine;
use crate::feed::FeedError;
use crate::ports::{Face, JobEnd, JobTask, OutputJob, StoreError};

/// How often jobs are looked for that nobody told of: of other instances, and what is to be taken away.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a device may take for one job.
const DRIVE_WITHIN: Duration = Duration::from_secs(8);
/// How long a job is this instance's. Who holds one longer is gone.
const LEASE: Duration = Duration::from_secs(15);

/// The devices that this instance is at.
#[derive(Default)]
pub(crate) struct Worker {
    busy: Mutex<BTreeSet<String>>,
    woken: Notify,
}

impl Worker {
    /// There may be something to do.
    pub(crate) fn wake(&self) {
        self.woken.notify_one();
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drives the devices of this instance's sites until the engine stops.
pub(crate) async fn output_loop(engine: Engine) {
    let sites = engine.parts().output.sites();
    if sites.is_empty() {
        return;
    }
    while !engine.is_stopping() {
        for site in &sites {
            if let Err(error) = engine.begin_jobs(site).await {
                tracing::warn!(site, %error, "the jobs of outputs wait for the database");
            }
        }
        tokio::select! {
            biased;
            () = engine.stopping() => return,
            () = engine.worker().woken.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// This instance is at a device until this is dropped, however that comes.
struct AtDevice {
    engine: Engine,
    device: String,
}

impl AtDevice {
    fn begin(engine: &Engine, device: &str) -> Self {
        engine.worker().busy().insert(device.to_owned());
        Self { engine: engine.clone(), device: device.to_owned() }
    }
}

impl Drop for AtDevice {
    fn drop(&mut self) {
        self.engine.worker().busy().remove(&self.device);
        self.engine.worker().wake();
    }
}

impl Engine {
    /// Begins all jobs of a site whose devices are free.
    async fn begin_jobs(&self, site: &str) -> Result<(), StoreError> {
        loop {
            let (busy, now) = (self.worker().busy().clone(), self.now());
            let leased = self.parts().jobs.lease_job(site, &busy, now, now.plus(LEASE)).await?;
            let Some(job) = leased else { return Ok(()) };
            let at_device = AtDevice::begin(self, &job.device);
            self.spawn(async move {
                if let Err(error) = at_device.engine.drive(job).await {
                    tracing::warn!(%error, "what an output did waits to be told");
                }
            });
        }
    }

    async fn drive(&self, job: OutputJob) -> Result<(), FeedError> {
        let payment = self.load(job.payment).await?.payment;
        match job.task {
            JobTask::Show => {
                let end = self.show(&payment, &job).await;
                self.parts().jobs.finish_job(&job, &end).await?;
                self.tell_job(&payment, job.console, end).await
            }
            JobTask::Clear => {
                let is_clear = self.clear(&payment, &job).await;
                // What could not be cleared is tried again once the lease has passed: the code on it is dead anyway.
                if is_clear {
                    let end = JobEnd { outcome: Outcome::Shown, reason: None };
                    self.parts().jobs.finish_job(&job, &end).await?;
                }
                Ok(())
            }
        }
    }

    async fn show(&self, payment: &Payment, job: &OutputJob) -> JobEnd {
        if !payment.is_code_live() {
            return super::failed("the code was over before it got there");
        }
        let settings = self.settings();
        let Some(face) = face_of(&settings, payment, job, self.now()) else {
            return super::failed("the console is not set up any more");
        };
        // Perhaps on paper, perhaps on the display: what can be taken away is taken away at the end.
        unless_it_breaks(&face, self.parts().output.show(&face, DRIVE_WITHIN)).await.unwrap_or_else(|| {
            JobEnd {
                outcome: Outcome::NotConfirmed,
                reason: Some("its driver broke down: see the service's log".to_owned()),
            }
        })
    }

    async fn clear(&self, payment: &Payment, job: &OutputJob) -> bool {
        let settings = self.settings();
        match face_of(&settings, payment, job, self.now()) {
            Some(face) => {
                let clearing = self.parts().output.clear(&face, DRIVE_WITHIN);
                unless_it_breaks(&face, clearing).await.unwrap_or(false)
            }
            None => true, // nobody knows any more where it is
        }
    }
}

/// What a driver came to; `None`: it ended in a panic, which is a fault of the driver and of this job alone.
async fn unless_it_breaks<T>(face: &Face<'_>, driving: impl Future<Output = T>) -> Option<T> {
    let done = AssertUnwindSafe(driving).catch_unwind().await;
    if done.is_err() {
        tracing::error!(console = face.console.name, "the driver of an output ended in a panic");
    }
    done.ok()
}

fn face_of<'a>(
    settings: &'a crate::settings::Settings,
    payment: &'a Payment,
    job: &OutputJob,
    now: payment::Timestamp,
) -> Option<Face<'a>> {
    let store = settings.stores.get(&job.store)?;
    let console = store.registers.get(&job.owner)?.consoles.get(&job.console)?;
    Some(Face { payment, store, console, now })
}
