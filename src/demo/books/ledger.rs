//! The bank's account, as the simulator gives it.

use std::collections::BTreeMap;

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
    /// The money that it is of.
    pub transaction: String,
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
            "refunds": [{"refund": "r", "transaction": "7", "amount": 100, "status": "COMPLETED"}],
            "links": []}}}"#;
        let ledger = Ledger::read(json.as_bytes()).unwrap();
        assert_eq!((ledger.orders[0].bank.as_str(), ledger.orders[0].amount), ("raiffeisen", Some(19800)));
        assert!(!ledger.orders[0].is_payable() && ledger.refunds[0].is_completed());
        assert_eq!(ledger.payments[0].transaction, "7");
        assert!(Ledger::read(b"{}").is_err());
    }
}
