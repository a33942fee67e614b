//! What is printed: lines and a moving one for a person, or JSON for a program.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use super::errand::{Errand, Goal};
use super::outcome::Outcome;
use super::{code, money, text, words};
use crate::cli::print;

const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const PLAIN: &str = "\u{1b}[0m";
const DIM: &str = "\u{1b}[2m";

/// The terminal, or the pipe, before which somebody sits.
#[derive(Debug)]
pub(super) struct Face {
    is_json: bool,
    /// Colours are decoration: only on a terminal, and not where `NO_COLOR` is set.
    has_colours: bool,
    is_terminal: bool,
    /// Whether a line may move: on a terminal only.
    has_live: bool,
    turn: usize,
    /// The code that is drawn, so that a repeat does not draw it twice.
    drawn: Option<String>,
    /// The last thing that was told, for the last line.
    last: Option<Value>,
}

impl Face {
    pub(super) fn new(is_json: bool) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            is_json,
            has_colours: is_terminal && !no_colour && !is_json,
            is_terminal,
            has_live: std::io::stderr().is_terminal() && !is_json,
            turn: 0,
            drawn: None,
            last: None,
        }
    }

    /// What is about to be asked.
    pub(super) fn begin(&self, errand: &Errand) {
        if !self.is_json {
            let amount = errand.body.get("amount").and_then(money::words);
            let parts =
                [Some(errand.verb.clone()), amount, errand.operation().map(|id| format!("operation {id}"))];
            print(&parts.into_iter().flatten().collect::<Vec<_>>().join("  "));
        }
    }

    /// An event that matters here.
    pub(super) fn event(&mut self, event: &Value) {
        if self.is_json {
            return print(&event.to_string());
        }
        self.clear();
        for line in words::lines(event) {
            print(&line);
        }
        self.draw(event);
        self.last = Some(event.clone());
    }

    /// An event of another operation: programs get it, people are not bothered.
    pub(super) fn pass_over(&self, event: &Value) {
        if self.is_json {
            print(&event.to_string());
        }
    }

    fn draw(&mut self, event: &Value) {
        let Some(payload) = event.pointer("/qr/payload").and_then(Value::as_str) else { return };
        if self.drawn.as_deref() == Some(payload) {
            return;
        }
        match code::draw(payload, self.is_terminal) {
            Some(lines) => lines.iter().for_each(|line| print(line)),
            None => print("  the code is too long to be drawn"),
        }
        print(&format!("  {payload}"));
        self.drawn = Some(payload.to_owned());
    }

    /// Something to know that is no event.
    pub(super) fn note(&mut self, text: &str) {
        if !self.is_json {
            self.clear();
            let line = format!("  {text}");
            print(&if self.has_colours { format!("{DIM}{line}{PLAIN}") } else { line });
        }
    }

    /// Something went wrong on the way.
    pub(super) fn trouble(&mut self, text: &str) {
        self.clear();
        // Nobody reads it: then there is nobody to tell.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// The line that moves.
    pub(super) fn live(&mut self, status: &str) {
        if self.has_live {
            self.turn = (self.turn + 1) % SPINNER.len();
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "\r\u{1b}[K{} {status}", SPINNER[self.turn]).and_then(|()| stderr.flush());
        }
    }

    fn clear(&self) {
        if self.has_live {
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "\r\u{1b}[K").and_then(|()| stderr.flush());
        }
    }

    /// The outcome.
    pub(super) fn end(&mut self, errand: &Errand, outcome: Outcome) {
        if self.is_json {
            let (word, status) = (outcome.word(), outcome.status());
            return print(
                &json!({ "outcome": word, "status": status, "operation": errand.operation() }).to_string(),
            );
        }
        self.clear();
        let is_question = matches!(errand.goal, Goal::Answer | Goal::Answers);
        if is_question && !matches!(outcome, Outcome::Rejected | Outcome::NoConnection) {
            return; // the answer stands there already
        }
        let line = self.last_line(outcome);
        let colour = match outcome {
            Outcome::Paid | Outcome::Refunded | Outcome::Answered => "\u{1b}[1;32m",
            Outcome::NotPaid | Outcome::NotRefunded | Outcome::Rejected => "\u{1b}[1;31m",
            Outcome::Uncertain | Outcome::Review | Outcome::NoConnection | Outcome::Open => "\u{1b}[1;33m",
        };
        print(&if self.has_colours { format!("{colour}{line}{PLAIN}") } else { line });
    }

    fn last_line(&self, outcome: Outcome) -> String {
        let field = |name: &str| self.last.as_ref().and_then(|event| text(event, name)).unwrap_or_default();
        let amount =
            self.last.as_ref().and_then(|event| money::words(event.get("amount")?)).unwrap_or_default();
        let test = self.last.as_ref().and_then(|event| event.get("test")?.as_bool()).unwrap_or(false);
        match outcome {
            Outcome::Paid if test => format!("✔ PAID {amount}  (TEST: not money, no fiscal receipt)"),
            Outcome::Paid => format!("✔ PAID {amount}  print the fiscal receipt"),
            Outcome::Refunded => format!("✔ GIVEN BACK {amount}"),
            Outcome::Answered => "✔ done".to_owned(),
            Outcome::NotPaid => format!("✘ NOT PAID: {}", field("reason")),
            Outcome::NotRefunded => format!("✘ NOT GIVEN BACK: {}", field("reason")),
            Outcome::Uncertain => format!(
                "? NOT PAID, but the code may still be paid until {}: other money may be taken, what comes late comes back by itself",
                field("payable_until")
            ),
            Outcome::Review => format!("! A PERSON DECIDES: take no other money. {}", field("reason")),
            Outcome::Rejected => format!("✘ REJECTED {}: {}", field("code"), field("reason")),
            Outcome::NoConnection => {
                "! NO CONNECTION: what happened is not known. `integrator till resume` asks again".to_owned()
            }
            Outcome::Open => "… still open: `integrator till resume` goes on".to_owned(),
        }
    }
}
