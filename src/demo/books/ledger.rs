//! The bank's account, as the simulator gives it.

use std::collections::{BTreeMap, BTreeSet};

use payment::{AttemptId, PaymentId};
use serde::Deserialize;

/// All rows of all simulated banks. A row names its bank, since banks number their money independently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Accepted registrations. An order that was registered twice has two rows.
    pub orders: Vec<LedgerOrder>,
    /// Money that moved.
    pub payments: Vec<LedgerPayment>,
    /// Money that went back, or is to.
    pub refunds: Vec<LedgerRefund>,
}

/// An order at a bank.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LedgerOrder {
    /// The bank, by the code name of its module.
    #[serde(skip)]
    pub bank: String,
    /// Our order number.
    pub order: String,
    /// The bank's id of the code.
    pub qr: Option<String>,
    /// What is to be paid, in minor units.
    pub amount: Option<i64>,
    /// `NEW`, `IN_PROGRESS`, `PAID`, `CANCELLED`, `EXPIRED` …
    pub status: String,
}

/// Money that arrived at a bank.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LedgerPayment {
    /// The bank.
    #[serde(skip)]
    pub bank: String,
    /// The bank's id of the money.
    pub transaction: String,
    /// The order that was paid.
    pub order: String,
    /// Minor units.
    pub amount: i64,
}

/// Money that goes back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LedgerRefund {
    /// The bank.
    #[serde(skip)]
    pub bank: String,
    /// Our key.
    pub refund: String,
    /// The money that it is of …
    pub transaction: String,
    /// … and the order of that.
    pub order: String,
    /// Minor units.
    pub amount: i64,
    /// `IN_PROGRESS`, `COMPLETED`, `DECLINED`.
    pub status: String,
}

/// The answer of `GET /ledger` can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the bank simulator's ledger can't be read: {0}")]
pub struct LedgerError(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Answer {
    banks: BTreeMap<String, OfBank>,
}

#[derive(Deserialize)]
struct OfBank {
    orders: Vec<LedgerOrder>,
    payments: Vec<LedgerPayment>,
    refunds: Vec<LedgerRefund>,
}

impl Ledger {
    /// Reads the answer of the simulator's `GET /ledger`.
    pub fn read(json: &[u8]) -> Result<Self, LedgerError> {
        let answer: Answer = serde_json::from_slice(json)?;
        let mut ledger = Self::default();
        for (bank, rows) in answer.banks {
            let OfBank { orders, payments, refunds } = rows;
            let bank = || bank.clone();
            ledger.orders.extend(orders.into_iter().map(|row| LedgerOrder { bank: bank(), ..row }));
            ledger.payments.extend(payments.into_iter().map(|row| LedgerPayment { bank: bank(), ..row }));
            ledger.refunds.extend(refunds.into_iter().map(|row| LedgerRefund { bank: bank(), ..row }));
        }
        Ok(ledger)
    }

    /// Without orders, and money of orders, of these payments.
    #[must_use]
    pub fn without(mut self, payments: &BTreeSet<PaymentId>) -> Self {
        let is_kept = |order: &str| {
            let attempt: Option<AttemptId> = order.parse().ok();
            attempt.is_none_or(|attempt| !payments.contains(&attempt.payment()))
        };
        self.orders.retain(|row| is_kept(&row.order));
        self.payments.retain(|row| is_kept(&row.order));
        self.refunds.retain(|row| is_kept(&row.order));
        self
    }
}

impl LedgerOrder {
    /// Whether a buyer could still pay it.
    pub fn is_payable(&self) -> bool {
        matches!(self.status.as_str(), "NEW" | "IN_PROGRESS")
    }
}

impl LedgerRefund {
    /// Whether the money went back for certain.
    pub fn is_completed(&self) -> bool {
        self.status == "COMPLETED"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulators_answer_is_read_bank_by_bank() {
        let json = r#"{"banks": {"raiffeisen": {
            "orders": [{"order": "o", "qr": "AD1", "amount": 19800, "status": "PAID", "created_at": "2026-11-21T10:00:00Z"}],
            "payments": [{"transaction": "7", "qr": "AD1", "order": "o", "amount": 19800, "at": "2026-11-21T10:00:01Z"}],
            "refunds": [{"refund": "r", "transaction": "7", "order": "o", "amount": 100, "status": "COMPLETED"}],
            "links": []}}}"#;
        let ledger = Ledger::read(json.as_bytes()).unwrap();
        assert_eq!((ledger.orders[0].bank.as_str(), ledger.orders[0].amount), ("raiffeisen", Some(19800)));
        assert!(!ledger.orders[0].is_payable() && ledger.refunds[0].is_completed());
        assert_eq!(ledger.payments[0].transaction, "7");
        assert!(Ledger::read(b"{}").is_err());
    }

    #[test]
    fn payments_can_be_left_out_with_all_their_money() {
        let [older, newer] = [1_u128, 2].map(|number| PaymentId::from_uuid(number << 64));
        let row = |order: String| {
            let bank = String::new;
            let status = || "PAID".to_owned();
            Ledger {
                orders: vec![LedgerOrder {
                    bank: bank(),
                    order: order.clone(),
                    qr: None,
                    amount: None,
                    status: status(),
                }],
                payments: vec![LedgerPayment {
                    bank: bank(),
                    transaction: bank(),
                    order: order.clone(),
                    amount: 1,
                }],
                refunds: vec![LedgerRefund {
                    bank: bank(),
                    refund: bank(),
                    transaction: bank(),
                    order,
                    amount: 1,
                    status: status(),
                }],
            }
        };
        let older_ones = BTreeSet::from([older]);
        assert_eq!(row(older.attempt(2).to_string()).without(&older_ones), Ledger::default());
        for order in [newer.attempt(1).to_string(), "somebody's".to_owned()] {
            assert_eq!(row(order.clone()).without(&older_ones), row(order));
        }
    }
}
