//! The way of events to registers.

use async_trait::async_trait;
use payment::{RegisterId, StoreId, Timestamp};

/// One event on its way to a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingEvent {
    /// `<payment>-<sequence>`; snapshots and rejections: a fresh id.
    pub message_id: String,
    /// The operation, if it is known.
    pub correlation_id: Option<String>,
    /// The event's name, such as `payment.paid`.
    pub name: String,
    /// The register's store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
    /// The body: JSON as the contract says.
    pub body: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// A queue that gets a best-effort copy: checked by the intake to be one of the store's own.
    pub reply_to: Option<String>,
}

/// What became of a publishing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The broker has it, durably, in at least one queue.
    Confirmed,
    /// The register has no queue: the broker returned it.
    Unroutable,
    /// Not known to have arrived; it is to be sent again.
    Failed(String),
}

/// What the names of queues begin with unless it is set otherwise (contract.md §1).
pub const QUEUE_PREFIX: &str = "checkout";

/// Sends events. Waits no longer than its own time-out.
#[async_trait]
pub trait EventSink: Send + Sync + 'static {
    /// Publishes one event and waits for the broker's word.
    async fn publish(&self, event: &OutgoingEvent) -> Delivery;

    /// Whether this service has a way for events at all; without one, registers ask for them.
    fn is_there(&self) -> bool {
        true
    }

    /// What the names of queues begin with there.
    fn queue_prefix(&self) -> &str {
        QUEUE_PREFIX
    }
}
