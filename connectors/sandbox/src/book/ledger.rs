//! The whole book as a table, for tests and people: minor units, RFC 3339 times, ids as text.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    core::Book,
    records::{Kind, Order, OrderNo, RefundNo, RefundStatus, Status, TransactionNo},
};
use crate::amount::Amount;

/// One bank's rows of `GET /ledger`.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerView<'a> {
    orders: Vec<OrderRow<'a>>,
    payments: Vec<PaymentRow<'a>>,
    refunds: Vec<RefundRow<'a>>,
    links: Vec<LinkRow<'a>>,
}

/// One accepted registration; an order that was registered twice has two rows.
#[derive(Debug, Serialize)]
struct OrderRow<'a> {
    order: &'a str,
    qr: Option<&'a str>,
    amount: Option<Amount>,
    status: Status,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    merchant: &'a str,
    kind: Option<Kind>,
    payload: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct PaymentRow<'a> {
    transaction: String,
    qr: Option<&'a str>,
    order: &'a str,
    amount: Amount,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct RefundRow<'a> {
    refund: &'a str,
    transaction: String,
    amount: Amount,
    status: RefundStatus,
    order: &'a str,
    created_at: Timestamp,
}

/// A cash link by itself; its sales are orders.
#[derive(Debug, Serialize)]
struct LinkRow<'a> {
    qr: &'a str,
    status: Status,
    payload: &'a str,
}

impl Book {
    /// All rows as they are now.
    pub(crate) fn ledger(&self, now: Timestamp) -> LedgerView<'_> {
        let codes = self.records.codes.iter().enumerate();
        LedgerView {
            orders: (0..self.records.orders.len()).map(|place| self.order_row(OrderNo(place), now)).collect(),
            payments: self.records.payments.iter().map(|no| self.payment_row(*no)).collect(),
            refunds: (0..self.records.refunds.len())
                .map(|place| self.refund_row(RefundNo(place), now))
                .collect(),
            links: codes
                .filter(|(_, code)| code.kind == Kind::Link)
                .map(|(place, code)| LinkRow {
                    qr: &code.id,
                    status: self.code_status(super::CodeNo(place), now),
                    payload: &code.payload,
                })
                .collect(),
        }
    }

    fn order_row(&self, no: OrderNo, now: Timestamp) -> OrderRow<'_> {
        let order = self.order(no);
        let code = order.code.map(|code| self.code(code));
        OrderRow {
            order: &order.id,
            qr: code.map(|code| code.id.as_str()),
            amount: order.amount,
            status: self.order_status(no, now),
            created_at: order.created_at,
            expires_at: order.expires_at,
            merchant: &order.merchant,
            kind: code.map(|code| code.kind),
            payload: code.map(|code| code.payload.as_str()),
        }
    }

    fn payment_row(&self, no: TransactionNo) -> PaymentRow<'_> {
        let transaction = self.transaction(no);
        let order = self.order(transaction.order);
        PaymentRow {
            transaction: transaction.number.to_string(),
            qr: self.qr_of(order),
            order: &order.id,
            amount: transaction.amount,
            at: self.ended_at(no),
        }
    }

    fn refund_row(&self, no: RefundNo, now: Timestamp) -> RefundRow<'_> {
        let refund = self.refund(no);
        let payment = self.transaction(refund.payment);
        RefundRow {
            refund: &refund.id,
            transaction: payment.number.to_string(),
            amount: refund.amount,
            status: self.refund_status(no, now),
            order: &self.order(payment.order).id,
            created_at: refund.created_at,
        }
    }

    fn qr_of(&self, order: &Order) -> Option<&str> {
        order.code.map(|code| self.code(code).id.as_str())
    }
}
