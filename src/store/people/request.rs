//! Refunds that wait for a second person.

use payment::{BankTransaction, Money, OperationId, PaymentId, StoreId, Timestamp};
use serde::{Deserialize, Serialize};

use super::UserId;

/// A refund that somebody asked for and that nobody carries out before another person has agreed. One at most for a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// The operation that the refund is to have, and so the request's own id: carried out twice, it is done once.
    pub operation: OperationId,
    /// The store of the payment.
    pub store: StoreId,
    /// Whose money it is.
    pub payment: PaymentId,
    /// Who asked.
    pub asked_by: UserId,
    /// Who agreed; `None`: nobody yet. What was agreed to stays until it is carried out.
    pub agreed_by: Option<UserId>,
    /// Nobody can agree from then on.
    pub expires_at: Timestamp,
    /// Everything else.
    pub body: RefundRequestBody,
}

/// What is kept of a request besides what is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequestBody {
    /// The login of who asked.
    pub who: String,
    /// When.
    pub asked_at: Timestamp,
    /// How much.
    pub amount: Money,
    /// The money, where it is left to people; `None`: that which pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<BankTransaction>,
    /// Why.
    pub reason: String,
}

impl RefundRequest {
    /// Whether it is over: nobody agreed in time.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.agreed_by.is_none() && self.expires_at <= now
    }
}
