//! Percentiles and lines of a table.

use std::time::Duration;

use serde_json::{Value, json};

/// The names of the columns. Times are milliseconds.
pub(crate) const HEADER: &str = "  rate/s    sent   codes    paid  errors   paid/s   \
    code p50     p90     p99     max   paid p50     p90     p99     max";

/// Times of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies {
    micros: Vec<u64>,
}

impl Latencies {
    pub(crate) fn add(&mut self, latency: Duration) {
        self.micros.push(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    pub(crate) fn len(&self) -> usize {
        self.micros.len()
    }

    /// The time within which this part of all was done; 0 if there are none.
    pub(crate) fn percentile_us(&self, percent: usize) -> u64 {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
        sorted.get(rank).copied().unwrap_or(0)
    }

    fn json(&self) -> Value {
        let at = |percent| self.percentile_us(percent);
        json!({ "p50": at(50), "p90": at(90), "p99": at(99), "max": at(100) })
    }

    fn columns(&self) -> String {
        [50, 90, 99, 100].map(|percent| format!("{:>8}", millis(self.percentile_us(percent)))).concat()
    }
}

/// One round.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// Checkouts per second that were to arrive.
    pub(crate) rate: u32,
    /// How many arrived.
    pub(crate) sent: usize,
    /// From when a checkout was to be sent until its code was at the till.
    pub(crate) codes: Latencies,
    /// From when the buyer paid until the till knew.
    pub(crate) paid: Latencies,
    /// From the first checkout to the last *paid*.
    pub(crate) took: Duration,
}

impl Figures {
    fn errors(&self) -> usize {
        self.sent - self.paid.len()
    }

    fn paid_per_s(&self) -> u64 {
        let took_ms = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX).max(1);
        u64::try_from(self.paid.len()).unwrap_or(0) * 1_000 / took_ms
    }

    pub(crate) fn line(&self) -> String {
        let Self { rate, sent, codes, paid, .. } = self;
        format!(
            "{rate:>8} {sent:>7} {:>7} {:>7} {:>7} {:>8}   {}   {}",
            codes.len(),
            paid.len(),
            self.errors(),
            self.paid_per_s(),
            codes.columns(),
            paid.columns()
        )
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "rate_per_s": self.rate, "sent": self.sent, "errors": self.errors(), "paid_per_s": self.paid_per_s(),
            "code_us": self.codes.json(), "paid_us": self.paid.json(),
        })
    }
}

/// Microseconds as milliseconds with one decimal.
pub(crate) fn millis(micros: u64) -> String {
    format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
}
