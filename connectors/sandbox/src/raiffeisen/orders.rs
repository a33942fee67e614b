//! `/payment/v1/orders` (singular): orders made by themselves; with `qr.id` they arm a cash link.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    bank::{Raiffeisen, code_of},
    caller::Caller,
    dates,
    refusal::Refusal,
    reply::{Reply, Trouble, Version},
    settings::Merchant,
    wire::{self, Roubles, check_order, limited, object, payment_amount, raw_object, through_the_scheme},
};
use crate::{
    book::{Book, CannotCancel, CodeNo, Kind, NewOrder, Notes, OrderKind, OrderNo, Status},
    clock::later,
    faults::{Call, Twist},
    options::BusyLink,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewOrderBody<'a> {
    id: Option<String>,
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    comment: Option<String>,
    expiration_date: Option<String>,
    #[serde(borrow)]
    extra: Option<&'a RawValue>,
    qr: Option<LinkBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkBody {
    id: Option<String>,
    additional_info: Option<String>,
    payment_details: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderView<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Roubles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Box<RawValue>>,
    status: StatusView,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<LinkView<'a>>,
}

#[derive(Serialize)]
struct StatusView {
    value: &'static str,
    date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkView<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_details: Option<&'a str>,
}

pub(super) async fn create(State(bank): State<Arc<Raiffeisen>>, caller: Caller, body: Bytes) -> Response {
    let act = |twist| bank.create_order(&caller, &body, twist);
    bank.answer(Call::Create, Version::V2, &caller, act).await
}

pub(super) async fn read(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    let act = |twist| bank.read_order(&caller, &id, twist);
    bank.answer(Call::Status, Version::V2, &caller, act).await
}

pub(super) async fn cancel(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    let act = |_| bank.cancel_order(&caller, &id);
    bank.answer(Call::Cancel, Version::V2, &caller, act).await
}

impl Raiffeisen {
    fn create_order(&self, caller: &Caller, body: &[u8], twist: Twist) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        let request: NewOrderBody<'_> = wire::read(caller, body)?;
        self.desk.open(|book, now| {
            let link = request.qr.as_ref().map(|qr| link_of(book, merchant, qr)).transpose()?;
            let order = self.check_new_order(request, now)?;
            if separate(book, merchant, &order.id).is_some() {
                return Err(Refusal::order_taken(&order.id, &merchant.sbp_merchant_id).into());
            }
            if let Some(link) = link {
                self.make_room(book, link, now)?;
            }
            let no = book.add_order(order, &merchant.sbp_merchant_id, link, now);
            Ok(Reply::json(&view(book, no, now, twist)))
        })
    }

    fn check_new_order(&self, request: NewOrderBody<'_>, now: Timestamp) -> Result<NewOrder, Refusal> {
        let token = request.amount.ok_or_else(Refusal::field_missing)?;
        let amount = payment_amount(token, self.settings.largest_amount)?;
        let id = request.id.unwrap_or_else(|| self.desk.world.ids.uuid());
        check_order(&id)?;
        let expires_at = match request.expiration_date {
            Some(text) => self.expiry(&text, now)?,
            None => later(now, self.settings.order_life),
        };
        let (info, purpose) = request.qr.map_or((None, None), |qr| (qr.additional_info, qr.payment_details));
        let notes = Notes {
            comment: limited(request.comment, 140)?,
            extra: object(request.extra)?,
            additional_info: limited(info, 140)?.map(through_the_scheme),
            purpose: limited(purpose, 185)?.map(through_the_scheme),
            ..Notes::default()
        };
        Ok(NewOrder { id, amount: Some(amount), expires_at: Some(expires_at), notes })
    }

    /// A link carries one order at a time.
    fn make_room(&self, book: &mut Book, link: CodeNo, now: Timestamp) -> Result<(), Refusal> {
        if !book.is_armed(link, now) {
            return Ok(());
        }
        let earlier = book.code(link).current.filter(|_| self.settings.busy_link == BusyLink::Replace);
        let earlier = earlier.ok_or_else(Refusal::link_busy)?;
        book.cancel(earlier, now).map_err(|_| Refusal::link_busy())
    }

    fn read_order(&self, caller: &Caller, id: &str, twist: Twist) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        self.desk.open(|book, now| {
            let no = separate(book, merchant, id).ok_or_else(|| Refusal::order_not_found(id))?;
            self.desk.judge_late(book, no);
            Ok(Reply::json(&view(book, no, now, twist)))
        })
    }

    /// A payment in progress keeps its order from being withdrawn; the bank's text for that is not known.
    fn cancel_order(&self, caller: &Caller, id: &str) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        self.desk.open(|book, now| {
            let no = separate(book, merchant, id).ok_or_else(|| Refusal::order_not_found(id))?;
            self.desk.judge_late(book, no);
            book.cancel(no, now).map_err(|CannotCancel(status)| match status {
                Status::InProgress => Refusal::wrong_status(status),
                status => Refusal::order_final(id, status),
            })?;
            Ok(Reply::Empty)
        })
    }
}

fn link_of(book: &Book, merchant: &Merchant, qr: &LinkBody) -> Result<CodeNo, Refusal> {
    let id = qr.id.as_deref().filter(|id| !id.is_empty()).ok_or_else(Refusal::field_missing)?;
    let no = code_of(book, merchant, id)?;
    if book.code(no).kind == Kind::Link { Ok(no) } else { Err(Refusal::parameters()) }
}

/// Only orders made by themselves are seen here, not those that live with a code.
fn separate(book: &Book, merchant: &Merchant, id: &str) -> Option<OrderNo> {
    let orders = book.find_orders(&merchant.sbp_merchant_id, id);
    orders.iter().copied().find(|no| book.order(*no).kind == OrderKind::Separate)
}

/// The order has no word for a payment in progress: it is still new then.
fn view(book: &Book, no: OrderNo, now: Timestamp, twist: Twist) -> OrderView<'_> {
    let order = book.order(no);
    let status = match book.order_status(no, now) {
        Status::InProgress => Status::New,
        status => status,
    };
    let since = if status == Status::New { order.created_at } else { book.order_status_since(no, now) };
    OrderView {
        id: twist.id(&order.id),
        amount: order.amount.map(|amount| Roubles(twist.amount(amount))),
        comment: order.notes.comment.as_deref(),
        extra: raw_object(order.notes.extra.as_ref()),
        status: StatusView { value: status.word(), date: dates::to_utc_millis(since) },
        expiration_date: order.expires_at.map(dates::to_utc_millis),
        qr: order.code.map(|code| LinkView {
            id: twist.id(&book.code(code).id),
            additional_info: order.notes.additional_info.as_deref(),
            payment_details: order.notes.purpose.as_deref(),
        }),
    }
}
