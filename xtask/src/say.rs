//! What a person reads: progress and messages on stderr, results on stdout. Standard output belongs to the command that
//! runs (`demo --json` prints nothing but JSON there), so nothing goes to it unless it is the result that was asked for.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::{Child, ExitStatus};
use std::time::Duration;

use crate::clock::{Stopwatch, TICK, in_seconds, pause};
use crate::failure::{During, Outcome};

/// Away from a terminal (a log, CI) a waiting line is repeated this often; on a terminal it is rewritten each second.
const LOG_PERIOD: Duration = Duration::from_secs(15);
const TERMINAL_PERIOD: Duration = Duration::from_secs(1);

/// A message on stderr. A closed stderr is not an error: nobody is reading.
pub(crate) fn line(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

/// A result on stdout.
pub(crate) fn result(text: &str) {
    let _ = writeln!(stdout(), "{text}");
}

/// Says that something takes time, and how long it took.
#[derive(Debug)]
pub(crate) struct Progress {
    doing: String,
    watch: Stopwatch,
    told_at: Duration,
    terminal: bool,
}

impl Progress {
    /// Begins with a line such as "RabbitMQ is starting …".
    pub(crate) fn begin(doing: &str) -> Self {
        let terminal = stderr().is_terminal();
        let end = if terminal { "" } else { "\n" };
        let _ = write!(stderr(), "{doing} …{end}");
        Self { doing: doing.to_owned(), watch: Stopwatch::start(), told_at: Duration::ZERO, terminal }
    }

    /// Called often; speaks only when it is time to.
    fn tick(&mut self) {
        let elapsed = self.watch.elapsed();
        let period = if self.terminal { TERMINAL_PERIOD } else { LOG_PERIOD };
        if elapsed < self.told_at + period {
            return;
        }
        self.told_at = elapsed;
        let (start, end) = if self.terminal { ("\r", "") } else { ("", "\n") };
        let _ = write!(stderr(), "{start}{} … {} s{end}", self.doing, elapsed.as_secs());
    }

    /// Waits for a program and speaks meanwhile.
    pub(crate) fn wait_for(&mut self, program: &mut Child) -> Outcome<ExitStatus> {
        loop {
            if let Some(status) = program.try_wait().during(|| format!("waiting while {}", self.doing))? {
                return Ok(status);
            }
            self.tick();
            pause(TICK);
        }
    }

    /// Ends with a line of its own: "RabbitMQ is up (3.2 s)".
    pub(crate) fn end(self, done: &str) {
        let start = if self.terminal { "\r\u{1b}[K" } else { "" };
        line(&format!("{start}{done} ({})", in_seconds(self.watch.elapsed())));
    }
}
