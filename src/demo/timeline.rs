//! What happened when: one line each, printed as it comes, kept for the end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use payment::Timestamp;
use serde::Serialize;

use crate::cli::print;
use crate::till::{Event, essentials};

/// The lines of one demo.
#[derive(Debug)]
pub(super) struct Timeline {
    since: Timestamp,
    is_aloud: bool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// When the first line was.
    began: Option<Timestamp>,
    entries: Vec<Entry>,
    /// The last line of each operation.
    last: HashMap<String, Timestamp>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    /// Milliseconds since the first line.
    at_ms: u64,
    /// Milliseconds since the operation's line before.
    #[serde(skip_serializing_if = "Option::is_none")]
    since_ms: Option<u64>,
    way: Way,
    register: String,
    operation: String,
    what: String,
    says: String,
}

/// Who did something to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    /// The register sent a command.
    Command,
    /// The register got an event.
    Event,
    /// Something happened at the bank.
    Bank,
}

impl Way {
    fn sign(self) -> &'static str {
        match self {
            Self::Command => "→",
            Self::Event => "←",
            Self::Bank => "₽",
        }
    }
}

/// The names of the columns.
pub(super) const HEADER: &str = "  time, s     since  till  operation             what                      (→ command  ← event  ₽ at the bank)";

impl Timeline {
    /// An empty one. Events from before `since` were left in a queue and are passed over. `is_aloud`: each line is
    /// printed at once.
    pub(super) fn new(since: Timestamp, is_aloud: bool) -> Self {
        Self { since, is_aloud, kept: Mutex::default() }
    }

    /// Notes a command or something at the bank.
    pub(super) fn note(
        &self,
        at: Timestamp,
        way: Way,
        register: &str,
        operation: &str,
        what: &str,
        says: &str,
    ) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let began = *kept.began.get_or_insert(at);
        let before = kept.last.insert(operation.to_owned(), at);
        let entry = Entry {
            at_ms: millis(at.since(began)),
            since_ms: before.map(|before| millis(at.since(before))),
            way,
            register: register.to_owned(),
            operation: operation.to_owned(),
            what: what.to_owned(),
            says: says.to_owned(),
        };
        if self.is_aloud {
            print(&line(&entry));
        }
        kept.entries.push(entry);
    }

    /// Notes an event at its arrival.
    pub(super) fn note_event(&self, register: &str, event: &Event) {
        if event.occurred_at().is_some_and(|at| at >= self.since) {
            let operation = event.operation().unwrap_or("-");
            self.note(
                event.arrived_at,
                Way::Event,
                register,
                operation,
                event.name(),
                &essentials(&event.body),
            );
        }
    }

    /// All lines.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).entries.clone()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn line(entry: &Entry) -> String {
    let Entry { at_ms, since_ms, way, register, operation, what, says } = entry;
    let (seconds, rest) = (at_ms / 1_000, at_ms % 1_000);
    let since = since_ms.map(|ms| format!("+{ms} ms")).unwrap_or_default();
    let text = format!(
        "{seconds:>5}.{rest:03} {since:>9}  {register:<4}  {:<20}  {} {what:<24}  {says}",
        shortened(operation),
        way.sign()
    );
    text.trim_end().to_owned()
}

/// The column's width in characters.
const OPERATION_WIDTH: usize = 20;

/// The beginning and the end of an operation that is wider than its column, such as those of our own refunds.
fn shortened(operation: &str) -> String {
    let characters: Vec<char> = operation.chars().collect();
    if characters.len() <= OPERATION_WIDTH {
        return operation.to_owned();
    }
    let (head, tail) = (&characters[..5], &characters[characters.len() - (OPERATION_WIDTH - 6)..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_the_time_since_the_beginning_and_since_the_operations_line_before() {
        let timeline = Timeline::new(Timestamp::from_micros(0), false);
        let at = |ms: i64| Timestamp::from_micros(1_000_000 + ms * 1_000);
        timeline.note(at(0), Way::Command, "1", "a", "pay", "198.00 RUB");
        timeline.note(at(3), Way::Command, "2", "b", "pay", "");
        timeline.note(at(2_028), Way::Event, "1", "a", "payment.accepted", "");
        let lines: Vec<String> = timeline.entries().iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "    0.000            1     a                     → pay                       198.00 RUB",
                "    0.003            2     b                     → pay",
                "    2.028  +2028 ms  1     a                     ← payment.accepted",
            ]
        );
    }

    #[test]
    fn wide_operations_keep_their_ends() {
        assert_eq!(shortened("17-3-000123-1"), "17-3-000123-1");
        let short = shortened("auto-01a20082ce6375a383f134018bba4801");
        assert_eq!(short, "auto-…f134018bba4801");
        assert_eq!(short.chars().count(), OPERATION_WIDTH);
    }
}
