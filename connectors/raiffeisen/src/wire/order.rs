//! Orders that arm a cash link, and the links themselves, as they stand on the wire (reference: Raiffeisen §3.1, §3.6, §5).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Dated, Extra};

/// `POST /api/payment/v1/orders`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewOrder<'a> {
    pub(crate) id: String,
    pub(crate) amount: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<&'a str>,
    pub(crate) expiration_date: &'a str,
    pub(crate) extra: Extra,
    pub(crate) qr: ArmedLink<'a>,
}

/// The link that a [`NewOrder`] arms.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArmedLink<'a> {
    pub(crate) id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_details: Option<&'a str>,
}

/// An order as creation and `GET /api/payment/v1/orders/{id}` answer it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderAnswer<'a> {
    pub(crate) id: Option<String>,
    #[serde(borrow)]
    pub(crate) amount: Option<&'a RawValue>,
    pub(crate) status: Option<Dated>,
    pub(crate) expiration_date: Option<String>,
    pub(crate) qr: Option<LinkAnswer>,
}

/// The link of an [`OrderAnswer`].
#[derive(Debug, Deserialize)]
pub(crate) struct LinkAnswer {
    pub(crate) id: Option<String>,
}

/// `POST /api/sbp/v2/qrs` for a plate: no amount, no end. A cash link has no order either; a static code has one, once for
/// all that is paid on it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewLink<'a> {
    pub(crate) qr_type: &'static str,
    pub(crate) sbp_merchant_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<&'static str>,
    #[serde(flatten)]
    pub(crate) binding: Binding<'a>,
}

/// Whose a plate is and what it says. Alone the body of `POST /api/sbp/v1/qr-drafts/{qrId}`: a printed plate becomes the
/// merchant's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Binding<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) qr_description: Option<&'a str>,
}
