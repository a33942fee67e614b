//! Questions of registers about more than one payment, and the answers.

use payment::{FiscalReceipt, Payment, RegisterId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::command::MoneyBody;
use super::event::Sum;
use crate::ports::UnclaimedCredit;

/// The body of `find`: whatever is given must match. Nothing given: the newest payments of the store.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct FindBody {
    /// The receipt's number.
    pub receipt: Option<String>,
    /// The bank's id of the money.
    #[schemars(length(min = 1, max = 64))]
    pub bank_transaction: Option<String>,
    /// The exact amount asked.
    pub amount: Option<MoneyBody>,
    /// Accepted from this time on: RFC 3339, or a date of the store's zone such as `2026-11-21`. Left out, and without a
    /// receipt or a bank transaction: 31 days before `to`, or before now.
    pub from: Option<String>,
    /// Accepted before this time; a date counts whole.
    pub to: Option<String>,
    /// A part of the masked payer.
    pub payer: Option<String>,
    /// Behind this payment, by our id, in the order of the answer: the `next` of an answer with `more`.
    pub before: Option<String>,
}

/// The body of `totals`: a shift, or a period, of the asking register or of its whole store.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct TotalsBody {
    /// The shift, as the pays named it.
    pub shift: Option<String>,
    /// From this time on: RFC 3339, or a date of the store's zone. Left out where a shift is named: the last 31 days.
    pub from: Option<String>,
    /// Before this time; a date counts whole. `null`: until now.
    pub to: Option<String>,
    /// Of all registers of the store, not only of the one that asks.
    #[serde(default)]
    pub whole_store: bool,
}

/// The body of `fiscalized`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct FiscalizedBody {
    /// The pay or the refund that the receipt is for.
    #[schemars(length(min = 1, max = 64))]
    pub operation: String,
    /// The number of the fiscal drive.
    #[serde(rename = "fn")]
    #[schemars(length(min = 1, max = 20), regex(pattern = "^[0-9]+$"))]
    pub drive: String,
    /// The number of the fiscal document.
    #[schemars(length(min = 1, max = 20), regex(pattern = "^[0-9]+$"))]
    pub fd: String,
    /// The fiscal sign.
    #[schemars(length(min = 1, max = 20), regex(pattern = "^[0-9]+$"))]
    pub fp: String,
}

/// A payment in `register.found`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundBody {
    /// Our id of the payment.
    pub payment: String,
    /// The pay's operation.
    pub operation: String,
    /// The register that was paid at.
    pub register: String,
    /// The tender.
    pub payment_type: String,
    /// Where it stands.
    pub status: &'static str,
    /// What was asked.
    pub amount: Sum,
    /// What went back of it for certain.
    pub refunded_total: Sum,
    /// True: not money.
    pub test: bool,
    /// When it was accepted.
    pub accepted_at: String,
    /// The receipt's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
    /// The cashier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cashier: Option<String>,
    /// When the money moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<String>,
    /// The bank's id of the money: that which pays, else that which came last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_transaction: Option<String>,
    /// The masked payer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// The fiscal receipt of the sale, once it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fiscal_receipt: Option<FiscalReceipt>,
}

impl FoundBody {
    pub(crate) fn of(payment: &Payment) -> Self {
        let checkout = &payment.checkout;
        let paying = payment.paying_credit().map(|(_, credit)| credit);
        let money = paying.or_else(|| payment.state.credits.last());
        Self {
            payment: payment.id.to_string(),
            operation: checkout.operation.to_string(),
            register: checkout.register.to_string(),
            payment_type: checkout.payment_type.to_string(),
            status: payment.status().word(),
            amount: checkout.amount.into(),
            refunded_total: Sum {
                value: payment.refunded_minor(),
                currency: checkout.amount.currency().code(),
            },
            test: payment.is_test(),
            accepted_at: payment.opened_at.to_string(),
            receipt: checkout.details.receipt.clone(),
            shift: checkout.details.shift.clone(),
            cashier: checkout.details.cashier.clone(),
            paid_at: money.map(|credit| credit.paid_at.unwrap_or(credit.found_at).to_string()),
            bank_transaction: money.map(|credit| credit.transaction.to_string()),
            payer: money.and_then(|credit| credit.payer.clone()),
            fiscal_receipt: payment.state.fiscal.clone(),
        }
    }
}

/// Money at an open plate in `register.found`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnclaimedBody {
    /// Its name, to claim it by.
    pub credit: String,
    /// The register whose plate was paid.
    pub register: String,
    /// How much arrived.
    pub amount: Sum,
    /// The bank's id of the money.
    pub bank_transaction: String,
    /// When the money moved, by the bank, else when we learned of it.
    pub paid_at: String,
    /// The masked payer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
}

impl UnclaimedBody {
    pub(crate) fn of(register: &RegisterId, credit: &UnclaimedCredit) -> Self {
        Self {
            credit: super::render::credit_name(&credit.server, &credit.transaction),
            register: register.to_string(),
            amount: credit.amount.into(),
            bank_transaction: credit.transaction.to_string(),
            paid_at: credit.paid_at.unwrap_or(credit.found_at).to_string(),
            payer: credit.payer.clone(),
        }
    }
}

/// A payment type in `register.types`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TypeBody {
    /// Its code, for `payment_type`.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// Whether it is what a pay gets that names none.
    pub is_default: bool,
    /// Whether a pay can be started with it now, as far as is set up.
    pub available: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The currency that it takes.
    pub currency: &'static str,
    /// What it can do; `null` where it is not available.
    pub capabilities: Option<Capabilities>,
}

/// What a payment type can do: what at least one of its authorization servers offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Capabilities {
    /// The kinds of codes, for `qr`; the first is what a pay gets that names none.
    pub qr: Vec<&'static str>,
    /// The smallest amount in minor units.
    pub amount_min: i64,
    /// The largest amount in minor units.
    pub amount_max: i64,
    /// The shortest life of a code, in seconds.
    pub expires_in_s_min: u64,
    /// The longest life of a code, in seconds.
    pub expires_in_s_max: u64,
    /// What can be given back: `none`, `whole` or `part`.
    pub refund: &'static str,
    /// Whether unpaid codes can be withdrawn, so that a cancel is certain.
    pub cancel_is_certain: bool,
    /// True: not money.
    pub test: bool,
}
