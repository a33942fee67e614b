//! Consumers on a connection.

use std::sync::Arc;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::consumer::{self, Ground};
use super::hands::Hands;
use super::role::Role;
use crate::config::Config;
use crate::names::Names;
use crate::wire::{self, Line, Link, Loss, Upkeep};

/// Tends connections, and owns the tasks that came of them.
pub(super) struct Crew<'a> {
    config: &'a Config,
    names: &'a Names,
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
        let (tasks, abandoned) = (TaskTracker::new(), CancellationToken::new());
        Self { config, names, hands, tasks, abandoned }
    }

    /// Keeps a connection up and consumes this queue, so many messages at once, until stopped or broken by something
    /// unreadable.
    pub(super) async fn tend(
        &self,
        line: &mut Line,
        role: Role,
        prefetch: u16,
        stop: &CancellationToken,
    ) -> End {
        let state = self.hands.health.consuming(role);
        while let Some(link) = line.connect(state, stop).await {
            let loss = tokio::select! {
                biased;
                loss = link.watch(state) => Some(loss),
                taken = self.take(&link, role, prefetch, stop, state.blocked()) => {
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
        role: Role,
        prefetch: u16,
        stop: &CancellationToken,
        blocked: watch::Receiver<Option<String>>,
    ) -> lapin::Result<()> {
        let Self { config, names, hands, tasks, abandoned } = self;
        let objects = wire::for_consuming(config, names, role);
        let upkeep = Upkeep { link, objects: &objects, config, health: &hands.health };
        upkeep.once().await?;
        let again = Notify::new();
        let ground = Ground { config, names, link, hands, tasks, abandoned, again: &again, stop };
        tokio::select! {
            biased;
            done = consumer::run(role, prefetch, &ground) => done,
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
