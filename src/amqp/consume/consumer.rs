//! One queue's consumer.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hands::Hands;
use super::role::Role;
use crate::backoff::Backoff;
use crate::config::Config;
use crate::names::Names;
use crate::wire::{self, Link, is_silence};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a consumer works with.
pub(super) struct Ground<'a> {
    pub(super) config: &'a Config,
    pub(super) names: &'a Names,
    pub(super) link: &'a Link,
    pub(super) hands: &'a Arc<Hands>,
    pub(super) tasks: &'a TaskTracker,
    /// Ends the tasks wherever they are.
    pub(super) abandoned: &'a CancellationToken,
    /// Calls for another look at what the broker has.
    pub(super) again: &'a Notify,
    pub(super) stop: &'a CancellationToken,
}

/// Consumes one queue until stopped, again after each end. When the whole connection is gone, whoever watches it ends this.
/// An error means that the connection is of no use any more.
pub(super) async fn run(role: Role, prefetch: u16, ground: &Ground<'_>) -> lapin::Result<()> {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    let queue = role.queue(ground.names);
    let state = ground.hands.health.consumer(role);
    while !ground.stop.is_cancelled() {
        let began = Instant::now();
        let reason = match run_once(role, prefetch, ground).await {
            Ok(End::Stopped) => return Ok(()),
            Ok(End::Cancelled) => {
                "RabbitMQ cancelled the consumer: the queue was deleted or has moved".into()
            }
            // Answered later, the broker would give messages to a consumer that nobody listens to.
            Err(error) if is_silence(&error) => {
                state.note_error(error.to_string());
                return Err(error);
            }
            Err(error) => error.to_string(),
        };
        tracing::warn!("{queue} is not consumed: {reason}");
        state.note_error(reason);
        if began.elapsed() > LONGEST_PAUSE {
            backoff.reset();
        }
        // A deleted queue is made anew.
        ground.again.notify_one();
        ground.stop.run_until_cancelled(sleep(backoff.pause())).await;
    }
    Ok(())
}

enum End {
    Stopped,
    Cancelled,
}

async fn run_once(role: Role, prefetch: u16, ground: &Ground<'_>) -> lapin::Result<End> {
    let (queue, limit) = (role.queue(ground.names), ground.config.answer_timeout);
    // A queue without a leader does not answer.
    let (channel, mut consumer) = wire::answered(limit, subscribe(ground.link, queue, prefetch)).await?;
    let open = ground.hands.health.consumer(role).open();
    tracing::debug!("{queue} is consumed, {prefetch} at once");
    let in_hand = TaskTracker::new();
    loop {
        let next = tokio::select! {
            biased;
            () = ground.stop.cancelled() => break,
            next = consumer.next() => next,
        };
        let Some(delivery) = next else { return Ok(End::Cancelled) };
        let delivery = delivery?;
        let (hands, abandoned) = (ground.hands.clone(), ground.abandoned.clone());
        // Bounded by the prefetch: each holds a message that is not acknowledged.
        ground.tasks.spawn(in_hand.track_future(async move {
            abandoned.run_until_cancelled(hands.handle(role, delivery)).await;
        }));
    }
    let cancelled = channel.basic_cancel(queue.clone(), BasicCancelOptions::default());
    wire::answered(limit, cancelled).await?;
    drop(open);
    // What was delivered and not begun goes back, for another instance to take.
    while let Some(Ok(delivery)) = consumer.next().await {
        delivery.acker.nack(BasicNackOptions { requeue: true, multiple: false }).await?;
    }
    // The channel stays open while messages of it are in hand.
    in_hand.close();
    in_hand.wait().await;
    Ok(End::Stopped)
}

async fn subscribe(link: &Link, queue: &ShortString, prefetch: u16) -> lapin::Result<(Channel, Consumer)> {
    let channel = link.channel().await?;
    // Per consumer: the other kind closes the connection on quorum queues.
    channel.basic_qos(prefetch, BasicQosOptions { global: false }).await?;
    let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
    let consumer = channel.basic_consume(queue.clone(), queue.clone(), options, none).await?;
    Ok((channel, consumer))
}
