//! Money that arrived, as its payment keeps it.

use serde::{Deserialize, Serialize};

use crate::state::is_default;
use crate::{AttemptId, BankTransaction, Money, ServerId, Timestamp};

/// Money that a bank says has arrived. Unique by authorization server and bank transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Where it arrived.
    pub server: ServerId,
    /// The bank's id of the money.
    pub transaction: BankTransaction,
    /// The order that was paid.
    pub attempt: AttemptId,
    /// How much arrived.
    pub amount: Money,
    /// When we learned of it.
    pub found_at: Timestamp,
    /// When the money moved, by the bank's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
    /// The masked payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// How it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// Whether order, amount and currency match what we asked for.
    pub proven: bool,
    /// Whether another payment has it already, by our books: it can neither pay this one nor go back from it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub taken: bool,
    /// What it is to the payment.
    pub role: CreditRole,
}

/// What a credit is to its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditRole {
    /// It pays the payment.
    Pays,
    /// Late money that goes back by itself.
    Refunding,
    /// Late money that the register may claim.
    Offered {
        /// Until when.
        claim_until: Timestamp,
    },
    /// A person must handle it.
    Manual,
    /// Kept until a person ends the review.
    Held,
}
