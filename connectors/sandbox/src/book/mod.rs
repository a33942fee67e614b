//! One bank's book: codes, orders, transactions and refunds, in words that all banks share.
//!
//! A *code* is what a buyer scans. An *order* is something to be paid once (or many times, for a static
//! code). A *transaction* is one try of a buyer to pay an order; only those that succeeded are payments.
//! Nothing here knows a wire format, waits, or draws chances.

mod cancel;
mod core;
mod index;
mod ledger;
mod pay;
mod records;
mod refund;
mod status;

pub(crate) use self::{
    cancel::CannotCancel,
    core::{Book, NewCode, NewOrder, News, Rules},
    pay::CannotPay,
    records::{
        Amendment, CodeNo, Kind, Notes, OrderKind, OrderNo, Outcome, Progress, Records, RefundNo,
        RefundStatus, Status, Transaction, TransactionNo,
    },
    refund::{CannotRefund, NewRefund, Taken},
};
