//! `POST /buyer/pay`, `/buyer/decline`, `/buyer/scan`.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    amount::Amount,
    banks::Banks,
    book::{Book, CannotPay, CodeNo, Progress, TransactionNo},
    clock::later,
};

/// What the payer's bank says when the buyer gives no reason.
const DEFAULT_REASON: &str = "Недостаточно средств на счете";

#[derive(Deserialize)]
struct Request {
    payload: String,
    /// Minor units; needed where the code has no amount.
    #[serde(default)]
    amount: Option<i64>,
    /// For `pay`: the money arrives so much later, and until then the bank shows that nobody has tried.
    #[serde(default)]
    delay_ms: Option<u32>,
    /// For `decline`: the text that the merchant will see.
    #[serde(default)]
    reason: Option<String>,
}

/// A payment as the buyer's application shows it.
#[derive(Serialize)]
struct PaymentView<'a> {
    bank: &'static str,
    transaction: String,
    order: &'a str,
    qr: Option<&'a str>,
    amount: Amount,
    status: &'static str,
}

pub(crate) async fn pay(State(banks): State<Arc<Banks>>, body: Bytes) -> Response {
    act(&banks, &body, |book, code, request, now| {
        let amount = request.amount.map(Amount::from_minor);
        match request.delay_ms {
            Some(delay) if delay > 0 => {
                let at = later(now, Duration::from_millis(u64::from(delay)));
                book.pay_at(code, amount, now, at)
            }
            _ => book.pay(code, amount, now),
        }
    })
}

pub(crate) async fn decline(State(banks): State<Arc<Banks>>, body: Bytes) -> Response {
    act(&banks, &body, |book, code, request, now| {
        let reason = request.reason.as_deref().unwrap_or(DEFAULT_REASON);
        book.decline(code, request.amount.map(Amount::from_minor), reason, now)
    })
}

/// Begins a payment that a later `pay` or `decline` finishes.
pub(crate) async fn scan(State(banks): State<Arc<Banks>>, body: Bytes) -> Response {
    act(&banks, &body, |book, code, request, now| {
        book.begin(code, request.amount.map(Amount::from_minor), now)
    })
}

type Done = Result<TransactionNo, CannotPay>;

fn act(
    banks: &Banks,
    body: &[u8],
    deed: impl FnOnce(&mut Book, CodeNo, &Request, Timestamp) -> Done,
) -> Response {
    let request: Request = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, "bad_request", &error.to_string()),
    };
    let Some((desk, code)) = banks.find(&request.payload) else {
        return unknown_code();
    };
    desk.open(|book, now| match deed(book, code, &request, now) {
        Ok(no) => {
            desk.judge_late(book, book.transaction(no).order);
            Json(view(desk.bank, book, no)).into_response()
        }
        Err(reason) => cannot(reason),
    })
}

fn view<'a>(bank: &'static str, book: &'a Book, no: TransactionNo) -> PaymentView<'a> {
    let transaction = book.transaction(no);
    let order = book.order(transaction.order);
    PaymentView {
        bank,
        transaction: transaction.number.to_string(),
        order: &order.id,
        qr: order.code.map(|code| book.code(code).id.as_str()),
        amount: transaction.amount,
        status: match transaction.progress {
            Progress::Begun(_) => "IN_PROGRESS",
            Progress::Succeeded { .. } => "SUCCESS",
            Progress::Declined { .. } => "DECLINED",
        },
    }
}

fn cannot(reason: CannotPay) -> Response {
    let (status, error, message) = match reason {
        CannotPay::Annulled => (StatusCode::CONFLICT, "annulled", "the code was annulled"),
        CannotPay::Expired => (StatusCode::CONFLICT, "expired", "the code has expired"),
        CannotPay::UsedUp => (StatusCode::CONFLICT, "used_up", "the code is paid already"),
        CannotPay::Inactive => (StatusCode::CONFLICT, "inactive", "no open order arms this link"),
        CannotPay::AmountNeeded => (
            StatusCode::BAD_REQUEST,
            "amount_needed",
            "this code has no amount: give `amount` in minor units",
        ),
        CannotPay::AmountDiffers => {
            (StatusCode::BAD_REQUEST, "amount_differs", "the code's amount is fixed and another one")
        }
        CannotPay::AmountInvalid => (StatusCode::BAD_REQUEST, "amount_invalid", "`amount` must be above 0"),
    };
    refuse(status, error, message)
}

fn refuse(status: StatusCode, error: &str, message: &str) -> Response {
    (status, Json(json!({"error": error, "message": message}))).into_response()
}

/// The page's look-ups refuse in the same form.
pub(super) fn unknown_code() -> Response {
    refuse(StatusCode::NOT_FOUND, "unknown_code", "no bank here has issued this code")
}
