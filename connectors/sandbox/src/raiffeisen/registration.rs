//! What a merchant asks for when it registers a code, and what of it holds.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    bank::Raiffeisen,
    dates,
    refusal::Refusal,
    settings::Merchant,
    wire::{self, check_account, check_currency, check_order, limited, object, payment_amount},
};
use crate::{
    amount::Amount,
    book::{Kind, Notes},
    clock::later,
};

/// Life of a dynamic code that names no expiry.
const DYNAMIC_LIFE: std::time::Duration = std::time::Duration::from_hours(72);

/// The body of both registration calls. Fields that are not named here are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registration<'a> {
    qr_type: Option<String>,
    sbp_merchant_id: Option<String>,
    order: Option<String>,
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    currency: Option<String>,
    account: Option<&'a RawValue>,
    additional_info: Option<String>,
    payment_details: Option<String>,
    qr_expiration_date: Option<String>,
    redirect_url: Option<String>,
    qr_description: Option<String>,
    extra: Option<&'a RawValue>,
    subscription: Option<Subscription>,
}

#[derive(Deserialize)]
struct Subscription {
    id: Option<String>,
}

/// A registration that holds.
pub(super) struct Wanted<'a> {
    pub(super) merchant: &'a Merchant,
    pub(super) kind: Kind,
    /// Nothing for a link.
    pub(super) order: Option<WantedOrder>,
    pub(super) notes: Notes,
}

pub(super) struct WantedOrder {
    pub(super) id: String,
    pub(super) amount: Option<Amount>,
    pub(super) expires_at: Option<Timestamp>,
}

impl Raiffeisen {
    /// Checks a registration in the order in which the bank's error table reads.
    pub(super) fn check(&self, request: Registration<'_>, now: Timestamp) -> Result<Wanted<'_>, Refusal> {
        let kind = kind_of(request.qr_type.as_deref())?;
        let merchant = self.merchant_named(request.sbp_merchant_id.as_deref())?;
        let order = match kind {
            Kind::Link => None,
            Kind::Dynamic | Kind::Static => Some(self.check_order_of(kind, &request, now)?),
        };
        check_account(request.account, &merchant.accounts)?;
        Ok(Wanted { merchant, kind, order, notes: self.notes_of(request)? })
    }

    fn merchant_named(&self, id: Option<&str>) -> Result<&Merchant, Refusal> {
        match id {
            None | Some("") => Err(Refusal::merchant_missing()),
            Some(id) => self.merchant_by_id(id).ok_or_else(|| Refusal::merchant_unknown(id)),
        }
    }

    fn check_order_of(
        &self,
        kind: Kind,
        request: &Registration<'_>,
        now: Timestamp,
    ) -> Result<WantedOrder, Refusal> {
        let id = request.order.clone().unwrap_or_default();
        check_order(&id)?;
        let amount =
            request.amount.map(|token| payment_amount(token, self.settings.largest_amount)).transpose()?;
        if kind == Kind::Dynamic && amount.is_none() {
            return Err(Refusal::dynamic_without_amount());
        }
        check_currency(request.currency.as_deref())?;
        let named = request.qr_expiration_date.as_deref().map(|text| self.expiry(text, now)).transpose()?;
        let default = (kind == Kind::Dynamic).then(|| later(now, DYNAMIC_LIFE));
        Ok(WantedOrder { id, amount, expires_at: named.or(default) })
    }

    /// An expiry that has not passed.
    pub(super) fn expiry(&self, text: &str, now: Timestamp) -> Result<Timestamp, Refusal> {
        dates::read_expiry(text, now)
            .filter(|at| self.settings.lenient_expiry || *at > now)
            .ok_or_else(Refusal::expiry)
    }

    fn notes_of(&self, request: Registration<'_>) -> Result<Notes, Refusal> {
        let new_subscription = |wanted: Subscription| wanted.id.unwrap_or_else(|| self.desk.world.ids.uuid());
        Ok(Notes {
            additional_info: limited(request.additional_info, 140)?.map(wire::through_the_scheme),
            purpose: limited(request.payment_details, 185)?.map(wire::through_the_scheme),
            comment: None,
            description: limited(request.qr_description, 32)?,
            redirect_url: limited(request.redirect_url, 1024)?,
            subscription: request.subscription.map(new_subscription),
            extra: object(request.extra)?,
        })
    }
}

fn kind_of(word: Option<&str>) -> Result<Kind, Refusal> {
    match word {
        Some("QRDynamic") => Ok(Kind::Dynamic),
        Some("QRStatic") => Ok(Kind::Static),
        Some("QRVariable") => Ok(Kind::Link),
        None | Some("") => Err(Refusal::field_missing()),
        Some(_) => Err(Refusal::parameters()),
    }
}
