//! Banks, by authorization server.

use std::sync::Arc;

use async_trait::async_trait;
use payment::{
    AnnulAnswer, CallError, CodeId, CodeKind, Currency, IssueRequest, Issued, OrderRequest, PaidNotice,
    RefundAnswer, RefundRequest, Route, ServerId, StatusAnswer,
};

use super::store::StoreError;
use crate::settings::Settings;

/// One authorization server's bank. Each call is sent at most once; dropping the future gives it up.
#[async_trait]
pub trait Bank: Send + Sync + 'static {
    /// Asks for a code.
    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError>;
    /// Asks what became of an order.
    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError>;
    /// Asks for the latest money on a code that we have no order for; `None`: nobody has paid yet.
    async fn latest_credit(&self, code: &CodeId) -> Result<Option<PaidNotice>, CallError>;
    /// Withdraws an unpaid code.
    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError>;
    /// Gives money back.
    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError>;
    /// Asks what became of a refund.
    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError>;
}

/// What an authorization server offers for one kind of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The way to the bank with the terms that a payment opened now keeps.
    pub route: Route,
    /// The currencies it takes.
    pub currencies: Vec<Currency>,
    /// The smallest and largest amount in minor units.
    pub amount_minor: (i64, i64),
}

/// The authorization servers that are configured now.
#[async_trait]
pub trait Banks: Send + Sync + 'static {
    /// Makes the authorization servers of these settings ready to be called. The settings hold only after that: no pay meets a
    /// server that is set up and not connected yet. One that can't work as it is set is left out.
    async fn connect(&self, _settings: &Settings) -> Result<(), StoreError> {
        Ok(())
    }

    /// The bank behind an authorization server; `None` when it is not configured (any more).
    fn bank(&self, server: &ServerId) -> Option<Arc<dyn Bank>>;

    /// What the server offers for this kind of code; `None` when it does not offer the kind.
    fn offer(&self, server: &ServerId, kind: CodeKind) -> Option<Offer>;
}
