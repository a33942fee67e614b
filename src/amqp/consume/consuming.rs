//! The loop that takes commands.

use std::sync::Arc;
use std::time::Duration;

use engine::doors::Intake;
use engine::ports::Clock;
use futures_util::future::join_all;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::crew::{Crew, End};
use super::hands::Hands;
use super::role::Role;
use crate::address::Address;
use crate::config::Config;
use crate::health::{Health, LinkState};
use crate::names::Names;
use crate::publish::Post;
use crate::wire::Line;

/// How long care is taken after the last unreadable message.
const CARE: Duration = Duration::from_secs(15);

/// The loop that takes commands.
pub struct Consuming(Parts);

/// What the loop works with.
pub(crate) struct Parts {
    pub(crate) config: Arc<Config>,
    pub(crate) names: Arc<Names>,
    pub(crate) address: Address,
    pub(crate) health: Health,
    /// The way of dead letters.
    pub(crate) dead: Post,
    pub(crate) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Consuming {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Consuming").field("address", &self.0.address).finish_non_exhaustive()
    }
}

impl Consuming {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(parts)
    }

    /// Runs until stopped. Then nothing more is taken, and what is in hand is finished, within the drain time-out; what is
    /// not finished by then is left to the broker.
    pub async fn run(self, intake: Arc<dyn Intake>, stop: CancellationToken) {
        let Self(parts) = self;
        let crew = Crew::new(&parts.config, &parts.names, Arc::new(parts.hands(intake, &stop)));
        let late = async {
            stop.cancelled().await;
            sleep(parts.config.drain_timeout).await;
        };
        let work = async {
            parts.take(&crew, &stop).await;
            crew.finish().await;
        };
        tokio::select! {
            biased;
            () = work => {}
            () = late => crew.abandon().await,
        }
    }
}

impl Parts {
    fn hands(&self, intake: Arc<dyn Intake>, stop: &CancellationToken) -> Hands {
        Hands {
            intake,
            names: self.names.clone(),
            dead: self.dead.clone(),
            clock: self.clock.clone(),
            health: self.health.clone(),
            hold_limit: self.config.hold_limit,
            pay_ttl: self.config.pay_ttl,
            stop: stop.clone(),
        }
    }

    fn line(&self) -> Line {
        let name = format!("{} consume", self.config.connection_name);
        Line::new(self.address.clone(), name, self.config.answer_timeout)
    }

    /// One connection for all queues; after something unreadable, for a while, one for each.
    async fn take(&self, crew: &Crew<'_>, stop: &CancellationToken) {
        let mut line = self.line();
        let state = self.health.consuming();
        while crew.tend(&mut line, state, &Role::ALL, stop).await == End::Unreadable {
            tracing::warn!(
                "a message that cannot be read breaks the connection: it is given its own until it is buried"
            );
            state.up();
            self.take_with_care(crew, stop).await;
            state.down(None);
        }
    }

    /// A connection for each queue, and one message of it at a time. What cannot be read breaks only its queue's connection
    /// then, each time counted by the broker for this message alone, until the broker buries it.
    async fn take_with_care(&self, crew: &Crew<'_>, stop: &CancellationToken) {
        let (calm, trouble) = (stop.child_token(), Notify::new());
        let mut tending = Box::pin(join_all(Role::ALL.map(async |role| {
            let (mut line, state) = (self.line(), LinkState::new());
            while crew.tend_one(&mut line, &state, role, &calm).await == End::Unreadable {
                trouble.notify_one();
            }
        })));
        let quiet = async { while timeout(CARE, trouble.notified()).await.is_ok() {} };
        tokio::select! {
            biased;
            _ = &mut tending => return,
            () = quiet => calm.cancel(),
        }
        let _ = timeout(self.config.drain_timeout, tending).await;
    }
}
