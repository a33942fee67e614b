//! Latencies of a round, and medians over rounds.

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// Longer than any round: what takes longer counts as missing.
const LONGEST_US: u64 = 120_000_000;

/// Latencies in microseconds, kept with three significant digits.
#[derive(Debug, Clone)]
pub(crate) struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST_US, 3).expect("bounds that the histogram takes"))
    }
}

impl Latencies {
    pub(crate) fn add(&mut self, micros: u64) {
        self.0.saturating_record(micros.max(1));
    }

    /// Takes in all of another's.
    pub(crate) fn take_in(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time within which this part of all was done, in microseconds.
    pub(crate) fn at(&self, percent: f64) -> u64 {
        self.0.value_at_percentile(percent)
    }

    pub(crate) fn json(&self) -> Value {
        let at = |percent| self.at(percent);
        json!({
            "count": self.count(), "p50": at(50.0), "p90": at(90.0), "p99": at(99.0), "p999": at(99.9), "max": self.0.max()
        })
    }

    /// `p50 / p90 / p99 / max` in milliseconds.
    pub(crate) fn line(&self) -> String {
        [self.at(50.0), self.at(90.0), self.at(99.0), self.0.max()]
            .map(|micros| format!("{:>8}", millis(micros)))
            .join(" ")
    }
}

/// What one round gave.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// Checkouts per second that were to arrive.
    pub(crate) rate_per_s: u32,
    /// Checkouts that count: those after the warming up.
    pub(crate) sent: u64,
    /// From when a checkout was to be sent until its code was at the till.
    pub(crate) codes: Latencies,
    /// From the buyer's payment until the till knew.
    pub(crate) paid: Latencies,
    /// What was to come (codes, or *paid* on the whole path) that came per second of the measured time.
    pub(crate) done_per_s: f64,
}

impl Round {
    /// Codes or payments that never came.
    pub(crate) fn missing(&self, is_whole_path: bool) -> u64 {
        let came = if is_whole_path { self.paid.count() } else { self.codes.count() };
        self.sent.saturating_sub(came)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "rate_per_s": self.rate_per_s, "sent": self.sent, "done_per_s": self.done_per_s,
            "code_us": self.codes.json(), "paid_us": self.paid.json(),
        })
    }
}

/// The middle one; of an even number the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// Microseconds as milliseconds with one decimal.
pub(crate) fn millis(micros: u64) -> String {
    format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
}
