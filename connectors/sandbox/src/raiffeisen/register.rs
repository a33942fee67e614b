//! `POST /sbp/v2/qrs` and its old twin `POST /sbp/v1/qr/register`. No key is asked for.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, response::Response};
use serde::Serialize;

use super::{
    bank::Raiffeisen,
    caller::Caller,
    dates,
    refusal::Refusal,
    registration::Wanted,
    reply::{Reply, Trouble, Version},
    wire,
};
use crate::{
    book::{Book, CodeNo, Kind, NewCode, NewOrder, Notes, Status},
    faults::{Call, Twist},
    sbp,
};

pub(super) async fn v2(State(bank): State<Arc<Raiffeisen>>, caller: Caller, body: Bytes) -> Response {
    let act = |twist| bank.register(&caller, &body, Version::V2, twist);
    bank.answer(Call::Create, Version::V2, &caller, act).await
}

pub(super) async fn v1(State(bank): State<Arc<Raiffeisen>>, caller: Caller, body: Bytes) -> Response {
    let act = |twist| bank.register(&caller, &body, Version::V1, twist);
    bank.answer(Call::Create, Version::V1, &caller, act).await
}

/// A code as registration, info and binding answer it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    qr_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_expiration_date: Option<String>,
    payload: String,
    qr_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_id: Option<String>,
}

impl Raiffeisen {
    fn register(
        &self,
        caller: &Caller,
        body: &[u8],
        version: Version,
        twist: Twist,
    ) -> Result<Reply, Trouble> {
        let wanted = self.check(wire::read(caller, body)?, self.desk.world.clock.now())?;
        if version == Version::V1 && wanted.kind == Kind::Link {
            return Err(Refusal::parameters().into());
        }
        let world = &self.desk.world;
        let id = sbp::new_code_id(&world.ids, wanted.kind);
        let amount = wanted.order.as_ref().and_then(|order| order.amount);
        let payload = sbp::payload(&id, wanted.kind, &self.settings.member, amount);
        self.desk.open(|book, now| {
            if let Some(order) = &wanted.order
                && is_paid(book, &wanted.merchant.sbp_merchant_id, &order.id)
            {
                let refusal = Refusal::order_paid(&order.id, &wanted.merchant.sbp_merchant_id);
                return Err(refusal.into());
            }
            let (code, order) = rows(wanted, id, payload);
            let no = book.add_code(code, order, now);
            Ok(self.code_answer(book, no, now, version, twist))
        })
    }

    /// Writes a code's answer; version 1 has `code` and no status.
    pub(super) fn code_answer(
        &self,
        book: &Book,
        no: CodeNo,
        now: jiff::Timestamp,
        version: Version,
        twist: Twist,
    ) -> Reply {
        let code = book.code(no);
        let order = code.current.filter(|_| code.kind != Kind::Link).map(|order| book.order(order));
        let id = twist.id(&code.id);
        let payload = if twist == Twist::None {
            code.payload.clone()
        } else {
            let amount = order.and_then(|order| order.amount).map(|amount| twist.amount(amount));
            sbp::payload(&id, code.kind, &self.settings.member, amount)
        };
        let is_new = version == Version::V2;
        let expires_at = order.and_then(|order| order.expires_at).filter(|_| is_new);
        Reply::json(&CodeAnswer {
            code: (!is_new).then_some("SUCCESS"),
            qr_status: is_new.then(|| book.code_status(no, now)),
            qr_expiration_date: expires_at.map(dates::to_seconds),
            payload,
            qr_url: self.qr_url(&id),
            qr_id: id,
            subscription_id: order.and_then(|order| order.notes.subscription.clone()),
        })
    }
}

fn is_paid(book: &Book, merchant: &str, order: &str) -> bool {
    book.find_orders(merchant, order).iter().any(|no| book.order(*no).paid.is_some())
}

/// A link's texts stay with the link, a code's with its order.
fn rows(wanted: Wanted<'_>, id: String, payload: String) -> (NewCode, Option<NewOrder>) {
    let (code_notes, order_notes) = match &wanted.order {
        Some(_) => (Notes::default(), wanted.notes),
        None => (wanted.notes, Notes::default()),
    };
    let merchant = wanted.merchant.sbp_merchant_id.clone();
    let order = wanted.order.map(|order| NewOrder {
        id: order.id,
        amount: order.amount,
        expires_at: order.expires_at,
        notes: order_notes,
    });
    (NewCode { id, merchant, kind: wanted.kind, payload, notes: code_notes }, order)
}
