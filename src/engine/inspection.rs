//! The closed loop: what is stored is looked at again from time to time, although nobody expects anything to be wrong.
//!
//! Rows are compared with their journals; what differs is mended by an ordinary input, through `decide` and a commit, or put on the
//! list of what people look at (`integrator audit payments`). Banks are asked once more about payments that are over.

mod banks;
mod counts;
mod judge;
mod rows;

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use payment::{PaymentId, Timestamp};

use crate::engine::Engine;
use crate::ports::{Round, StoreError};
pub(crate) use counts::Counts;
pub use counts::Inspected;

/// How often some of each round are looked at.
const EVERY: Duration = Duration::from_secs(10);
/// How many at a time: with the pause, a busy day's payments take some hours and no more than a hundredth of a core.
const PAGE: usize = 200;
/// How long a round is this instance's if it does not come back to say so.
const HELD_FOR: Duration = Duration::from_mins(5);
/// The pause between two walks over all rows.
const REST: Duration = Duration::from_mins(10);
/// How old the payments are whose rows are looked at.
const ROWS_OF: Duration = Duration::from_hours(72);
/// How old a payment is when its bank is asked once more …
const BANK_AFTER: Duration = Duration::from_hours(2);
/// … and how old at most, where the round was not walked for long.
const BANK_UNTIL: Duration = Duration::from_hours(48);

/// Inspects until the engine stops. Each round goes on by itself, so that one that is slow keeps no other waiting.
pub(crate) async fn inspection_loop(engine: Engine) {
    let mut walks = FuturesUnordered::new();
    let mut under_way = BTreeSet::new();
    let mut pause = pin!(engine.pause(EVERY));
    loop {
        tokio::select! {
            biased;
            paused = &mut pause => {
                if paused.is_err() {
                    return;
                }
                for round in rounds(&engine) {
                    if under_way.insert(round.clone()) {
                        walks.push(walk_on(&engine, round));
                    }
                }
                pause.set(engine.pause(EVERY));
            }
            Some(round) = walks.next() => {
                under_way.remove(&round);
            }
        }
    }
}

/// The rounds that there are now.
fn rounds(engine: &Engine) -> Vec<Round> {
    let settings = engine.settings();
    let banks = settings.servers.keys().cloned().map(Round::Bank);
    std::iter::once(Round::Rows).chain(banks).collect()
}

async fn walk_on(engine: &Engine, round: Round) -> Round {
    if let Err(error) = walk(engine, &round).await {
        tracing::debug!(%error, round = round.word(), "the inspection waits for the database");
    }
    round
}

/// Walks a part of a round, if no other instance is on it, and no longer than it is this one's.
async fn walk(engine: &Engine, round: &Round) -> Result<(), StoreError> {
    let (store, epoch, now) = (&engine.parts().store, engine.epoch(), engine.now());
    let until = now.plus(HELD_FOR);
    let Some(reached) = store.take_round(round, epoch, now, until).await? else { return Ok(()) };
    let (oldest, youngest) = ages(round, now);
    let mut reached = reached.max(PaymentId::earliest_at(oldest));
    let page = store.payments_behind(reached, PAGE).await?;
    let is_last = page.len() < PAGE;
    let mut was_put_off = false;
    for id in page.into_iter().take_while(|id| *id < PaymentId::earliest_at(youngest)) {
        if engine.is_stopping() {
            return Ok(()); // the next instance goes on from before
        }
        let is_done = engine.now() < until
            && match round {
                Round::Rows => rows::inspect(engine, id).await,
                Round::Bank(server) => banks::ask(engine, server, id).await,
            };
        if !is_done {
            was_put_off = true;
            break;
        }
        reached = id;
    }
    let now = engine.now();
    match round {
        Round::Rows if is_last && !was_put_off => {
            store.leave_round(round, epoch, PaymentId::from_uuid(0), now.plus(REST)).await
        }
        _ => store.leave_round(round, epoch, reached, now).await,
    }
}

/// From when to when the payments of a round were made.
fn ages(round: &Round, now: Timestamp) -> (Timestamp, Timestamp) {
    match round {
        Round::Rows => (now.minus(ROWS_OF), now),
        Round::Bank(_) => (now.minus(BANK_UNTIL), now.minus(BANK_AFTER)),
    }
}
