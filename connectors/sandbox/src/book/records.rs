//! What the book writes down. These types are also the snapshot file's format.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{amount::Amount, notify::Notice};

/// Place of a code in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct CodeNo(pub(super) usize);

impl CodeNo {
    /// Halves all codes in two, for answers that come in two forms.
    pub(crate) const fn is_even(self) -> bool {
        self.0.is_multiple_of(2)
    }
}

/// Place of an order in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct OrderNo(pub(super) usize);

/// Place of a transaction in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct TransactionNo(pub(super) usize);

/// Place of a refund in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct RefundNo(pub(super) usize);

/// How often and by whose amount a code is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// One invoice, paid once.
    Dynamic,
    /// Paid many times; the buyer names the amount where the merchant did not.
    Static,
    /// A till's permanent plate, paid only while an order arms it.
    Link,
}

/// What a code or an order is just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    New,
    Inactive,
    InProgress,
    Paid,
    Cancelled,
    Expired,
}

impl Status {
    /// The word that banks use.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Inactive => "INACTIVE",
            Self::InProgress => "IN_PROGRESS",
            Self::Paid => "PAID",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// Texts that a merchant attached and that the bank gives back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub(crate) additional_info: Option<String>,
    pub(crate) purpose: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) redirect_url: Option<String>,
    pub(crate) subscription: Option<String>,
    /// A JSON object, kept as it was sent.
    pub(crate) extra: Option<String>,
}

/// A QR code or NFC tag.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) id: String,
    pub(crate) merchant: String,
    pub(crate) kind: Kind,
    pub(crate) payload: String,
    pub(crate) created_at: Timestamp,
    pub(crate) notes: Notes,
    /// The code's own order, or for a link the one that armed it last.
    pub(crate) current: Option<OrderNo>,
    /// Transactions begun on this code and not yet ended.
    pub(super) begun: Vec<TransactionNo>,
}

/// Where an order came from, and so how often it is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderKind {
    /// Made with a dynamic code.
    Single,
    /// Made with a static code: every payment is of this order.
    Reusable,
    /// Made by itself; it may arm a link.
    Separate,
}

/// Something to be paid.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) merchant: String,
    pub(crate) kind: OrderKind,
    pub(crate) code: Option<CodeNo>,
    /// Open when the buyer names it.
    pub(crate) amount: Option<Amount>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) cancelled_at: Option<Timestamp>,
    /// The latest payment.
    pub(crate) paid: Option<TransactionNo>,
    pub(crate) transactions: Vec<TransactionNo>,
    pub(crate) notes: Notes,
}

/// One buyer's try to pay.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Transaction {
    /// The bank's id of it.
    pub(crate) number: i64,
    pub(crate) order: OrderNo,
    pub(crate) amount: Amount,
    pub(crate) begun_at: Timestamp,
    pub(crate) progress: Progress,
    pub(crate) refunds: Vec<RefundNo>,
}

/// How far a try has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    Begun(Begun),
    Succeeded { at: Timestamp },
    Declined { at: Timestamp, reason: String },
}

/// A try that the buyer has not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// The merchant is told that nobody has tried to pay.
    pub(crate) hidden: bool,
    /// Succeeds so long after the order's annulment was confirmed.
    pub(crate) lands_after_cancel_ms: Option<u64>,
    /// When it ends by itself.
    pub(crate) ends_at: Timestamp,
    /// By success rather than by decline.
    pub(crate) lands: bool,
    /// The newest fault that was asked whether this try becomes a late one.
    pub(crate) judged_by: u64,
}

/// Money given back from one payment.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    /// The merchant's id of it.
    pub(crate) id: String,
    pub(crate) merchant: String,
    pub(crate) payment: TransactionNo,
    pub(crate) amount: Amount,
    pub(crate) created_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) outcome: Outcome,
}

/// What becomes of a refund at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Completed,
    Declined { reason: String },
}

/// A refund as seen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RefundStatus {
    InProgress,
    Completed,
    Declined,
}

/// New texts of a plate that is bound again.
#[derive(Debug)]
pub(crate) struct Amendment {
    pub(crate) description: Option<String>,
    pub(crate) redirect_url: Option<String>,
}

/// Everything that outlives a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Records {
    pub(super) codes: Vec<Code>,
    pub(super) orders: Vec<Order>,
    pub(super) transactions: Vec<Transaction>,
    /// Transactions that succeeded, in that order.
    pub(super) payments: Vec<TransactionNo>,
    pub(super) refunds: Vec<Refund>,
    /// Where each merchant wants its notifications.
    pub(super) callbacks: BTreeMap<String, String>,
    /// Notifications on their way.
    pub(super) undelivered: BTreeMap<u64, Notice>,
    pub(super) last_notice: u64,
}
