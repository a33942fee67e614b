//! A refund as the two versions of the interface show it.

use jiff::Timestamp;
use serde::Serialize;

use super::{dates, reply::Reply, wire::Roubles};
use crate::{
    book::{Book, Outcome, RefundNo, RefundStatus},
    faults::Twist,
};

/// Which of the two answers is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `refundStatus` beside a `code`.
    V1,
    /// `status` as an object, no `code`.
    V2,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct First {
    code: &'static str,
    amount: Roubles,
    refund_status: RefundStatus,
}

#[derive(Serialize)]
struct Second<'a> {
    amount: Roubles,
    status: StatusView<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusView<'a> {
    value: RefundStatus,
    date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_reason: Option<&'a str>,
}

pub(super) fn reply(book: &Book, no: RefundNo, now: Timestamp, shape: Shape, twist: Twist) -> Reply {
    let refund = book.refund(no);
    let amount = Roubles(twist.amount(refund.amount));
    let status = book.refund_status(no, now);
    if shape == Shape::V1 {
        return Reply::json(&First { code: "SUCCESS", amount, refund_status: status });
    }
    let decline_reason = match &refund.outcome {
        Outcome::Declined { reason } if status == RefundStatus::Declined => Some(reason.as_str()),
        _ => None,
    };
    let since = if status == RefundStatus::InProgress { refund.created_at } else { refund.ends_at };
    let status = StatusView { value: status, date: dates::to_seconds(since), decline_reason };
    Reply::json(&Second { amount, status })
}
