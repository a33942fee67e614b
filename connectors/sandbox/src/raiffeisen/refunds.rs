//! Refunds: by QR payment (`/sbp/v1/refund`), by order in versions 1 and 2 (`/payments/…`, plural).

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    bank::Raiffeisen,
    caller::Caller,
    refund_view::{self, Shape},
    refusal::Refusal,
    reply::{Reply, Trouble, Version},
    settings::Merchant,
    wire::{self, limited},
};
use crate::{
    amount::Amount,
    book::{Book, CannotRefund, NewRefund, OrderKind, Taken, TransactionNo},
    clock::later,
    faults::{Call, Kind, Twist},
};

/// Banks that a refund of version 2 can be sent to.
const BANKS: [(&str, &str); 4] = [
    ("RAIFFEISEN", "Райффайзенбанк"),
    ("SBERBANK", "Сбербанк"),
    ("TBANK", "Т-Банк"),
    ("ALFABANK", "Альфа-Банк"),
];

/// `POST /sbp/v1/refund`; version 1 of the call by order has the same fields but the ids.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByPayment<'a> {
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    refund_id: Option<String>,
    order: Option<String>,
    transaction_id: Option<i64>,
    payment_details: Option<String>,
}

/// Ids come by the path; what of them the body repeats is ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByOrder<'a> {
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    payment_details: Option<String>,
    #[serde(borrow)]
    receipt: Option<&'a RawValue>,
    customer: Option<Customer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customer {
    bank_alias: Option<String>,
}

/// What all flavours come down to.
struct Wanted<'a> {
    merchant: &'a Merchant,
    id: String,
    amount: Amount,
    /// Why the payer's bank will refuse, where that is known at once.
    doom: Option<&'static str>,
    shape: Shape,
    twist: Twist,
}

pub(super) async fn create(State(bank): State<Arc<Raiffeisen>>, caller: Caller, body: Bytes) -> Response {
    let act = |twist| bank.refund_payment(&caller, &body, twist);
    bank.answer(Call::Refund, Version::V1, &caller, act).await
}

pub(super) async fn read(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    let act = |twist| bank.read_refund(&caller, None, &id, Shape::V1, twist);
    bank.answer(Call::Refund, Version::V1, &caller, act).await
}

pub(super) async fn create_by_order(
    State(bank): State<Arc<Raiffeisen>>,
    Path((order, id)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let act = |twist| bank.refund_order(&caller, &order, id, &body, Shape::V1, twist);
    bank.answer(Call::Refund, Version::V2, &caller, act).await
}

pub(super) async fn create_by_order_v2(
    State(bank): State<Arc<Raiffeisen>>,
    Path((order, id)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let act = |twist| bank.refund_order(&caller, &order, id, &body, Shape::V2, twist);
    bank.answer(Call::Refund, Version::V2, &caller, act).await
}

pub(super) async fn read_by_order(
    State(bank): State<Arc<Raiffeisen>>,
    Path((order, id)): Path<(String, String)>,
    caller: Caller,
) -> Response {
    let act = |twist| bank.read_refund(&caller, Some(&order), &id, Shape::V1, twist);
    bank.answer(Call::Refund, Version::V2, &caller, act).await
}

pub(super) async fn read_by_order_v2(
    State(bank): State<Arc<Raiffeisen>>,
    Path((order, id)): Path<(String, String)>,
    caller: Caller,
) -> Response {
    let act = |twist| bank.read_refund(&caller, Some(&order), &id, Shape::V2, twist);
    bank.answer(Call::Refund, Version::V2, &caller, act).await
}

/// `GET /payments/v2/banks`
pub(super) async fn banks(State(bank): State<Arc<Raiffeisen>>, caller: Caller) -> Response {
    let list: Vec<_> = BANKS.iter().map(|(alias, name)| json!({"alias": alias, "name": name})).collect();
    bank.respond(Version::V2, &caller, bank.merchant(&caller).map(|_| Reply::json(&list)))
}

impl Raiffeisen {
    fn refund_payment(&self, caller: &Caller, body: &[u8], twist: Twist) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        let request: ByPayment<'_> = wire::read(caller, body)?;
        let id = request.refund_id.unwrap_or_default();
        check_id(&id)?;
        let amount = amount_of(request.amount)?;
        limited(request.payment_details, 140)?;
        // The bank's own kit sends 0 where there is no transaction.
        let number = request.transaction_id.filter(|number| *number != 0);
        self.desk.open(|book, now| {
            let payment = match (number, request.order.as_deref()) {
                (Some(number), _) => book
                    .find_payment(&merchant.sbp_merchant_id, number)
                    .ok_or_else(Refusal::code_not_found)?,
                (None, Some(order)) => payment_of_single(book, merchant, order)?,
                (None, None) => return Err(Refusal::field_missing().into()),
            };
            let wanted = Wanted { merchant, id, amount, doom: None, shape: Shape::V1, twist };
            self.take_refund(book, payment, wanted, now)
        })
    }

    fn refund_order(
        &self,
        caller: &Caller,
        order: &str,
        id: String,
        body: &[u8],
        shape: Shape,
        twist: Twist,
    ) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        let request: ByOrder<'_> = wire::read(caller, body)?;
        check_id(&id)?;
        let amount = amount_of(request.amount)?;
        limited(request.payment_details, 140)?;
        check_receipt(request.receipt)?;
        let alias = request.customer.and_then(|customer| customer.bank_alias);
        let known = alias.is_none_or(|alias| BANKS.iter().any(|(known, _)| *known == alias));
        let doom = (!known).then_some("BANK_NOT_SUPPORTED");
        self.desk.open(|book, now| {
            let payment = payment_of_order(book, merchant, order)?;
            let wanted = Wanted { merchant, id, amount, doom, shape, twist };
            self.take_refund(book, payment, wanted, now)
        })
    }

    fn take_refund(
        &self,
        book: &mut Book,
        payment: TransactionNo,
        wanted: Wanted<'_>,
        now: Timestamp,
    ) -> Result<Reply, Trouble> {
        // Never at once: the bank's own tests see every refund in progress first.
        let delay = self.settings.refund_delay.max(Duration::from_millis(1));
        let new = NewRefund {
            id: wanted.id,
            merchant: wanted.merchant.sbp_merchant_id.clone(),
            payment,
            amount: wanted.amount,
            ends_at: later(now, delay),
        };
        let no = match book.add_refund(new, now) {
            Ok(Taken::Before(no)) => no,
            Ok(Taken::Now(no)) => {
                if let Some(reason) = self.doom(wanted.doom) {
                    book.doom_refund(no, &reason);
                }
                no
            }
            Err(CannotRefund::ExceedsRest) => return Err(Refusal::refund_exceeds().into()),
            Err(CannotRefund::IdTaken) => return Err(Refusal::parameters().into()),
        };
        Ok(refund_view::reply(book, no, now, wanted.shape, wanted.twist))
    }

    /// Why a new refund will be declined: the request itself, or a fault that waits for it.
    fn doom(&self, known: Option<&str>) -> Option<String> {
        let world = &self.desk.world;
        let fault = || world.faults.draw(self.desk.bank, |kind| kind == Kind::Declined, &world.chances);
        let reason = |reason: Option<String>| reason.unwrap_or_else(|| "RECEIVER_ACCOUNT_ERROR".to_owned());
        known.map(str::to_owned).or_else(|| fault().map(|fault| reason(fault.reason)))
    }

    fn read_refund(
        &self,
        caller: &Caller,
        order: Option<&str>,
        id: &str,
        shape: Shape,
        twist: Twist,
    ) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        self.desk.open(|book, now| {
            let of_order = |no| {
                let payment = book.transaction(book.refund(no).payment);
                order.is_none_or(|order| book.order(payment.order).id == order)
            };
            let no = book
                .find_refund(&merchant.sbp_merchant_id, id)
                .filter(|no| of_order(*no))
                .ok_or_else(|| Refusal::refund_not_found(id))?;
            Ok(refund_view::reply(book, no, now, shape, twist))
        })
    }
}

fn check_id(id: &str) -> Result<(), Refusal> {
    match id.chars().count() {
        0 => Err(Refusal::field_missing()),
        1..=40 => Ok(()),
        _ => Err(Refusal::parameters()),
    }
}

fn amount_of(token: Option<&RawValue>) -> Result<Amount, Refusal> {
    let token = token.ok_or_else(Refusal::field_missing)?;
    match Amount::from_roubles(token.get()) {
        Some(amount) if amount.minor() >= 1 => Ok(amount),
        Some(_) => Err(Refusal::refund_too_small()),
        None => Err(Refusal::amount()),
    }
}

/// The rules of fiscal receipts are not documented; one without items is surely none.
fn check_receipt(receipt: Option<&RawValue>) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct Receipt<'a> {
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }
    let Some(receipt) = receipt else { return Ok(()) };
    match serde_json::from_str::<Receipt<'_>>(receipt.get()) {
        Ok(receipt) if !receipt.items.is_empty() => Ok(()),
        _ => Err(Refusal::receipt("не переданы позиции чека")),
    }
}

/// By order alone only what is paid once can be refunded: payments of a static code need their own number.
fn payment_of_single(book: &Book, merchant: &Merchant, order: &str) -> Result<TransactionNo, Refusal> {
    let orders = book.find_orders(&merchant.sbp_merchant_id, order);
    let reusable = orders.iter().any(|no| book.order(*no).kind == OrderKind::Reusable);
    match orders.iter().rev().find_map(|no| book.order(*no).paid) {
        _ if orders.is_empty() => Err(Refusal::code_not_found()),
        Some(_) if reusable => Err(Refusal::field_missing()),
        payment => payment.ok_or_else(Refusal::not_paid),
    }
}

/// The order's latest payment.
fn payment_of_order(book: &Book, merchant: &Merchant, order: &str) -> Result<TransactionNo, Refusal> {
    let orders = book.find_orders(&merchant.sbp_merchant_id, order);
    if orders.is_empty() {
        return Err(Refusal::invoice_not_found());
    }
    orders.iter().rev().find_map(|no| book.order(*no).paid).ok_or_else(Refusal::not_paid)
}
