//! What all banks of one simulator share: clock, chances, faults, the courier's client, running tasks.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{clock::Clock, faults::Faults, options::Notifications, random::Random};

/// The surroundings of every bank.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    /// Ids are drawn here, so that the number of ids doesn't shift the chances of faults.
    pub(crate) ids: Random,
    /// Chances of faults.
    pub(crate) chances: Random,
    /// Carries notifications.
    pub(crate) client: reqwest::Client,
    pub(crate) notifications: Notifications,
    /// Address of this simulator as others see it, without a final slash.
    pub(crate) public_url: String,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl World {
    /// Waits, but not beyond the end of the simulator.
    pub(crate) async fn hold(&self, duration: Duration) {
        tokio::select! {
            () = tokio::time::sleep(duration) => {}
            () = self.stop.cancelled() => {}
        }
    }
}
