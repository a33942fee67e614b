//! The bank's JSON, as it stands on the wire.
//!
//! Amounts and transaction ids stay raw tokens ([`RawValue`]): a detour over a binary fraction would change them. Every
//! field of an answer is optional here; `map` says which ones an answer is worth nothing without.

mod amount;
mod order;
mod purpose;
mod time;

use payment::CallError;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use amount::{money, roubles, signature_forms};
pub(crate) use order::{ArmedLink, Binding, NewLink, NewOrder, OrderAnswer};
pub(crate) use purpose::{PURPOSE_MAX_CHARS, clean};
pub(crate) use time::{Expiry, expiry};

/// `POST /api/sbp/v2/qrs`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCode<'a> {
    pub(crate) qr_type: &'static str,
    pub(crate) sbp_merchant_id: &'a str,
    pub(crate) order: String,
    pub(crate) amount: Box<RawValue>,
    pub(crate) currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_details: Option<&'a str>,
    pub(crate) qr_expiration_date: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_url: Option<&'a str>,
    pub(crate) extra: Extra,
}

/// Who calls, for the bank's support.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extra {
    api_client: &'static str,
    api_client_version: &'static str,
}

impl Extra {
    pub(crate) const US: Self =
        Self { api_client: "universal-integrator", api_client_version: env!("CARGO_PKG_VERSION") };
}

/// The answer to a registration and to `GET /api/sbp/v2/qrs/{qrId}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CodeAnswer {
    pub(crate) code: Option<String>,
    pub(crate) qr_id: Option<String>,
    pub(crate) qr_status: Option<String>,
    pub(crate) qr_expiration_date: Option<String>,
    pub(crate) payload: Option<String>,
}

/// The answer to `GET /api/sbp/v1/qr/{qrId}/payment-info`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentInfo<'a> {
    pub(crate) payment_status: Option<String>,
    #[serde(borrow)]
    pub(crate) amount: Option<&'a RawValue>,
    pub(crate) currency: Option<String>,
    pub(crate) order: Option<String>,
    #[serde(borrow)]
    pub(crate) transaction_id: Option<&'a RawValue>,
    pub(crate) transaction_date: Option<String>,
    pub(crate) message: Option<String>,
}

/// The answer to `GET /api/payments/v1/orders/{order}/transaction`.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderTransaction<'a> {
    #[serde(borrow)]
    pub(crate) transaction: Option<Transaction<'a>>,
}

/// A payment as order-level calls and event notifications describe it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<&'a RawValue>,
    pub(crate) order_id: Option<String>,
    pub(crate) status: Option<Dated>,
    pub(crate) payment_method: Option<String>,
    pub(crate) payment_params: Option<PaymentParams>,
    #[serde(borrow)]
    pub(crate) amount: Option<&'a RawValue>,
    pub(crate) public_id: Option<String>,
}

/// A word with its time, and why, where a refund was declined.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dated {
    pub(crate) value: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) decline_reason: Option<String>,
}

/// How a [`Transaction`] was paid.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentParams {
    pub(crate) qr_id: Option<String>,
}

/// `POST /api/sbp/v1/refund`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewRefund<'a> {
    pub(crate) amount: Box<RawValue>,
    pub(crate) refund_id: String,
    pub(crate) order: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_details: Option<&'a str>,
}

/// `POST /api/payments/v2/orders/{order}/refunds/{refundId}`: the ids stand in the path.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewOrderRefund<'a> {
    pub(crate) amount: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_details: Option<&'a str>,
}

/// The state of a refund: v1 says `refundStatus`, v2 says `status.value`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefundState<'a> {
    #[serde(borrow)]
    pub(crate) amount: Option<&'a RawValue>,
    pub(crate) refund_status: Option<String>,
    pub(crate) status: Option<Dated>,
    pub(crate) message: Option<String>,
}

/// A notification: the flat body of SBP, or an event around a transaction (`transaction` or, newer, `data`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NotificationBody<'a> {
    #[serde(borrow)]
    pub(crate) transaction_id: Option<&'a RawValue>,
    pub(crate) qr_id: Option<String>,
    pub(crate) sbp_merchant_id: Option<String>,
    #[serde(borrow)]
    pub(crate) amount: Option<&'a RawValue>,
    pub(crate) currency: Option<String>,
    pub(crate) transaction_date: Option<String>,
    pub(crate) payment_status: Option<String>,
    pub(crate) order: Option<String>,
    #[serde(borrow)]
    pub(crate) transaction: Option<Transaction<'a>>,
    #[serde(borrow)]
    pub(crate) data: Option<EventData<'a>>,
}

/// The `data` of the newer event notification.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventData<'a> {
    #[serde(borrow)]
    pub(crate) amount: Option<&'a RawValue>,
    pub(crate) public_id: Option<String>,
    pub(crate) order: Option<EventOrder>,
    pub(crate) status: Option<Dated>,
}

/// The order of [`EventData`].
#[derive(Debug, Deserialize)]
pub(crate) struct EventOrder {
    pub(crate) id: Option<String>,
}

/// The bytes of a request's body.
pub(crate) fn body(request: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(request).expect("plain structs with text keys are always JSON")
}

/// Reads a JSON object. The error says where it broke, never what stood there: bodies can hold a buyer's data.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    // A derived reader would also take a JSON array, field by field.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err("not a JSON object".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| {
        format!("{:?} error in the JSON at line {} column {}", error.classify(), error.line(), error.column())
    })
}

/// Reads an answer's body: what can't be read may have worked.
pub(crate) fn answer<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, CallError> {
    object(body).map_err(|error| CallError::Unknown(format!("the answer can't be read: {error}")))
}
