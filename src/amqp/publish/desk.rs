//! Which message the broker meant.
//!
//! The broker returns a message that no queue takes and then confirms it; one confirmation may stand for many messages.
//! The client library hands a returned message to whichever confirmation it works off next, in any order. So a confirmation
//! with a returned message says nothing of its own message, and one without says something only together with the others:
//!
//! * The returned message names itself: its own publishing was unroutable, however that was confirmed.
//! * A *clean* confirmation, one without a returned message, means that no return was waiting when it was worked off. What
//!   came back of that message, if anything, was handed to a confirmation before it. Those have been heard when a round
//!   ends, since a round goes on until nothing new is heard.
//! * A confirmation that carried *another* message's return may have left its own return waiting. That is settled by a clean
//!   confirmation of a later round, or when nothing is outstanding: each return is followed by its message's confirmation,
//!   which takes a waiting return along, so then none waits.

use std::collections::HashSet;

/// What is known of a message in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is in at least one queue.
    Taken,
    /// No queue took it.
    Returned,
    /// The broker said that it failed on it.
    Refused,
}

/// The broker's word on a message, as the library tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Whether it was taken over, and not refused.
    pub(crate) is_positive: bool,
    /// The returned message that came along: anybody's.
    pub(crate) returned: Option<MessageKey>,
}

/// What tells messages apart: the routing key and the message's own id. A message that is sent again while its first
/// sending is out shares its key: what is returned of one is then taken to be returned of both.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MessageKey {
    pub(crate) routing_key: String,
    pub(crate) message_id: Option<String>,
}

/// The messages of one channel that are out, in the order of their publishing.
#[derive(Debug)]
pub(crate) struct Desk<T> {
    out: Vec<Out<T>>,
    returned: HashSet<MessageKey>,
    round: u64,
    /// The last round in which a clean confirmation was heard.
    cleared_in: u64,
}

#[derive(Debug)]
struct Out<T> {
    key: MessageKey,
    ticket: T,
    heard: Option<Heard>,
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    round: u64,
    is_positive: bool,
    is_clean: bool,
}

impl<T> Desk<T> {
    pub(crate) fn new() -> Self {
        Self { out: Vec::new(), returned: HashSet::new(), round: 1, cleared_in: 0 }
    }

    /// A message goes out; `ticket` is who waits for its fate.
    pub(crate) fn add(&mut self, key: MessageKey, ticket: T) {
        self.out.push(Out { key, ticket, heard: None });
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Who has waited longest.
    pub(crate) fn oldest(&self) -> Option<&T> {
        self.out.first().map(|out| &out.ticket)
    }

    /// Asks each that has not been heard, in order. Goes round until nothing new is heard.
    pub(crate) fn hear<E>(
        &mut self,
        mut listen: impl FnMut(&mut T) -> Option<Result<Word, E>>,
    ) -> Result<(), E> {
        loop {
            let mut is_news = false;
            for out in self.out.iter_mut().filter(|out| out.heard.is_none()) {
                let Some(word) = listen(&mut out.ticket) else { continue };
                let Word { is_positive, returned } = word?;
                is_news = true;
                let is_clean = returned.is_none();
                out.heard = Some(Heard { round: self.round, is_positive, is_clean });
                self.returned.extend(returned);
                if is_clean {
                    self.cleared_in = self.round;
                }
            }
            if !is_news {
                return Ok(());
            }
        }
    }

    /// Ends the round: those whose fate is certain leave.
    pub(crate) fn settle(&mut self) -> Vec<(T, Fate)> {
        let is_idle = self.out.iter().all(|out| out.heard.is_some());
        let mut all = std::mem::take(&mut self.out);
        let certain = all.extract_if(.., |out| self.fate(out, is_idle).is_some());
        let settled = certain.filter_map(|out| {
            let fate = self.fate(&out, is_idle)?;
            Some((out.ticket, fate))
        });
        let settled = settled.collect();
        self.out = all;
        if !self.returned.is_empty() {
            let out: HashSet<&MessageKey> = self.out.iter().map(|out| &out.key).collect();
            self.returned.retain(|key| out.contains(key));
        }
        self.round += 1;
        settled
    }

    fn fate(&self, out: &Out<T>, is_idle: bool) -> Option<Fate> {
        let heard = out.heard?;
        let is_certain = heard.is_clean || is_idle || self.cleared_in > heard.round;
        match heard.is_positive {
            false => Some(Fate::Refused),
            true if self.returned.contains(&out.key) => Some(Fate::Returned),
            true => is_certain.then_some(Fate::Taken),
        }
    }
}

#[cfg(test)]
mod tests;
