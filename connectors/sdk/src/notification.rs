//! What a bank tells us unasked.

use payment::{BankTransaction, CodeId, Money};

/// A notification that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Our order number, if it carries one.
    pub order: Option<String>,
    /// The bank's id of the code, if it carries one.
    pub code: Option<CodeId>,
    /// The bank's id of the money, if it carries one.
    pub transaction: Option<BankTransaction>,
    /// The amount, if it carries one.
    pub amount: Option<Money>,
    /// Whether the bank's signature holds.
    pub signature: Signature,
}

/// What the signature of a notification is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Made with this authorization server's key.
    Valid,
    /// Missing or made with another key: worth a status call, nothing more.
    Invalid,
}

/// A body that is no notification of this bank. The text names what is wrong without quoting the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a notification of this bank: {0}")]
pub struct NotificationError(pub String);
