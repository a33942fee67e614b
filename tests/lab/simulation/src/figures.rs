//! What many runs come to, for people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use simulation::{Promise, Run, Tally};

/// So many failing seeds are told with what broke.
const TOLD: usize = 10;

/// The figures of many runs.
#[derive(Default)]
pub(crate) struct Figures {
    runs: u64,
    checkouts: u64,
    at_risk: Tally,
    failing: BTreeMap<u64, Vec<(Promise, String)>>,
}

/// Real time: how fast the runs are, never what happens in them.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the speed of the simulation is no part of a run")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Figures {
    pub(crate) fn take(&mut self, run: &Run) {
        self.runs += 1;
        self.checkouts += run.checkouts;
        self.at_risk.add(&run.tally);
        if !run.tally.broken.is_empty() {
            self.failing.insert(run.seed, run.tally.broken.clone());
        }
    }

    /// The seeds in which a promise broke.
    pub(crate) fn failing(&self) -> Vec<u64> {
        self.failing.keys().copied().collect()
    }

    pub(crate) fn were_all_at_risk(&self, times: u64) -> bool {
        Promise::ALL.iter().all(|promise| self.risks(*promise) >= times)
    }

    fn risks(&self, promise: Promise) -> u64 {
        self.at_risk.at_risk.get(&promise).copied().unwrap_or(0)
    }

    /// One run.
    pub(crate) fn of_seed(run: &Run) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "seed {}: {} checkouts, hash {:016x}", run.seed, run.checkouts, run.hash);
        for (promise, what) in &run.tally.broken {
            let _ = writeln!(text, "BROKEN {}: {what}", promise.name());
        }
        text
    }

    /// All runs: each promise with how often it was at risk and broken.
    pub(crate) fn table(&self, took: Duration) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{:<8} {:>10} {:>8}  at risk means", "promise", "at risk", "broken");
        for promise in Promise::ALL {
            let broken = self.failing.values().flatten().filter(|(broken, _)| *broken == promise).count();
            let (name, risks, risk) = (promise.name(), self.risks(promise), promise.risk());
            let _ = writeln!(text, "{name:<8} {risks:>10} {broken:>8}  {risk}");
        }
        for (seed, broken) in self.failing.iter().take(TOLD) {
            for (promise, what) in broken {
                let _ = writeln!(text, "seed {seed} breaks {}: {what}", promise.name());
            }
        }
        if !self.failing.is_empty() {
            let _ = writeln!(text, "failing seeds: {:?}", self.failing());
        }
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let a_minute = self.checkouts.saturating_mul(60_000) / millis;
        let _ = writeln!(
            text,
            "{} seeds, {} checkouts in {}.{} s: {a_minute} checkouts a minute; {} seeds failed",
            self.runs,
            self.checkouts,
            millis / 1_000,
            millis % 1_000 / 100,
            self.failing.len()
        );
        text
    }
}
