//! What the service takes while it has nothing to do, and how soon it is there.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::lab::Service;

/// What it did at its start is over by then.
const SETTLED_AFTER: Duration = Duration::from_secs(5);
/// How long it is watched.
const WATCHED: Duration = Duration::from_secs(20);

/// The service without work, its broker and its database there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idle {
    /// From the start of the process until `/readyz` says that it serves and has its broker.
    start: Duration,
    resident_bytes: u64,
    /// Of one core.
    processor_percent: f64,
}

impl Idle {
    /// Starts a service that was set up before, and leaves it alone.
    pub(crate) async fn measure(service: &mut Service) -> Self {
        service.kill().await;
        let began = Instant::now();
        service.start().await;
        let start = began.elapsed();
        sleep(SETTLED_AFTER).await;
        let (began, before) = (Instant::now(), service.processor_time());
        sleep(WATCHED).await;
        let used = service.processor_time().saturating_sub(before);
        let processor_percent = used.as_secs_f64() / began.elapsed().as_secs_f64() * 100.0;
        Self { start, resident_bytes: service.resident_bytes(), processor_percent }
    }

    pub(crate) fn line(&self) -> String {
        let Self { start, resident_bytes, processor_percent } = self;
        format!(
            "idle         ready after {} ms, {} MiB resident, {processor_percent:.2} % of a core",
            start.as_millis(),
            resident_bytes >> 20
        )
    }

    pub(crate) fn json(&self) -> Value {
        let Self { start, resident_bytes, processor_percent } = self;
        json!({
            "ready_after_ms": u64::try_from(start.as_millis()).unwrap_or(u64::MAX), "resident_bytes": resident_bytes,
            "processor_percent": processor_percent,
        })
    }
}
