//! Waking: the loop that takes due payments off the wheel, and the sweep that finds what the wheel does not know.

use std::sync::Arc;
use std::time::Duration;

use payment::{Input, PaymentId, Timestamp};
use tokio::sync::Semaphore;

use crate::engine::Engine;
use crate::feed::{FeedError, Request};
use crate::ports::{CommitError, Left, StoreError, Stored};
use crate::wheel::Due;

/// How many payments are looked at once.
const WAKES_AT_ONCE: usize = 64;
/// How often the rows are swept for what became due since the last sweep.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Each so many sweeps, all that is overdue is looked at, not only what became due since the last one.
const FULL_SWEEP_EVERY: u32 = 60;
const PAGE: usize = 1_000;
/// The pause before anything is looked at again after one payment could not be.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Wakes due payments until the engine stops.
pub(crate) async fn wheel_loop(engine: Engine) {
    let places = Arc::new(Semaphore::new(WAKES_AT_ONCE));
    while !engine.is_stopping() {
        let now = engine.now();
        let Some(due) = engine.wheel().take_due(now) else {
            let pause = engine.wheel().next().map_or(SWEEP_EVERY, |at| at.since(now)).min(SWEEP_EVERY);
            tokio::select! {
                biased;
                () = engine.stopping() => return,
                () = engine.wheel().moved() => {}
                () = tokio::time::sleep(pause) => {}
            }
            continue;
        };
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let waking = engine.clone();
        engine.spawn(async move {
            wake(&waking, due).await;
            drop(place);
        });
    }
}

/// Looks at one payment.
async fn wake(engine: &Engine, due: Due) {
    let id = due.payment;
    match engine.wake(due).await {
        Ok(()) => {}
        Err(FeedError::UnknownPayment) => engine.outbox().no_doubt(id), // a hint that named none, a commit never made
        Err(error) => {
            tracing::debug!(payment.id = %id, %error, "a payment could not be looked at: it is tried again");
            let again_at = engine.now().plus(AGAIN_AFTER);
            engine.wheel().hasten(id, again_at);
            if !engine.is_row_to_blame(id).await && engine.wheel().rest(engine.now(), again_at) {
                tracing::warn!(%error, "no payment can be looked at: the wheel rests for a second");
            }
        }
    }
}

impl Engine {
    /// Does what is due for a payment: lost calls first, then everything else. What another instance owns is that one's to
    /// look at by plan; news is for whoever has heard it.
    async fn wake(&self, Due { payment: id, is_news }: Due) -> Result<(), FeedError> {
        let stored = self.load(id).await?;
        if stored.owner != self.epoch() && !is_news && !self.is_gone(stored.owner).await? {
            self.wheel().forget(id, stored.payment.state.sequence);
            self.outbox().no_doubt(id); // its events are its owner's
            return Ok(());
        }
        let lost = self.lost_epochs(&stored).await?;
        let delivered = stored.delivered;
        let mut held = self.held(stored);
        if !lost.is_empty() {
            let input = Input::CallsLost { epochs: lost };
            let fed = self.feed_from(id, Some(held.clone()), input, Request::default()).await?;
            held = held.after(fed);
        }
        let silent = self.silent_outputs(&held.payment).await?;
        if !silent.is_empty() {
            let input = Input::OutputsTold { consoles: silent };
            let fed = self.feed_from(id, Some(held.clone()), input, Request::default()).await?;
            held = held.after(fed);
        }
        let request = Request { is_news, ..Request::default() };
        self.feed_from(id, Some(held), Input::Wake { delivered }, request).await?;
        Ok(())
    }

    /// Whether a payment could not be looked at since its own row can't be read, while the database can be used: others need not
    /// wait for it. The inspection tells of such a row.
    async fn is_row_to_blame(&self, id: PaymentId) -> bool {
        self.parts().store.settings_revision().await.is_ok() && self.load(id).await.is_err()
    }

    /// The epochs of calls under way whose instances are gone.
    async fn lost_epochs(&self, stored: &Stored) -> Result<Vec<u64>, StoreError> {
        let mut lost = Vec::new();
        for call in stored.payment.calls() {
            if call.epoch != self.epoch() && self.is_gone(call.epoch).await? {
                lost.push(call.epoch);
            }
        }
        Ok(lost)
    }
}

/// Sweeps the rows until the engine stops. The first sweep takes over everything that is open.
pub(crate) async fn sweep_loop(engine: Engine) {
    let mut swept_until = None;
    let mut count: u32 = 0;
    loop {
        let now = engine.now();
        let is_full = count.is_multiple_of(FULL_SWEEP_EVERY);
        let from = if is_full { None } else { swept_until };
        let until = if count == 0 { now.plus(SWEEP_EVERY * FULL_SWEEP_EVERY) } else { now };
        match sweep(&engine, from, until, now).await {
            Ok(()) => {
                swept_until = Some(now);
                take_over(&engine, now, is_full).await;
                count = count.wrapping_add(1);
                engine.outbox().doubtful().into_iter().for_each(|id| engine.wheel().hasten(id, now));
            }
            Err(error) => tracing::warn!(%error, "the sweep waits for the database"),
        }
        if engine.pause(SWEEP_EVERY).await.is_err() {
            return;
        }
    }
}

/// Takes over what instances that are gone have left: what is due, and what they have not delivered. What is parked has time.
async fn take_over(engine: &Engine, now: Timestamp, with_parked: bool) {
    if engine.is_taking_over() {
        // A call before this one was not answered: what it took over is not known.
        if let Err(error) = engine.outbox().doubt_everything(engine).await {
            return tracing::warn!(%error, "taking over waits for the database");
        }
    }
    engine.set_taking_over(true);
    for left in [Left::Due(now), Left::Events { parked: with_parked }] {
        let epoch = engine.epoch();
        match take_over_all(engine, left, now).await {
            Ok(()) => {}
            Err(CommitError::Lapsed) => {
                if let Err(error) = engine.renew_epoch(epoch).await {
                    tracing::warn!(%error, "a new epoch waits for the database");
                }
                return; // the next sweep takes over, also what was this instance's own
            }
            Err(error) => return tracing::warn!(%error, "taking over waits for the database"),
        }
    }
    engine.set_taking_over(false);
}

async fn take_over_all(engine: &Engine, left: Left, now: Timestamp) -> Result<(), CommitError> {
    loop {
        let taken = engine.parts().store.take_over(left, PAGE).await?;
        if !taken.is_empty() {
            tracing::info!(payments = taken.len(), ?left, "taken over from an instance that is gone");
        }
        for payment in &taken {
            engine.outbox().doubt(*payment);
            engine.wheel().hasten(*payment, now);
        }
        if taken.len() < PAGE {
            return Ok(());
        }
    }
}

/// Puts payments that are due until `until` onto the wheel, if the wheel does not know them.
async fn sweep(
    engine: &Engine,
    from: Option<Timestamp>,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut after = from.map(|from| (from, PaymentId::from_uuid(0)));
    loop {
        let page = engine.parts().store.due(until, after, PAGE).await?;
        for (_, payment) in &page {
            engine.wheel().set_if_unknown(*payment, now);
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(*last),
            _ => return Ok(()),
        }
    }
}
