//! What the tests work with.

mod broker;
mod engine;
#[path = "../../../../tests/lab/network.rs"]
#[expect(dead_code, reason = "the whole-service tests know more weathers")]
mod network;
#[path = "../../../../tests/lab/ports.rs"]
mod ports;
mod raw;
mod service;
mod till;

use std::future::Future;
use std::time::Duration;

use tokio::time::{sleep, timeout};

pub(crate) use broker::Broker;
pub(crate) use engine::Engine;
pub(crate) use network::{Network, Weather};
pub(crate) use raw::RawTill;
pub(crate) use service::{Service, event};
pub(crate) use till::Till;

/// How long anything may take before a test fails. Generous: the machine may be busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// How often a condition is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Waits for a condition, for no longer than the limit.
pub(crate) async fn until<T>(what: &str, condition: impl AsyncFn() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(value) = condition().await {
                return value;
            }
            sleep(TICK).await;
        }
    };
    timeout(LIMIT, wait).await.unwrap_or_else(|_| panic!("waited too long until {what}"))
}

/// Waits for a future, for no longer than the limit.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.unwrap_or_else(|_| panic!("waited too long: {what}"))
}
