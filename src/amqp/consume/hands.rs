//! What happens to one message in hand.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use engine::doors::{Intake, Receipt};
use engine::ports::{Clock, Delivery as Outcome};
use futures_util::FutureExt;
use lapin::Acker;
use lapin::message::Delivery;
use lapin::options::BasicAckOptions;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::letter::Letter;
use super::role::Role;
use crate::backoff::Backoff;
use crate::health::Health;
use crate::names::Names;
use crate::publish::Post;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Brings messages to the engine, and does with them what the engine says.
pub(super) struct Hands {
    pub(super) intake: Arc<dyn Intake>,
    pub(super) names: Arc<Names>,
    pub(super) dead: Post,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) health: Health,
    pub(super) hold_limit: Duration,
    /// A pay that was held this long is stale.
    pub(super) pay_ttl: Duration,
    /// Messages that only wait are let go of.
    pub(super) stop: CancellationToken,
}

/// How the engine ended it.
enum End {
    Done,
    Bury(String),
    /// Held too long: the broker's patience with us would end.
    Renew,
    /// Left to the broker, which delivers it again.
    LetGo,
}

impl Hands {
    /// Handles one message to its end. Acknowledges it, unless it is left to the broker.
    pub(super) async fn handle(&self, role: Role, delivery: Delivery) {
        let counters = self.health.counters();
        counters.received.count();
        if delivery.redelivered {
            counters.redelivered.count();
        }
        let acker = delivery.acker.clone();
        let letter = Letter::new(delivery);
        let is_settled = match self.offer(role, &letter, &acker).await {
            End::Done => true,
            End::Bury(reason) => self.bury(role, &letter, &reason, &acker).await,
            End::Renew => self.renew(role, &letter, &acker).await,
            End::LetGo => false,
        };
        if is_settled {
            match acker.ack(BasicAckOptions::default()).await {
                Ok(true) => counters.acknowledged.count(),
                // The channel is gone. The message comes again, and the engine knows it.
                Ok(false) | Err(_) => counters.acknowledgements_lost.count(),
            }
        }
    }

    /// Offers it to the engine until the engine takes it.
    async fn offer(&self, role: Role, letter: &Letter, acker: &Acker) -> End {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            let mut incoming = match letter.read(role) {
                Ok(incoming) => incoming,
                Err(reason) => return End::Bury(reason),
            };
            incoming.is_stale |= letter.held() >= self.pay_ttl;
            match AssertUnwindSafe(self.intake.receive(incoming)).catch_unwind().await {
                Ok(Receipt::Ack) => return End::Done,
                Ok(Receipt::DeadLetter(reason)) => return End::Bury(reason),
                Ok(Receipt::Later) => self.health.counters().postponed.count(),
                // It would do so each time, and its place in hand would never be free again.
                Err(_) => return End::Bury("the service broke down on it".into()),
            }
            if letter.held() >= self.hold_limit {
                return End::Renew;
            }
            if !self.wait(&mut backoff, acker).await {
                return End::LetGo;
            }
        }
    }

    /// Puts it among the dead letters. Returns whether it is there.
    async fn bury(&self, role: Role, letter: &Letter, reason: &str, acker: &Acker) -> bool {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        let message = letter.dead(&self.names, role, reason, self.clock.now());
        while self.dead.send(message.clone()).await != Outcome::Confirmed {
            if !self.wait(&mut backoff, acker).await {
                return false;
            }
        }
        tracing::warn!("a message of {} is among the dead letters: {reason}", role.queue(&self.names));
        self.health.counters().dead_lettered.count();
        true
    }

    /// Publishes a fresh copy. Returns whether the broker has it.
    async fn renew(&self, role: Role, letter: &Letter, acker: &Acker) -> bool {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        let message = letter.renewed(&self.names, role);
        while self.dead.send(message.clone()).await != Outcome::Confirmed {
            if !self.wait(&mut backoff, acker).await {
                return false;
            }
        }
        self.health.counters().renewed.count();
        true
    }

    /// Pauses. Returns whether the message is still ours to handle.
    async fn wait(&self, backoff: &mut Backoff, acker: &Acker) -> bool {
        self.stop.run_until_cancelled(sleep(backoff.pause())).await.is_some() && acker.usable()
    }
}
