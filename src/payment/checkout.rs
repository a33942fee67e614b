//! What a register asked for: fixed from the first commit on.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terms::millis;
use crate::{
    CodeKind, ConsoleId, ConsoleTerms, Money, OperationId, PaymentTypeCode, RegisterId, Route, StoreId,
    Timestamp,
};

/// One pay operation as it was accepted, with the ways to banks that it may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// The shop.
    pub store: StoreId,
    /// The till or kiosk.
    pub register: RegisterId,
    /// The register's own id of the pay.
    pub operation: OperationId,
    /// What is to be paid.
    pub amount: Money,
    /// The tender.
    pub payment_type: PaymentTypeCode,
    /// The kind of code.
    pub kind: CodeKind,
    /// The life that the register wants for the code, in whole seconds; `None`: the authorization server's.
    pub expires_in_s: Option<u32>,
    /// How long the pay may wait for what another payment has, such as the register's plate; `None`: 60 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// The authorization servers in the order in which they are tried. Never empty.
    pub routes: Vec<Route>,
    /// What happens to late money.
    pub late_money: LateMoney,
    /// Where the code is shown.
    pub show_on: Vec<ConsoleId>,
    /// Consoles that are more than plain pages of the register, and those that may step in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consoles: Vec<ConsoleTerms>,
    /// Whether the code travels in the event for the register itself to show.
    pub show_on_register: bool,
    /// The register's operation that is resolved before a bank is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<OperationId>,
    /// Whether the register may have other open payments beside this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shares_register: bool,
    /// What is kept for people and slips; nothing is decided on it.
    pub details: Details,
}

/// What a register tells about a sale beyond the money.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The receipt's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// What the buyer sees at the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The cashier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cashier: Option<String>,
    /// The shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
    /// The queue that gets best-effort copies of this operation's events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Pictures of the code that the register wants with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub render: Option<Render>,
    /// The goods, for slips and refunds by item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
}

/// Pictures of a code that a register wants in `payment.qr_ready`. What can't be drawn at the size is left out there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Render {
    /// PNG in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub png: Option<PictureSize>,
    /// BMP with one bit a pixel in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bmp: Option<PictureSize>,
    /// SVG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub svg: Option<PictureSize>,
    /// Bytes for an ESC/POS printer in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escpos: Option<PaperSize>,
}

/// The side of a square picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PictureSize {
    /// Its side at most, in pixels, the white border included: each module has the same whole number of them.
    #[schemars(range(min = 64, max = 2000))]
    pub width: u32,
}

/// The paper of a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaperSize {
    /// Its width in millimetres: 58 or 80.
    #[schemars(range(min = 58, max = 80))]
    pub paper_mm: u32,
}

/// One line of a receipt. Not checked against the payment's amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// The name on the receipt.
    pub name: String,
    /// A decimal number as text, such as `0.340`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// The price of one, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// The line's sum, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

/// The policy for the sole credit of a payment that ended unpaid. Every other late credit is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateMoney {
    /// It goes back by itself.
    Refund,
    /// The register may claim it within this time; after that it goes back.
    Offer {
        /// How long the register may claim it.
        #[serde(with = "millis")]
        claim_within: Duration,
    },
}
