//! Hearing of changes of registers. The engine's hints make it quick; whoever waits reads anew all the same.

use engine::ports::Destination;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::door::Door;

/// The hints about some registers, from the moment that this is made.
pub(crate) struct Changes {
    heard: Vec<Destination>,
    /// `None` once the engine has stopped giving hints.
    hints: Option<broadcast::Receiver<Destination>>,
}

impl Changes {
    /// To be made before the first look, so that no change falls between.
    pub(crate) fn of(door: &Door, heard: Vec<Destination>) -> Self {
        Self { heard, hints: Some(door.parts.screens.changes()) }
    }

    /// Waits for a change, but no longer than `until`; `false`: the service stops.
    pub(crate) async fn wait(&mut self, door: &Door, until: Instant) -> bool {
        loop {
            let hinted = async {
                match &mut self.hints {
                    Some(hints) => Some(hints.recv().await),
                    None => None,
                }
            };
            tokio::select! {
                biased;
                () = door.stop.cancelled() => return false,
                () = tokio::time::sleep_until(until) => return true,
                Some(hint) = hinted => match hint {
                    Ok(destination) if !self.heard.contains(&destination) => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => return true,
                    Err(RecvError::Closed) => self.hints = None,
                },
            }
        }
    }

    /// Loses the hints, as when the engine has stopped.
    #[cfg(test)]
    pub(crate) fn deafen(&mut self) {
        self.hints = Some(broadcast::channel(1).1);
    }
}
