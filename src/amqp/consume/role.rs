//! The queues that are consumed, and what each is for.

use lapin::types::ShortString;

use crate::config::Prefetch;
use crate::names::Names;

/// One queue's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Pay,
    Control,
    Refund,
    /// Commands that no binding wanted: unknown verbs and versions.
    Unrouted,
    /// Pays that outlived their time in the queue, and those that were delivered too often.
    Expired,
}

impl Role {
    pub(crate) const ALL: [Self; 5] = [Self::Pay, Self::Control, Self::Refund, Self::Unrouted, Self::Expired];

    pub(crate) fn queue(self, names: &Names) -> &ShortString {
        match self {
            Self::Pay => &names.pay,
            Self::Control => &names.control,
            Self::Refund => &names.refund,
            Self::Unrouted => &names.unrouted,
            Self::Expired => &names.expired,
        }
    }

    /// The exchange that takes a fresh copy of a message that was held too long. A pay is stale by then.
    pub(crate) fn renewal(self, names: &Names) -> &ShortString {
        match self {
            Self::Pay | Self::Expired => &names.expired,
            Self::Control | Self::Refund => &names.command,
            Self::Unrouted => &names.unrouted,
        }
    }

    pub(crate) fn prefetch(self, prefetch: &Prefetch) -> u16 {
        match self {
            Self::Pay => prefetch.pay,
            Self::Control => prefetch.control,
            Self::Refund => prefetch.refund,
            Self::Unrouted => prefetch.unrouted,
            Self::Expired => prefetch.expired,
        }
    }

    /// Whether a pay from this queue must not start any more. Unrouted messages wait without a TTL, so a pay among them
    /// (its queue was missing for a while) may be of any age.
    pub(crate) fn makes_stale(self) -> bool {
        matches!(self, Self::Unrouted | Self::Expired)
    }
}
