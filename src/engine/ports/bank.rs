//! Banks, by authorization server.

use std::sync::Arc;

use async_trait::async_trait;
use payment::{
    AnnulAnswer, CallError, IssueRequest, Issued, OrderRequest, RefundAnswer, RefundRequest, ServerId,
    StatusAnswer,
};

/// One authorization server's bank. Each call is sent at most once; dropping the future gives it up.
#[async_trait]
pub trait Bank: Send + Sync + 'static {
    /// Asks for a code.
    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError>;
    /// Asks what became of an order.
    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError>;
    /// Withdraws an unpaid code.
    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError>;
    /// Gives money back.
    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError>;
    /// Asks what became of a refund.
    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError>;
}

/// The banks that are configured now.
pub trait Banks: Send + Sync + 'static {
    /// The bank behind an authorization server; `None` when it is not configured (any more).
    fn bank(&self, server: &ServerId) -> Option<Arc<dyn Bank>>;
}
