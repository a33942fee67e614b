//! Keeps what the broker must have as it must be.

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::declare::Clerk;
use super::link::Link;
use super::topology::Object;
use crate::config::Config;
use crate::health::Health;

/// One connection's part of it.
pub(crate) struct Upkeep<'a> {
    pub(crate) link: &'a Link,
    pub(crate) objects: &'a [Object],
    pub(crate) config: &'a Config,
    /// Where it is noted what differs. It is used as it is.
    pub(crate) health: &'a Health,
}

impl Upkeep<'_> {
    /// Makes what is missing, or only looks when `declare` is off. An error means that the connection is of no use.
    pub(crate) async fn once(&self) -> lapin::Result<()> {
        let _turn = self.health.turn_to_make().await;
        let mut clerk = Clerk::new(self.link, self.config.answer_timeout);
        for object in self.objects {
            let found =
                if self.config.declare { clerk.make(object).await? } else { clerk.look(object).await? };
            self.health.note_finding(&object.to_string(), found.as_deref());
        }
        clerk.close().await;
        Ok(())
    }

    /// Does so again and again: nobody tells when an exchange or a binding is deleted. At once when called. Ends when the
    /// connection is of no use.
    pub(crate) async fn always(
        &self,
        again: &Notify,
        mut blocked: watch::Receiver<Option<String>>,
    ) -> lapin::Error {
        loop {
            // The end of the time is as good a reason as a call.
            let _ = timeout(self.config.verify_every, again.notified()).await;
            // On a blocked connection the library sends nothing.
            let _ = blocked.wait_for(Option::is_none).await;
            tokio::select! {
                biased;
                _ = blocked.wait_for(Option::is_some) => {}
                outcome = self.once() => if let Err(error) = outcome {
                    return error;
                },
            }
        }
    }
}
