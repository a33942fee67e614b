//! Consumers on a connection.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::consumer::{self, Ground};
use super::hands::Hands;
use super::role::Role;
use crate::config::Config;
use crate::health::LinkState;
use crate::names::Names;
use crate::wire::{self, Line, Link, Loss, Object, Upkeep};

/// Tends connections, and owns the tasks that came of them.
pub(super) struct Crew<'a> {
    config: &'a Config,
    names: &'a Names,
    objects: Vec<Object>,
    hands: Arc<Hands>,
    tasks: TaskTracker,
    abandoned: CancellationToken,
}

/// Why a connection is not tended any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Stopped,
    /// It broke over a message that the client library cannot read.
    Unreadable,
}

impl<'a> Crew<'a> {
    pub(super) fn new(config: &'a Config, names: &'a Names, hands: Arc<Hands>) -> Self {
        let objects = wire::for_consuming(config, names);
        let (tasks, abandoned) = (TaskTracker::new(), CancellationToken::new());
        Self { config, names, objects, hands, tasks, abandoned }
    }

    /// Keeps a connection up and consumes these queues, until stopped or broken by something unreadable.
    pub(super) async fn tend(
        &self,
        line: &mut Line,
        state: &LinkState,
        roles: &[Role],
        stop: &CancellationToken,
    ) -> End {
        self.tend_at(line, state, roles, stop, |role| role.prefetch(&self.config.prefetch)).await
    }

    /// The same for one queue, with one message at a time.
    pub(super) async fn tend_one(
        &self,
        line: &mut Line,
        state: &LinkState,
        role: Role,
        stop: &CancellationToken,
    ) -> End {
        self.tend_at(line, state, &[role], stop, |_| 1).await
    }

    async fn tend_at(
        &self,
        line: &mut Line,
        state: &LinkState,
        roles: &[Role],
        stop: &CancellationToken,
        prefetch: impl Fn(Role) -> u16,
    ) -> End {
        while let Some(link) = line.connect(state, stop).await {
            let loss = tokio::select! {
                biased;
                loss = link.watch(state) => Some(loss),
                taken = self.take(&link, roles, stop, &prefetch, state.blocked()) => {
                    taken.err().map(|error| Loss::Gone(error.to_string()))
                }
            };
            if let Some(loss) = loss {
                line.lost(state, &loss);
                if matches!(loss, Loss::Unreadable(_)) {
                    return End::Unreadable;
                }
            } else {
                link.close().await;
                line.closed(state);
            }
        }
        End::Stopped
    }

    /// Consumes until stopped.
    async fn take(
        &self,
        link: &Link,
        roles: &[Role],
        stop: &CancellationToken,
        prefetch: impl Fn(Role) -> u16,
        blocked: watch::Receiver<Option<String>>,
    ) -> lapin::Result<()> {
        let Self { config, names, objects, hands, tasks, abandoned } = self;
        let upkeep = Upkeep { link, objects, config, health: &hands.health };
        upkeep.once().await?;
        let again = Notify::new();
        let ground = Ground { config, names, link, hands, tasks, abandoned, again: &again, stop };
        let consuming = join_all(roles.iter().map(|&role| consumer::run(role, prefetch(role), &ground)));
        tokio::select! {
            biased;
            _ = consuming => Ok(()),
            error = upkeep.always(&again, blocked) => Err(error),
        }
    }

    /// Waits for what is in hand, of connections that were lost before, too.
    pub(super) async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Ends what is in hand wherever it is.
    pub(super) async fn abandon(&self) {
        self.abandoned.cancel();
        self.finish().await;
    }
}
