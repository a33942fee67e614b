//! Waiting for conditions: never for time.

use std::future::Future;
use std::time::Duration;

use tokio::time::{sleep, timeout};

/// How long anything may take before a test fails. Only catches hangs: the machine may be busy with other tests.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until a condition gives a value.
pub(crate) async fn until<T>(what: &str, condition: impl AsyncFn() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(value) = condition().await {
                return value;
            }
            sleep(LOOK_EVERY).await;
        }
    };
    within(what, waiting).await
}

/// Waits for something that should come soon.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.unwrap_or_else(|_| panic!("waited longer than {LIMIT:?}: {what}"))
}
