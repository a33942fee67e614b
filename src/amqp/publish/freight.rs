//! What goes out, each kind on a channel of its own.

use crate::names::Names;
use crate::wire::{self, Object};

/// A kind of message. A channel that the broker closes over one message takes all that is in flight on it along, so events
/// share theirs with nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freight {
    Events,
    /// And renewed messages.
    DeadLetters,
    Copies,
}

impl Freight {
    pub(crate) const ALL: [Self; 3] = [Self::Events, Self::DeadLetters, Self::Copies];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::DeadLetters => "dead letters",
            Self::Copies => "copies",
        }
    }

    /// What it needs the broker to have.
    pub(super) fn objects(self, names: &Names) -> Vec<Object> {
        match self {
            Self::Events => wire::for_events(names),
            Self::DeadLetters => wire::for_dead_letters(names),
            Self::Copies => Vec::new(),
        }
    }
}
