//! Following the settings: changed ones are taken over within a second. And other instances: what they change is hinted at here
//! too.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::engine::Engine;
use crate::ports::{Destination, StoreError};

/// How often the settings' revision is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Takes over changed settings until the engine stops.
pub(crate) async fn settings_loop(engine: Engine) {
    while engine.pause(EVERY).await.is_ok() {
        engine.follow_settings().await;
    }
}

impl Engine {
    /// Takes over changed settings now: whoever has changed them need not wait for the second in which they would be seen.
    pub async fn follow_settings(&self) {
        let _one_at_a_time = self.following().lock().await; // of two, the banks of the older would be the last
        match self.parts().store.settings_revision().await {
            Ok(revision) if revision == self.settings().revision => {}
            Ok(_) => match self.take_over_settings().await {
                Ok(revision) => tracing::info!(revision, "new settings hold"),
                Err(error) => tracing::warn!(%error, "new settings could not be read: the old ones hold"),
            },
            Err(error) => tracing::debug!(%error, "the settings' revision could not be read"),
        }
    }

    /// The banks first: settings hold when they can be worked by.
    async fn take_over_settings(&self) -> Result<u64, StoreError> {
        let settings = self.parts().store.settings().await?;
        self.parts().banks.connect(&settings).await?;
        let revision = settings.revision;
        self.take_settings(settings);
        Ok(revision)
    }
}

/// Passes on what other instances announce, until the engine stops.
pub(crate) async fn others_loop(engine: Engine, mut announced: broadcast::Receiver<Destination>) {
    loop {
        let heard = tokio::select! {
            biased;
            () = engine.stopping() => return,
            heard = announced.recv() => heard,
        };
        match heard {
            Ok(register) => engine.heard_of(register),
            Err(RecvError::Lagged(_)) => {} // hints: whoever waits looks by itself
            Err(RecvError::Closed) => return,
        }
    }
}
