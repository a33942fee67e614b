//! All devices that this process drives: one job at a time each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};

use crate::{Address, DisplayProfile, PrintOutcome, PrinterProfile, Reason, cleared, job, shown};

/// Brings jobs to devices, one at a time each; a slow device holds up only its own jobs. Clones share their queues: a
/// process has one.
#[derive(Debug, Clone, Default)]
pub struct Devices {
    queues: Arc<Mutex<BTreeMap<Address, Arc<tokio::sync::Mutex<()>>>>>,
}

impl Devices {
    /// Prints the bytes that [`encode`](crate::encode) made, within a time that includes waiting for earlier jobs. Never sends
    /// anything twice, and never more than that time and a second passes. Dropping the future after it has begun leaves a job
    /// of which nobody knows how much was printed: count it as not confirmed.
    pub async fn print(
        &self,
        address: &Address,
        profile: &PrinterProfile,
        bytes: &[u8],
        within: Duration,
    ) -> PrintOutcome {
        let until = Instant::now() + within;
        let Some(_turn) = self.turn(address, until).await else {
            return PrintOutcome::Failed(Reason::Busy);
        };
        if profile.status {
            job::print(address, bytes, until).await
        } else {
            job::tell(address, bytes, until).await
        }
    }

    /// Shows two lines on a line display. Displays tell nothing: all that is known is that they took the bytes.
    pub async fn show(
        &self,
        address: &Address,
        profile: &DisplayProfile,
        lines: &[String; 2],
        within: Duration,
    ) -> Result<(), Reason> {
        self.tell(address, &shown(profile, lines), within).await
    }

    /// Leaves nothing on a line display.
    pub async fn clear(
        &self,
        address: &Address,
        profile: &DisplayProfile,
        within: Duration,
    ) -> Result<(), Reason> {
        self.tell(address, &cleared(profile), within).await
    }

    async fn tell(&self, address: &Address, bytes: &[u8], within: Duration) -> Result<(), Reason> {
        let until = Instant::now() + within;
        let _turn = self.turn(address, until).await.ok_or(Reason::Busy)?;
        match job::tell(address, bytes, until).await {
            PrintOutcome::Printed | PrintOutcome::NotConfirmed(Reason::TellsNothing) => Ok(()),
            PrintOutcome::NotConfirmed(reason) | PrintOutcome::Failed(reason) => Err(reason),
        }
    }

    /// Waits until no other job is at the device.
    async fn turn(&self, address: &Address, until: Instant) -> Option<OwnedMutexGuard<()>> {
        let queue = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(queues.entry(address.clone()).or_default())
        };
        timeout_at(until, queue.lock_owned()).await.ok()
    }
}
