//! Time.

use payment::Timestamp;

/// The only clock that the engine asks. It never goes backwards. Pauses are `tokio::time`, so tests own both.
pub trait Clock: Send + Sync + 'static {
    /// The present, UTC.
    fn now(&self) -> Timestamp;
}
