//! What the buyer's application shows before paying: one code, or the codes that can be paid now.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

use super::api::unknown_code;
use crate::{
    amount::Amount,
    banks::Banks,
    book::{Book, CodeNo, Kind, Status},
    desk::Desk,
};

/// So many codes are listed …
const LISTED: usize = 8;
/// … out of so many newest.
const LOOKED_AT: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    payload: String,
}

#[derive(Serialize)]
struct CodeView<'a> {
    bank: &'static str,
    qr: &'a str,
    payload: &'a str,
    kind: Kind,
    status: Status,
    order: Option<&'a str>,
    amount: Option<Amount>,
    expires_at: Option<Timestamp>,
    purpose: Option<&'a str>,
    description: Option<&'a str>,
    redirect_url: Option<&'a str>,
    payable: bool,
}

/// `GET /buyer/code?payload=…`
pub(crate) async fn code(State(banks): State<Arc<Banks>>, Query(wanted): Query<Wanted>) -> Response {
    match banks.find(&wanted.payload) {
        Some((desk, no)) => desk.open(|book, now| Json(view(desk.bank, book, no, now)).into_response()),
        None => unknown_code(),
    }
}

/// `GET /buyer/codes`: the newest that can be paid.
pub(crate) async fn codes(State(banks): State<Arc<Banks>>) -> Response {
    let lists: Vec<Box<RawValue>> = banks.desks().into_iter().flat_map(payable).collect();
    Json(json!({"codes": lists})).into_response()
}

fn payable(desk: &Arc<Desk>) -> Vec<Box<RawValue>> {
    desk.open(|book, now| {
        let newest = book.newest_codes().take(LOOKED_AT);
        let open = newest.filter(|no| book.payable(*no, now).is_ok()).take(LISTED);
        open.filter_map(|no| serde_json::value::to_raw_value(&view(desk.bank, book, no, now)).ok()).collect()
    })
}

fn view<'a>(bank: &'static str, book: &'a Book, no: CodeNo, now: Timestamp) -> CodeView<'a> {
    let code = book.code(no);
    let payable = book.payable(no, now).is_ok();
    let order = code.current.filter(|_| payable || code.kind != Kind::Link).map(|order| book.order(order));
    let notes = order.map(|order| &order.notes);
    let purpose = notes.and_then(|notes| {
        notes.purpose.as_deref().or(notes.additional_info.as_deref()).or(notes.comment.as_deref())
    });
    CodeView {
        bank,
        qr: &code.id,
        payload: &code.payload,
        kind: code.kind,
        status: book.code_status(no, now),
        order: order.map(|order| order.id.as_str()),
        amount: order.and_then(|order| order.amount),
        expires_at: order.and_then(|order| order.expires_at),
        purpose,
        description: code.notes.description.as_deref(),
        redirect_url: notes.and_then(|notes| notes.redirect_url.as_deref()),
        payable,
    }
}
