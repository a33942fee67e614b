//! What is asked of a bank. Every field is known before the call and durable, so the same question can be asked again.

use crate::{AttemptId, BankTransaction, CodeId, CodeKind, Money, Plate, RefundId, Timestamp};

/// A new code for one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRequest {
    /// Our order number at the bank.
    pub order: AttemptId,
    /// The exact amount to pay.
    pub amount: Money,
    /// The kind of code.
    pub kind: CodeKind,
    /// When the code must stop being payable.
    pub expires_at: Timestamp,
    /// What the buyer and the statement see; the connector cuts and cleans it to the bank's rules.
    pub purpose: Option<String>,
    /// The plate to arm, where the kind is a cash link.
    pub plate: Option<Plate>,
}

/// An order whose state is asked or which is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRequest {
    /// Our order number at the bank.
    pub order: AttemptId,
    /// The bank's id of the code; `None` after an unknown create of a code that is not on a plate.
    pub code: Option<CodeId>,
    /// The kind of code.
    pub kind: CodeKind,
}

/// Money that goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// Our key of the refund.
    pub refund: RefundId,
    /// The order that was paid.
    pub order: AttemptId,
    /// The bank's id of the money that arrived.
    pub transaction: BankTransaction,
    /// How much goes back.
    pub amount: Money,
    /// The kind of code that was paid.
    pub kind: CodeKind,
    /// What the statement says; the connector cuts and cleans it to the bank's rules.
    pub purpose: Option<String>,
}
