//! What codes, orders and refunds are at a given time. Expiry is worked out on reading.

use jiff::Timestamp;

use super::{
    core::Book,
    records::{
        CodeNo, Kind, Order, OrderKind, OrderNo, Outcome, Progress, RefundNo, RefundStatus, Status,
        TransactionNo,
    },
};
use crate::options::AfterDecline;

impl Order {
    fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

impl Book {
    pub(crate) fn order_status(&self, no: OrderNo, now: Timestamp) -> Status {
        let order = self.order(no);
        let single = order.kind != OrderKind::Reusable;
        if single && order.paid.is_some() {
            Status::Paid
        } else if order.cancelled_at.is_some() {
            Status::Cancelled
        } else if single && self.visible_begun(no).is_some() {
            Status::InProgress
        } else if order.is_expired(now) {
            Status::Expired
        } else if single && self.stays_in_progress(no) {
            Status::InProgress
        } else {
            Status::New
        }
    }

    pub(crate) fn code_status(&self, no: CodeNo, now: Timestamp) -> Status {
        let code = self.code(no);
        let status = code.current.map_or(Status::Inactive, |order| self.order_status(order, now));
        match (code.kind, status) {
            (Kind::Link, Status::Paid | Status::Cancelled | Status::Expired) => Status::Inactive,
            _ => status,
        }
    }

    /// Whether a link has an order that is not over.
    pub(crate) fn is_armed(&self, link: CodeNo, now: Timestamp) -> bool {
        self.code_status(link, now) != Status::Inactive
    }

    /// The newest try that the merchant may know of.
    pub(crate) fn latest_visible(&self, no: OrderNo) -> Option<TransactionNo> {
        let order = self.order(no);
        if order.kind != OrderKind::Reusable && order.paid.is_some() {
            return order.paid;
        }
        order.transactions.iter().rev().copied().find(|no| !self.is_hidden(*no))
    }

    /// A try that the merchant may know of and that has not ended.
    pub(crate) fn visible_begun(&self, no: OrderNo) -> Option<TransactionNo> {
        let begun = |no: &TransactionNo| matches!(&self.transaction(*no).progress, Progress::Begun(begun) if !begun.hidden);
        let code = self.order(no).code?;
        self.code(code)
            .begun
            .iter()
            .copied()
            .find(|try_no| self.transaction(*try_no).order == no && begun(try_no))
    }

    fn is_hidden(&self, no: TransactionNo) -> bool {
        matches!(&self.transaction(no).progress, Progress::Begun(begun) if begun.hidden)
    }

    fn stays_in_progress(&self, no: OrderNo) -> bool {
        self.rules.after_decline == AfterDecline::StaysInProgress
            && self
                .latest_visible(no)
                .is_some_and(|no| matches!(self.transaction(no).progress, Progress::Declined { .. }))
    }

    /// When the order last became what it is.
    pub(crate) fn order_status_since(&self, no: OrderNo, now: Timestamp) -> Timestamp {
        let order = self.order(no);
        match self.order_status(no, now) {
            Status::Paid => order.paid.map(|no| self.ended_at(no)),
            Status::Cancelled => order.cancelled_at,
            Status::Expired => order.expires_at,
            Status::New | Status::Inactive | Status::InProgress => None,
        }
        .unwrap_or(order.created_at)
    }

    /// When a try succeeded or was declined, or began if it has not ended.
    pub(crate) fn ended_at(&self, no: TransactionNo) -> Timestamp {
        let transaction = self.transaction(no);
        match transaction.progress {
            Progress::Begun(_) => transaction.begun_at,
            Progress::Succeeded { at } | Progress::Declined { at, .. } => at,
        }
    }

    pub(crate) fn refund_status(&self, no: RefundNo, now: Timestamp) -> RefundStatus {
        let refund = self.refund(no);
        match refund.outcome {
            _ if now < refund.ends_at => RefundStatus::InProgress,
            Outcome::Completed => RefundStatus::Completed,
            Outcome::Declined { .. } => RefundStatus::Declined,
        }
    }
}
