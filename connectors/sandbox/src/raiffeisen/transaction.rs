//! `GET /payments/v1/orders/{order}/transaction`: payment status by the merchant's own order number, over
//! all codes that were registered under it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    bank::Raiffeisen,
    caller::Caller,
    dates,
    payment_info::{date_of, payment_status},
    refusal::Refusal,
    reply::{Reply, Trouble, Version},
    wire::{Roubles, raw_object},
};
use crate::{
    book::{Book, OrderNo, TransactionNo},
    faults::{Call, Twist},
};

#[derive(Serialize)]
struct Answer<'a> {
    code: &'static str,
    transaction: TransactionView<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TransactionView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    order_id: String,
    status: StatusView,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_params: Option<Params>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Roubles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct StatusView {
    value: &'static str,
    date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    qr_id: String,
}

pub(super) async fn read(
    State(bank): State<Arc<Raiffeisen>>,
    Path(order): Path<String>,
    caller: Caller,
) -> Response {
    let act = |twist| bank.order_transaction(&caller, &order, twist);
    bank.answer(Call::Status, Version::V2, &caller, act).await
}

impl Raiffeisen {
    fn order_transaction(&self, caller: &Caller, id: &str, twist: Twist) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        self.desk.open(|book, _| {
            let orders = book.find_orders(&merchant.sbp_merchant_id, id).to_vec();
            for order in &orders {
                self.desk.judge_late(book, *order);
            }
            let Some(order) = telling_order(book, &orders) else {
                return Err(Refusal::invoice_not_found().into());
            };
            let transaction = book.latest_visible(order);
            Ok(Reply::json(&Answer { code: "SUCCESS", transaction: view(book, order, transaction, twist) }))
        })
    }
}

/// A paid one before one that somebody tries to pay, before the newest.
fn telling_order(book: &Book, orders: &[OrderNo]) -> Option<OrderNo> {
    let newest = |wanted: &dyn Fn(OrderNo) -> bool| orders.iter().rev().copied().find(|no| wanted(*no));
    newest(&|no| book.order(no).paid.is_some())
        .or_else(|| newest(&|no| book.visible_begun(no).is_some()))
        .or_else(|| orders.last().copied())
}

fn view(book: &Book, no: OrderNo, latest: Option<TransactionNo>, twist: Twist) -> TransactionView<'_> {
    let order = book.order(no);
    let transaction = latest.map(|latest| book.transaction(latest));
    let amount = transaction.map(|transaction| transaction.amount).or(order.amount);
    let qr_id = order.code.map(|code| twist.id(&book.code(code).id));
    TransactionView {
        id: transaction.map(|transaction| transaction.number),
        order_id: twist.id(&order.id),
        status: StatusView {
            value: transaction.map_or("NOT_FOUND", |transaction| payment_status(Some(transaction))),
            date: latest.map_or_else(|| dates::to_micros(order.created_at), |latest| date_of(book, latest)),
        },
        payment_method: transaction.map(|_| "sbp"),
        payment_params: qr_id.map(|qr_id| Params { qr_id }),
        amount: amount.map(|amount| Roubles(twist.amount(amount))),
        comment: order.notes.comment.as_deref(),
        extra: raw_object(order.notes.extra.as_ref()),
    }
}
