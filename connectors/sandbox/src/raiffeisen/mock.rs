//! The bank's own sandbox calls: a payment by HTTP, and what the scheme knows of a code. No key.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

use super::{
    bank::Raiffeisen,
    caller::Caller,
    refusal::Refusal,
    reply::{Reply, Trouble, Version},
    wire::{self, Roubles, payment_amount},
};
use crate::{
    book::{CannotPay, Kind, Status},
    clock::later,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment<'a> {
    qr_id: Option<String>,
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemeView<'a> {
    qrc_type: &'static str,
    sum: Option<Roubles>,
    currency: &'static str,
    status: Status,
    redirect_url: Option<&'a str>,
}

/// `POST /{nspc-mock,external-mock}/v01/rfuture/payment/init`
pub(super) async fn pay(State(bank): State<Arc<Raiffeisen>>, caller: Caller, body: Bytes) -> Response {
    bank.respond(Version::V2, &caller, bank.mock_payment(&caller, &body))
}

/// `GET /external-mock/v01/rfuture/qrs/{qrId}`
pub(super) async fn look(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    bank.respond(Version::V2, &caller, bank.scheme_view(&id))
}

impl Raiffeisen {
    /// The payment shows after a short delay; until then nobody has tried.
    fn mock_payment(&self, caller: &Caller, body: &[u8]) -> Result<Reply, Trouble> {
        let request: Payment<'_> = wire::read(caller, body)?;
        let id = request.qr_id.ok_or_else(Refusal::field_missing)?;
        let amount =
            request.amount.map(|token| payment_amount(token, self.settings.largest_amount)).transpose()?;
        self.desk.open(|book, now| {
            let no = book.find_code(&id).ok_or_else(Refusal::code_not_found)?;
            let at = later(now, self.settings.payment_delay);
            book.pay_at(no, amount, now, at).map_err(refusal)?;
            Ok(Reply::json(&json!({})))
        })
    }

    fn scheme_view(&self, id: &str) -> Result<Reply, Trouble> {
        self.desk.open(|book, now| {
            let no = book.find_code(id).ok_or_else(Refusal::code_not_found)?;
            let code = book.code(no);
            let order = code.current.map(|order| book.order(order));
            let notes = order.map_or(&code.notes, |order| &order.notes);
            Ok(Reply::json(&SchemeView {
                qrc_type: if code.kind == Kind::Dynamic { "02" } else { "01" },
                sum: order.and_then(|order| order.amount).map(Roubles),
                currency: "RUB",
                status: book.code_status(no, now),
                redirect_url: notes.redirect_url.as_deref().or(code.notes.redirect_url.as_deref()),
            }))
        })
    }
}

fn refusal(reason: CannotPay) -> Refusal {
    match reason {
        CannotPay::AmountNeeded => Refusal::field_missing(),
        CannotPay::AmountDiffers | CannotPay::AmountInvalid => Refusal::amount(),
        CannotPay::Annulled | CannotPay::Expired | CannotPay::UsedUp | CannotPay::Inactive => {
            Refusal::parameters()
        }
    }
}
