//! The calls that every bank answers.

use async_trait::async_trait;
use payment::{
    AnnulAnswer, CallError, CodeId, IssueRequest, Issued, OrderRequest, PaidNotice, Plate, RefundAnswer,
    RefundRequest, Refusal, RefusalKind, StatusAnswer,
};

use crate::{Capabilities, Notification, NotificationError, PlateRequest};

/// One authorization server's bank, ready to be called.
///
/// Each call is sent at most once. Dropping the future gives the call up; what the bank then did is unknown.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// What this bank can do under these settings.
    fn capabilities(&self) -> Capabilities;

    /// Asks for a code, or arms the plate of the request. Never called twice with the same order.
    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError>;

    /// Asks what became of an order. Without the code's id only where `status_by_order` is declared.
    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError>;

    /// Withdraws an unpaid code. Only called where `annul` is declared and the code's id is known. A cash link is
    /// disarmed by our order.
    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError>;

    /// Gives money back. The engine repeats a key only where `keys_idempotent` is declared.
    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError>;

    /// Asks what became of a refund. Only called where `lookup_by_key` is declared.
    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError>;

    /// Asks for the latest money on a code that none of our orders made; `None`: nobody has paid it yet. For banks whose
    /// codes can stand open on a counter.
    async fn latest_credit(&self, _code: &CodeId) -> Result<Option<PaidNotice>, CallError> {
        Err(not_offered("this connector can't be asked for a code without an order"))
    }

    /// Makes a register's plate: a new one, or a printed one that is bound to the merchant. Called by people, not by
    /// payments.
    async fn make_plate(&self, _request: &PlateRequest) -> Result<Plate, CallError> {
        Err(not_offered("this connector makes no plates"))
    }

    /// Reads a notification that arrived at `/hooks/{authorization server}`. `header` looks a header's value up by its
    /// lower-case name. A notification is only a hint: the engine asks for the status.
    fn read_notification(
        &self,
        header: &dyn for<'a> Fn(&'a str) -> Option<String>,
        body: &[u8],
    ) -> Result<Notification, NotificationError>;
}

fn not_offered(what: &str) -> CallError {
    CallError::Refused(Refusal {
        kind: RefusalKind::Other,
        bank_code: "not_offered".to_owned(),
        message: what.to_owned(),
    })
}
