//! Look-ups by the ids that merchants and buyers know.

use std::collections::HashMap;

use super::records::{CodeNo, OrderNo, Records, RefundNo};

/// Derived from the records; every call finds its rows here without a scan.
#[derive(Debug, Default)]
pub(super) struct Index {
    codes: HashMap<String, CodeNo>,
    orders: HashMap<String, Vec<OrderNo>>,
    refunds: HashMap<String, RefundNo>,
}

impl Index {
    pub(super) fn of(records: &Records) -> Self {
        let mut index = Self::default();
        for (place, code) in records.codes.iter().enumerate() {
            index.add_code(&code.id, CodeNo(place));
        }
        for (place, order) in records.orders.iter().enumerate() {
            index.add_order(&order.merchant, &order.id, OrderNo(place));
        }
        for (place, refund) in records.refunds.iter().enumerate() {
            index.add_refund(&refund.merchant, &refund.id, RefundNo(place));
        }
        index
    }

    pub(super) fn add_code(&mut self, id: &str, no: CodeNo) {
        self.codes.insert(id.to_owned(), no);
    }

    pub(super) fn add_order(&mut self, merchant: &str, id: &str, no: OrderNo) {
        self.orders.entry(key(merchant, id)).or_default().push(no);
    }

    pub(super) fn add_refund(&mut self, merchant: &str, id: &str, no: RefundNo) {
        self.refunds.insert(key(merchant, id), no);
    }

    pub(super) fn code(&self, id: &str) -> Option<CodeNo> {
        self.codes.get(id).copied()
    }

    /// Every order that a merchant registered under one id, oldest first.
    pub(super) fn orders(&self, merchant: &str, id: &str) -> &[OrderNo] {
        self.orders.get(&key(merchant, id)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn refund(&self, merchant: &str, id: &str) -> Option<RefundNo> {
        self.refunds.get(&key(merchant, id)).copied()
    }
}

/// Merchant ids have no line breaks, so the joint is unambiguous.
fn key(merchant: &str, id: &str) -> String {
    format!("{merchant}\n{id}")
}
