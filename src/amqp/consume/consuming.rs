//! The loop that takes commands.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use engine::doors::Intake;
use engine::ports::Clock;
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::crew::{Crew, End};
use super::hands::Hands;
use super::role::Role;
use crate::address::Address;
use crate::config::Config;
use crate::health::Health;
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

    fn line(&self, role: Role) -> Line {
        let name = format!("{} consume {}", self.config.connection_name, role.queue(&self.names));
        Line::new(self.address.clone(), name, self.config.answer_timeout)
    }

    /// A connection for each queue: what breaks or stalls one keeps no other from being consumed.
    async fn take(&self, crew: &Crew<'_>, stop: &CancellationToken) {
        join_all(Role::ALL.map(|role| self.take_from(role, crew, stop))).await;
    }

    async fn take_from(&self, role: Role, crew: &Crew<'_>, stop: &CancellationToken) {
        let mut line = self.line(role);
        let usual = role.prefetch(&self.config.prefetch);
        while crew.tend(&mut line, role, usual, stop).await == End::Unreadable {
            let queue = role.queue(&self.names);
            tracing::warn!(
                "a message of {queue} that cannot be read breaks the connection: one is taken at a time until it is buried"
            );
            while self.take_with_care(&mut line, role, crew, stop).await == End::Unreadable {}
        }
    }

    /// One message at a time, for a while: the broker counts each break for this message alone then, until it buries it.
    async fn take_with_care(
        &self,
        line: &mut Line,
        role: Role,
        crew: &Crew<'_>,
        stop: &CancellationToken,
    ) -> End {
        let calm = stop.child_token();
        let mut tending = pin!(crew.tend(line, role, 1, &calm));
        tokio::select! {
            biased;
            end = &mut tending => return end,
            () = sleep(CARE) => calm.cancel(),
        }
        timeout(self.config.drain_timeout, tending).await.unwrap_or(End::Stopped)
    }
}
