//! What [`Health`](super::Health) tells, as plain data.

use std::time::Duration;

use super::Counts;

/// How the adapter is at one moment.
#[derive(Debug, Clone)]
pub struct Report {
    /// The connections that commands come by, one for each queue, told as one.
    pub consuming: LinkReport,
    /// The connection that events go by.
    pub publishing: LinkReport,
    /// The consumers, one for each queue.
    pub consumers: Vec<ChannelReport>,
    /// The ways out: events, dead letters, copies.
    pub lanes: Vec<ChannelReport>,
    /// Where exchanges, queues or bindings differ from what is needed, and what to do. Empty when all is well.
    pub findings: Vec<String>,
    /// Counters since the start.
    pub counts: Counts,
}

/// How a connection is.
#[derive(Debug, Clone)]
pub struct LinkReport {
    /// Whether it is up.
    pub is_connected: bool,
    /// For how long it has been so.
    pub lasting: Duration,
    /// The broker's reason for not taking messages now: it is short of memory or disk.
    pub blocked: Option<String>,
    /// How often it came up; of several, the one that did most often.
    pub connects: u64,
    /// Why it last failed to come up or went down. Without the password.
    pub last_error: Option<String>,
}

/// How one of the channels is.
#[derive(Debug, Clone)]
pub struct ChannelReport {
    /// The consumer's queue, or what goes out on it.
    pub name: String,
    /// Whether messages can pass.
    pub is_open: bool,
    /// For how long it has been so.
    pub lasting: Duration,
    /// Why it was last closed or could not be opened.
    pub last_error: Option<String>,
}

impl LinkReport {
    /// Two connections told as one: up if both are, with the first reason why one is not.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            lasting: match (self.is_connected, other.is_connected) {
                (true, false) => other.lasting,
                (false, true) => self.lasting,
                _ => self.lasting.min(other.lasting),
            },
            is_connected: self.is_connected && other.is_connected,
            blocked: self.blocked.or(other.blocked),
            connects: self.connects.max(other.connects),
            last_error: self.last_error.or(other.last_error),
        }
    }
}
