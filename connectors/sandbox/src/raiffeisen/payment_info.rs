//! `GET /sbp/v1/qr/{qrId}/payment-info`: the call that tills poll.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    bank::{Raiffeisen, code_of},
    caller::Caller,
    dates,
    reply::{Reply, Trouble, Version},
    settings::Merchant,
    wire::{Roubles, raw_object},
};
use crate::{
    book::{Book, CodeNo, Progress, Transaction, TransactionNo},
    faults::{Call, Twist},
};

/// `code` tells of the request, `paymentStatus` of the payment. The purpose comes back under another name
/// than it was sent by.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentInfo<'a> {
    code: &'static str,
    payment_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Roubles>,
    currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    qr_id: String,
    sbp_merchant_id: &'a str,
    merchant_id: i64,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_expiration_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_purpose: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

pub(super) async fn read(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    let act = |twist| bank.payment_info(&caller, &id, twist);
    bank.answer(Call::Status, Version::V1, &caller, act).await
}

impl Raiffeisen {
    fn payment_info(&self, caller: &Caller, id: &str, twist: Twist) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        self.desk.open(|book, _| {
            let no = code_of(book, merchant, id)?;
            if let Some(order) = book.code(no).current {
                self.desk.judge_late(book, order);
            }
            Ok(Reply::json(&describe(book, merchant, no, twist)))
        })
    }
}

/// For a static code the bank tells of one payment, the latest; for a link, of its latest order.
fn describe<'a>(book: &'a Book, merchant: &'a Merchant, no: CodeNo, twist: Twist) -> PaymentInfo<'a> {
    let code = book.code(no);
    let order = code.current.map(|order| book.order(order));
    let latest = code.current.and_then(|order| book.latest_visible(order));
    let transaction = latest.map(|latest| book.transaction(latest));
    let amount = transaction.map(|transaction| transaction.amount).or(order.and_then(|order| order.amount));
    let notes = order.map(|order| &order.notes);
    PaymentInfo {
        code: "SUCCESS",
        payment_status: payment_status(transaction),
        amount: amount.map(|amount| Roubles(twist.amount(amount))),
        currency: "RUB",
        order: order.map(|order| twist.id(&order.id)),
        qr_id: twist.id(&code.id),
        sbp_merchant_id: &merchant.sbp_merchant_id,
        merchant_id: merchant.merchant_id,
        create_date: dates::to_micros(code.created_at),
        qr_expiration_date: order.and_then(|order| order.expires_at).map(dates::to_seconds),
        transaction_id: transaction.map_or_else(|| none_or_zero(no), |transaction| Some(transaction.number)),
        transaction_date: latest.map(|latest| date_of(book, latest)),
        additional_info: notes.and_then(|notes| notes.additional_info.as_deref()),
        payment_purpose: notes.and_then(|notes| notes.purpose.as_deref()),
        extra: raw_object(notes.and_then(|notes| notes.extra.as_ref())),
        message: transaction.and_then(decline_reason),
    }
}

/// The word for a try that the merchant may know of, or for none.
pub(super) fn payment_status(transaction: Option<&Transaction>) -> &'static str {
    match transaction.map(|transaction| &transaction.progress) {
        None => "NO_INFO",
        Some(Progress::Begun(_)) => "IN_PROGRESS",
        Some(Progress::Succeeded { .. }) => "SUCCESS",
        Some(Progress::Declined { .. }) => "DECLINED",
    }
}

fn decline_reason(transaction: &Transaction) -> Option<&str> {
    match &transaction.progress {
        Progress::Declined { reason, .. } => Some(reason),
        _ => None,
    }
}

/// Without a payment the bank's answers have been seen with `transactionId` left out and with 0: every
/// other code gets the other form.
fn none_or_zero(no: CodeNo) -> Option<i64> {
    no.is_even().then_some(0)
}

/// The date of a transaction, in every place where the bank tells it.
pub(super) fn date_of(book: &Book, no: TransactionNo) -> String {
    dates::to_micros(book.ended_at(no))
}
