//! Carrying notifications to merchants: one task each, accepted only by HTTP 200.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{clock::later, desk::Desk, options::Notifications};

/// A finished notification: what is sent is exactly what was signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// Delivers one notification, trying again until it is accepted or patience ends.
pub(crate) async fn deliver(desk: Arc<Desk>, number: u64, notice: Notice, delay: Duration) {
    let world = &desk.world;
    world.hold(delay).await;
    let give_up_at = later(world.clock.now(), world.notifications.give_up_after);
    for pause in pauses(world.notifications) {
        if world.stop.is_cancelled() {
            return;
        }
        if is_accepted(&desk, &notice).await || past(&desk, give_up_at) {
            break;
        }
        world.hold(pause).await;
    }
    desk.open(|book, _| book.remove_notice(number));
}

/// Sends a notification once, whatever comes of it: a forger does not care.
pub(crate) async fn send_once(desk: Arc<Desk>, notice: Notice) {
    is_accepted(&desk, &notice).await;
}

async fn is_accepted(desk: &Desk, notice: &Notice) -> bool {
    let mut request = desk.world.client.post(&notice.url).header("content-type", "application/json");
    for (name, value) in &notice.headers {
        request = request.header(name, value);
    }
    match request.body(notice.body.clone()).send().await {
        Ok(answer) => answer.status() == reqwest::StatusCode::OK,
        Err(error) => {
            tracing::debug!(%error, "a notification was not delivered");
            false
        }
    }
}

fn past(desk: &Desk, at: Timestamp) -> bool {
    desk.world.clock.now() >= at
}

/// The base, doubled each time, up to the cap.
fn pauses(settings: Notifications) -> impl Iterator<Item = Duration> {
    std::iter::successors(Some(settings.retry_base), move |pause| {
        Some(pause.saturating_mul(2).min(settings.retry_cap))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_cap() {
        let settings = Notifications {
            retry_base: Duration::from_secs(1),
            retry_cap: Duration::from_secs(5),
            ..Notifications::default()
        };
        let seconds: Vec<u64> = pauses(settings).take(5).map(|pause| pause.as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 5, 5]);
    }
}
