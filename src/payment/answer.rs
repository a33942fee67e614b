//! What banks answer, in our words. Connectors map their wire formats onto these types; the core decides on them.

use serde::{Deserialize, Serialize};

use crate::{BankTransaction, Code, Money, Timestamp};

/// Why a call to a bank gave no answer that can be used, split by *what may have happened at the bank*.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The bank certainly did not get the request: it may be sent again, here or at another bank.
    #[error("the request was not sent: {0}")]
    NotSent(String),
    /// The request may have worked: time-out after sending, 5xx, an answer that can't be read. Never a failure.
    #[error("the bank may have acted: {0}")]
    Unknown(String),
    /// The bank answered, clearly and finally, no.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A bank's explicit no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the bank refused ({bank_code}): {message}")]
pub struct Refusal {
    /// What the refusal means to us.
    pub kind: RefusalKind,
    /// The bank's own code, for support.
    pub bank_code: String,
    /// The bank's own text, for support; never branched on.
    pub message: String,
}

/// What a refusal means, as far as it changes what we or the cashier do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Anything else: the bank does not want this request.
    Other,
    /// The amount is outside of the bank's bounds.
    AmountOutOfRange,
    /// The merchant's account can't cover a refund.
    InsufficientFunds,
    /// The scheme's or the bank's limit of tries.
    Limit,
    /// Credentials or settings are wrong: a person must mend them.
    Settings,
    /// Nothing is taken there for now: the bank says so, or it is ill and is not asked. Another bank may be.
    Unavailable,
}

/// What status says about one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusAnswer {
    /// Our order number as the answer carries it. It must be the attempt's id before money is believed.
    pub order: Option<String>,
    /// What the bank says.
    pub state: OrderState,
}

/// The state of an order at a bank. A word that a connector does not know is [`OrderState::InProgress`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// Nobody has paid; the code may still be paid.
    Unpaid,
    /// A payment is being carried out.
    InProgress,
    /// Money has arrived.
    Paid(PaidNotice),
    /// A try was refused. `terminal`: the order can never be paid any more.
    Declined {
        /// The bank's reason in its own words, if it gave one.
        reason: Option<String>,
        /// Whether this ends the order.
        terminal: bool,
    },
    /// The code was withdrawn.
    Annulled,
    /// The code's life is over and nothing is in progress.
    Expired,
    /// The bank does not know the order. After an unknown create this proves nothing before the end of the life that was asked
    /// for. Of an order whose code the bank gave it proves nothing at all: a bank that has lost an order, and another account
    /// or another bank behind the same settings, say just this while the buyer's money may be there.
    NotFound,
}

/// Money that a status reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidNotice {
    /// The bank's id of the money. "Paid" without it means: ask again.
    pub transaction: Option<BankTransaction>,
    /// The amount, where the answer carries one; it must match then.
    pub amount: Option<Money>,
    /// When the money moved, by the bank's clock: for people, never for decisions.
    pub paid_at: Option<Timestamp>,
    /// The payer, masked by the bank or by the connector.
    pub payer: Option<String>,
    /// How it was paid, such as `sbp`.
    pub instrument: Option<String>,
}

/// A code that was issued.
pub type Issued = Code;

/// The outcome of an annulment that the bank answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnulAnswer {
    /// Withdrawn, now or by an earlier try of ours.
    Annulled,
    /// It was already dead by its own life.
    Expired,
    /// It can't be withdrawn now: paid or being paid. Status tells which.
    NotNow,
}

/// The state of a refund at a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The bank works on it.
    Pending,
    /// The money went back.
    Completed {
        /// The bank's id of the refund, if it has one apart from our key.
        transaction: Option<BankTransaction>,
    },
    /// The bank refused it after accepting the request.
    Declined(Refusal),
    /// The bank knows no refund by this key.
    NotFound,
}
