//! Following the settings: changed ones are taken over within a second. And other instances: what they change is hinted at here
//! too.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::engine::Engine;
use crate::ports::Destination;

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
        let store = &self.parts().store;
        match store.settings_revision().await {
            Ok(revision) if revision == self.settings().revision => {}
            Ok(_) => match store.settings().await {
                Ok(settings) => {
                    tracing::info!(revision = settings.revision, "new settings hold");
                    self.take_settings(settings);
                }
                Err(error) => tracing::warn!(%error, "new settings could not be read: the old ones hold"),
            },
            Err(error) => tracing::debug!(%error, "the settings' revision could not be read"),
        }
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
