//! Rows of `payments`.

use std::sync::Arc;

use engine::ports::{PaymentChange, StoreError, Stored, payer_key};
use payment::{
    Currency, Money, OperationId, Payment, PaymentId, PaymentTypeCode, RegisterId, Status, StoreId, Timestamp,
};

use super::{parsed, signed, unsigned};
use crate::error::damaged;
use crate::records::PaymentSummary;
use crate::versioned;

/// The columns that are written once, with the payment's first state.
pub(crate) struct PaymentColumns {
    pub(crate) store: String,
    pub(crate) register: String,
    pub(crate) operation: String,
    pub(crate) payment_type: String,
    pub(crate) amount_minor: i64,
    pub(crate) currency: &'static str,
    pub(crate) receipt: Option<String>,
    pub(crate) shift: Option<String>,
    pub(crate) opened_at: i64,
    /// Whether the register may have no other open payment.
    pub(crate) is_sole: bool,
    /// The operation that gives up the register for this one.
    pub(crate) supersedes: Option<String>,
    pub(crate) checkout: String,
}

/// The columns that every change writes.
pub(crate) struct StateColumns {
    pub(crate) id: String,
    pub(crate) status: &'static str,
    pub(crate) is_open: bool,
    pub(crate) wake_at: Option<i64>,
    pub(crate) settled: bool,
    pub(crate) fiscal_due: bool,
    pub(crate) sequence: i64,
    /// The bank's id of its newest code.
    pub(crate) code: Option<String>,
    /// What its last payer is looked for by.
    pub(crate) payer: Option<String>,
    pub(crate) state: String,
}

/// Whether a payment takes its register's only place when it becomes known.
pub(crate) fn holds_register(payment: &Payment) -> bool {
    payment.is_open() && !payment.checkout.shares_register
}

/// The bank's id of the newest code that a payment has.
pub(crate) fn newest_code(payment: &Payment) -> Option<String> {
    let codes = payment.state.attempts.iter().rev().filter_map(|attempt| payment.code_id(attempt));
    codes.map(ToString::to_string).next()
}

/// What the last payer of a payment is looked for by.
pub(crate) fn last_payer(payment: &Payment) -> Option<String> {
    payment.state.credits.iter().rev().find_map(|credit| payer_key(credit.payer.as_deref()?))
}

impl PaymentColumns {
    pub(crate) fn of(payment: &Payment) -> Result<Self, StoreError> {
        let checkout = &payment.checkout;
        Ok(Self {
            store: checkout.store.to_string(),
            register: checkout.register.to_string(),
            operation: checkout.operation.to_string(),
            payment_type: checkout.payment_type.to_string(),
            amount_minor: checkout.amount.minor(),
            currency: checkout.amount.currency().code(),
            receipt: checkout.details.receipt.clone(),
            shift: checkout.details.shift.clone(),
            opened_at: payment.opened_at.as_micros(),
            is_sole: holds_register(payment),
            supersedes: checkout.supersedes.as_ref().map(ToString::to_string),
            checkout: versioned::write(&**checkout)?,
        })
    }
}

impl StateColumns {
    pub(crate) fn of(change: &PaymentChange) -> Result<Self, StoreError> {
        let payment = &change.payment;
        Ok(Self {
            id: payment.id.to_string(),
            status: payment.status().word(),
            is_open: payment.is_open(),
            wake_at: change.wake_at.map(Timestamp::as_micros),
            settled: payment.state.settled,
            fiscal_due: payment.is_fiscal_due(),
            sequence: signed("sequence", payment.state.sequence)?,
            code: newest_code(payment),
            payer: last_payer(payment),
            state: versioned::write(&payment.state)?,
        })
    }
}

/// A payment as it is read.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredColumns {
    id: String,
    opened_at: i64,
    checkout: String,
    state: String,
    delivered: bool,
    epoch: i64,
}

impl StoredColumns {
    pub(crate) fn stored(self) -> Result<Stored, StoreError> {
        let what = |column: &str| format!("payment {}, column {column}", self.id);
        let payment = Payment {
            id: parsed(&what("id"), self.id.parse::<PaymentId>())?,
            opened_at: Timestamp::from_micros(self.opened_at),
            checkout: Arc::new(versioned::read(&what("checkout"), &self.checkout)?),
            state: versioned::read(&what("state"), &self.state)?,
        };
        Ok(Stored { payment, delivered: self.delivered, owner: unsigned(&what("epoch"), self.epoch)? })
    }
}

/// A line of a list of payments.
#[derive(sqlx::FromRow)]
pub(crate) struct SummaryColumns {
    id: String,
    store: String,
    register: String,
    operation: String,
    payment_type: String,
    amount_minor: i64,
    currency: String,
    receipt: Option<String>,
    status: String,
    is_open: bool,
    settled: bool,
    opened_at: i64,
}

impl SummaryColumns {
    /// The columns, for the text of a query.
    pub(crate) const NAMES: &'static str = "id, store, register, operation, payment_type, amount_minor, currency, \
         receipt, status, is_open, settled, opened_at";

    pub(crate) fn summary(self) -> Result<PaymentSummary, StoreError> {
        let what = format!("payment {}", self.id);
        let currency = parsed(&what, Currency::parse(&self.currency))?;
        Ok(PaymentSummary {
            id: parsed(&what, self.id.parse())?,
            store: parsed(&what, StoreId::parse(&self.store))?,
            register: parsed(&what, RegisterId::parse(&self.register))?,
            operation: parsed(&what, OperationId::parse(&self.operation))?,
            payment_type: parsed(&what, PaymentTypeCode::parse(&self.payment_type))?,
            amount: parsed(&what, Money::try_new(self.amount_minor, currency))?,
            receipt: self.receipt,
            status: status_of(&self.status).ok_or_else(|| damaged(&what, "unknown status"))?,
            is_open: self.is_open,
            settled: self.settled,
            opened_at: Timestamp::from_micros(self.opened_at),
        })
    }
}

/// The status that a word of the contract names.
fn status_of(word: &str) -> Option<Status> {
    Status::ALL.iter().copied().find(|status| status.word() == word)
}
