//! Connectors behind the engine's port: the two traits say the same, so that neither room knows the other. What a bank says is
//! tidied on the way.
//!
//! While credentials change there are two connectors to one bank. What belongs to a payment that was opened before the change goes
//! by the old one, as long as the bank lets it in.

use std::sync::Arc;

use async_trait::async_trait;
use connector_sdk::{Connector, tidy};
use engine::ports::{Bank, Clock};
use payment::{
    AnnulAnswer, CallError, CodeId, IssueRequest, Issued, OrderRequest, PaidNotice, PaymentId, RefundAnswer,
    RefundRequest, RefusalKind, StatusAnswer, Timestamp,
};

/// The connector that takes the place of the present one.
#[derive(Clone)]
pub(super) struct Next {
    /// From when on.
    pub(super) at: Timestamp,
    pub(super) connector: Arc<dyn Connector>,
}

/// A bank as the engine calls it.
pub(super) struct ConnectedBank {
    pub(super) present: Arc<dyn Connector>,
    pub(super) next: Option<Next>,
    pub(super) clock: Arc<dyn Clock>,
}

impl ConnectedBank {
    /// Who is called about a payment (`None`: about none), and who after that if the bank does not take the credentials.
    fn way(&self, about: Option<PaymentId>) -> (&dyn Connector, Option<&dyn Connector>) {
        let present = self.present.as_ref();
        let Some(Next { at, connector: next }) =
            self.next.as_ref().filter(|next| next.at <= self.clock.now())
        else {
            return (present, None);
        };
        match about {
            Some(payment) if payment < PaymentId::earliest_at(*at) => (present, Some(next.as_ref())),
            _ => (next.as_ref(), None),
        }
    }
}

/// The bank has read the request and let nobody in: nothing has happened there.
fn is_shut_out<T>(answer: &Result<T, CallError>) -> bool {
    matches!(answer, Err(CallError::Refused(refusal)) if refusal.kind == RefusalKind::Settings)
}

/// Calls the bank; once more with the other credentials where the first are not taken any more.
macro_rules! call {
    ($self:ident, $about:expr, |$connector:ident| $call:expr) => {{
        let ($connector, other) = $self.way($about);
        let answer = $call.await;
        match other {
            Some($connector) if is_shut_out(&answer) => $call.await,
            _ => answer,
        }
    }};
}

#[async_trait]
impl Bank for ConnectedBank {
    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError> {
        let answer = call!(self, Some(request.order.payment()), |connector| connector.issue(request));
        answer.and_then(tidy::code).map_err(tidy::error)
    }

    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        let answer = call!(self, Some(request.order.payment()), |connector| connector.status(request));
        answer.map(tidy::status).map_err(tidy::error)
    }

    async fn latest_credit(&self, code: &CodeId) -> Result<Option<PaidNotice>, CallError> {
        let money = call!(self, None, |connector| connector.latest_credit(code));
        money.map(|money| money.map(tidy::notice)).map_err(tidy::error)
    }

    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        let answer = call!(self, Some(request.order.payment()), |connector| connector.annul(request));
        answer.map_err(tidy::error)
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let answer = call!(self, Some(request.order.payment()), |connector| connector.refund(request));
        answer.map(tidy::refund).map_err(tidy::error)
    }

    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let answer = call!(self, Some(request.order.payment()), |connector| connector.refund_status(request));
        answer.map(tidy::refund).map_err(tidy::error)
    }
}

#[cfg(test)]
#[path = "connected_tests.rs"]
mod tests;
