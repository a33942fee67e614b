//! Codes that a buyer pays by.

use serde::{Deserialize, Serialize};

use crate::{CodeId, Timestamp};

/// What kind of code an attempt uses (design.md §2 "code").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// Made for one sale with a fixed amount; can be paid once.
    Dynamic,
    /// Minted for one sale; the bank would take several payments on it, so it is annulled at the first.
    Static,
    /// The register's permanent plate, armed with an amount for each sale.
    CashLink,
    /// The buyer's own code, scanned by the register.
    Buyer,
}

impl CodeKind {
    /// Whether the buyer can have the code before the bank has answered. A code that is made for a sale exists only in
    /// the answer; a plate is already on the counter, so its arming counts as shown from the first byte sent (design.md
    /// §4 "Shown").
    pub fn is_out_before_the_answer(self) -> bool {
        matches!(self, Self::CashLink | Self::Buyer)
    }

    /// Whether the bank takes one payment on it at most. A static code may be paid again and again.
    pub fn takes_one_payment(self) -> bool {
        self != Self::Static
    }

    /// The word of the contract, such as `cash_link`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dynamic => "dynamic",
            Self::Static => "static",
            Self::CashLink => "cash_link",
            Self::Buyer => "buyer",
        }
    }
}

/// A register's plate at one bank: a cash link, permanent, armed with an amount for each sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plate {
    /// The bank's id of the link.
    pub link: CodeId,
    /// The text inside the plate's QR symbol, byte for byte as the bank gave it.
    pub payload: String,
}

/// A code as the bank gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The bank's id of the code.
    pub id: CodeId,
    /// The text inside the QR symbol, byte for byte as the bank sent it: never rebuilt, never shortened.
    pub payload: String,
    /// When the bank stops taking money for it; `None` when it has no end of its own.
    pub expires_at: Option<Timestamp>,
    /// A page that opens the same payment on the buyer's phone, where the bank gives one apart from the payload.
    pub payment_url: Option<String>,
}
