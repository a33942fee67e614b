//! What can go wrong in a command: a text for the person at the terminal, or a stop that was asked for.

use std::fmt::Display;

use crate::say;

/// The result of everything here that can fail.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// The exit status after a stop that was asked for, when no program's own status is known: 128 + SIGTERM, as shells count.
const STOPPED_STATUS: u8 = 143;

/// Why a command did not succeed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Ctrl-C or a signal: there is nothing to explain.
    Stopped,
    /// Something failed; the text says what and, where it is known, the cure.
    Told(String),
}

/// A failure with this text.
pub(crate) fn told<T>(text: impl Into<String>) -> Outcome<T> {
    Err(Failure::Told(text.into()))
}

/// Puts what was being done in front of the cause.
pub(crate) trait During<T> {
    /// `Err(cause)` becomes a failure "`what`: cause".
    fn during(self, what: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T, E: Display> During<T> for Result<T, E> {
    fn during(self, what: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|cause| Failure::Told(format!("{}: {cause}", what())))
    }
}

/// The exit status for an outcome, after telling the person what went wrong.
pub(crate) fn settle(outcome: Outcome<u8>) -> u8 {
    match outcome {
        Ok(status) => status,
        Err(Failure::Stopped) => STOPPED_STATUS,
        Err(Failure::Told(text)) => {
            say::line(&format!("error: {text}"));
            1
        }
    }
}
