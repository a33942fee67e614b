//! The story of a run: who said what when. It is always hashed, and kept when somebody wants to read it.

use std::fmt::{Arguments, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What was told so far.
pub(crate) struct Trace {
    told: Mutex<Told>,
}

struct Told {
    hash: u64,
    line: String,
    text: Option<String>,
}

impl Trace {
    pub(crate) fn new(is_kept: bool) -> Self {
        // The start value of FNV-1a.
        let told = Told { hash: 0xCBF2_9CE4_8422_2325, line: String::new(), text: is_kept.then(String::new) };
        Self { told: Mutex::new(told) }
    }

    /// Tells one line: when, who, what.
    pub(crate) fn tell(&self, at: Duration, who: &str, what: Arguments<'_>) {
        let mut told = self.lock();
        let Told { hash, line, text } = &mut *told;
        line.clear();
        let (seconds, millis) = (at.as_secs(), at.subsec_millis());
        let written = writeln!(line, "{seconds:>5}.{millis:03}  {who:<10} {what}");
        written.expect("a text takes what is written to it");
        for byte in line.bytes() {
            *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        if let Some(text) = text {
            text.push_str(line);
        }
    }

    /// The hash of every byte that was told.
    pub(crate) fn hash(&self) -> u64 {
        self.lock().hash
    }

    /// All that was told, if it was kept.
    pub(crate) fn text(&self) -> Option<String> {
        self.lock().text.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
