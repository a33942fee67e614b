//! The consuming connection with its consumers.

use std::sync::Arc;
use std::time::Duration;

use engine::doors::Intake;
use engine::ports::Clock;
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::consumer::{self, Ground};
use super::hands::Hands;
use super::role::Role;
use crate::address::Address;
use crate::config::Config;
use crate::health::Health;
use crate::names::Names;
use crate::publish::Post;
use crate::wire::{self, Line, Link, Loss, Object};

/// How long one message at a time is taken after an unreadable one.
const CARE: Duration = Duration::from_secs(15);

/// The loop that takes commands.
pub struct Consuming {
    parts: Parts,
    line: Line,
    objects: Vec<Object>,
}

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
        formatter.debug_struct("Consuming").field("line", &self.line).finish_non_exhaustive()
    }
}

impl Consuming {
    pub(crate) fn new(parts: Parts) -> Self {
        let name = format!("{} consume", parts.config.connection_name);
        let line = Line::new(parts.address.clone(), name, parts.config.connect_timeout);
        let objects = wire::for_consuming(&parts.config, &parts.names);
        Self { parts, line, objects }
    }

    /// Runs until stopped. Then nothing more is taken, and what is in hand is finished, within the drain time-out; what is
    /// not finished by then is left to the broker.
    pub async fn run(mut self, intake: Arc<dyn Intake>, stop: CancellationToken) {
        let hands = Arc::new(self.hands(intake, &stop));
        let (tasks, abandon) = (TaskTracker::new(), CancellationToken::new());
        let (health, drain_timeout) = (self.parts.health.clone(), self.parts.config.drain_timeout);
        let state = health.consuming();
        let (mut is_careful, mut is_late) = (false, false);
        while let Some(link) = self.line.connect(state, &stop).await {
            let late = async {
                stop.cancelled().await;
                sleep(drain_timeout).await;
            };
            let loss = tokio::select! {
                biased;
                loss = link.watch(state) => Some(loss),
                taken = self.take(&link, &hands, &tasks, &abandon, is_careful, &stop) => {
                    taken.err().map(|error| Loss::Gone(error.to_string()))
                }
                () = sleep(CARE), if is_careful => None,
                () = late => {
                    is_late = true;
                    None
                }
            };
            is_careful = matches!(loss, Some(Loss::Unreadable(_)));
            if let Some(loss) = loss {
                self.line.lost(state, &loss);
            } else {
                link.close().await;
                self.line.closed(state);
            }
        }
        tasks.close();
        if !is_late {
            // Those of connections that were lost before may still be at it.
            let _ = timeout(drain_timeout, tasks.wait()).await;
        }
        abandon.cancel();
        tasks.wait().await;
    }

    /// Takes messages until stopped.
    async fn take(
        &self,
        link: &Link,
        hands: &Arc<Hands>,
        tasks: &TaskTracker,
        abandon: &CancellationToken,
        is_careful: bool,
        stop: &CancellationToken,
    ) -> lapin::Result<()> {
        let Parts { config, names, health, .. } = &self.parts;
        let objects = &self.objects;
        wire::ensure(link, objects, config.declare, health).await?;
        let ground = Ground { config, names, objects, link, hands, tasks, abandon, is_careful, stop };
        join_all(Role::ALL.map(|role| consumer::run(role, &ground))).await;
        Ok(())
    }

    fn hands(&self, intake: Arc<dyn Intake>, stop: &CancellationToken) -> Hands {
        let Parts { config, names, health, dead, clock, .. } = &self.parts;
        Hands {
            intake,
            names: names.clone(),
            dead: dead.clone(),
            clock: clock.clone(),
            health: health.clone(),
            hold_limit: config.hold_limit,
            pay_ttl: config.pay_ttl,
            stop: stop.clone(),
        }
    }
}
