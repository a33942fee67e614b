//! What a flush costs: the floor under every commit.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::figures::{Latencies, millis};

const FLUSHES: usize = 200;
const BLOCK: [u8; 4096] = [7; 4096];

/// The time of a write with a flush.
pub(crate) struct FlushCost(Latencies);

/// Appends blocks to a file in the folder, each flushed.
pub(crate) fn flush_cost(folder: &Path) -> FlushCost {
    let mut file = File::create(folder.join("flush")).expect("the folder is ours");
    let mut latencies = Latencies::default();
    for _ in 0..FLUSHES {
        let began = Instant::now();
        file.write_all(&BLOCK).and_then(|()| file.sync_data()).expect("the disk takes it");
        latencies.add(began.elapsed());
    }
    FlushCost(latencies)
}

impl FlushCost {
    pub(crate) fn json(&self) -> Value {
        json!({ "p50": self.0.percentile_us(50), "p99": self.0.percentile_us(99) })
    }
}

impl fmt::Display for FlushCost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |percent| millis(self.0.percentile_us(percent));
        write!(formatter, "p50 {} ms, p99 {} ms", at(50), at(99))
    }
}
