//! What the bank tells unasked: the flat body of SBP payments and the event bodies of its order interface (§8.3, §8.5).

use connector_sdk::{Notification, NotificationError, Signature};
use payment::{BankTransaction, CodeId, Currency, Money};
use secrecy::SecretString;
use serde_json::value::RawValue;

use crate::map;
use crate::signature::Signed;
use crate::wire::{self, EventData, NotificationBody, Transaction};

/// The header with the signature, in lower case.
pub(crate) const SIGNATURE_HEADER: &str = "x-api-signature-sha256";

/// What all bodies have in common.
struct Told<'a> {
    order: Option<&'a str>,
    code: Option<&'a str>,
    transaction: Option<&'a RawValue>,
    amount: Option<&'a RawValue>,
    currency: Option<&'a str>,
    merchant: Option<&'a str>,
    status: Option<&'a str>,
    date: Option<&'a str>,
}

/// Reads a notification. One that names neither an order nor a code is none: there is nothing to ask the bank about.
pub(crate) fn read(
    secret_key: &SecretString,
    signature: Option<&str>,
    body: &[u8],
) -> Result<Notification, NotificationError> {
    let body: NotificationBody<'_> = wire::object(body).map_err(NotificationError)?;
    let told = match (&body.transaction, &body.data) {
        (Some(transaction), _) => of_transaction(transaction),
        (None, Some(data)) => of_data(data),
        (None, None) => flat(&body),
    };
    let code = told.code.and_then(|id| CodeId::parse(id).ok());
    if told.order.is_none() && code.is_none() {
        return Err(NotificationError("it names no order and no code".to_owned()));
    }
    let holds = signed(&told).zip(signature).is_some_and(|(signed, given)| signed.holds(secret_key, given));
    Ok(Notification {
        order: told.order.map(str::to_owned),
        code,
        transaction: credit(&told),
        amount: amount(&told),
        signature: if holds { Signature::Valid } else { Signature::Invalid },
    })
}

fn flat<'a>(body: &'a NotificationBody<'a>) -> Told<'a> {
    Told {
        order: body.order.as_deref(),
        code: body.qr_id.as_deref(),
        transaction: body.transaction_id,
        amount: body.amount,
        currency: body.currency.as_deref(),
        merchant: body.sbp_merchant_id.as_deref(),
        status: body.payment_status.as_deref(),
        date: body.transaction_date.as_deref(),
    }
}

fn of_transaction<'a>(transaction: &'a Transaction<'a>) -> Told<'a> {
    let status = transaction.status.as_ref();
    Told {
        order: transaction.order_id.as_deref(),
        code: transaction.payment_params.as_ref().and_then(|params| params.qr_id.as_deref()),
        transaction: transaction.id,
        amount: transaction.amount,
        currency: None,
        merchant: transaction.public_id.as_deref(),
        status: status.and_then(|status| status.value.as_deref()),
        date: status.and_then(|status| status.date.as_deref()),
    }
}

fn of_data<'a>(data: &'a EventData<'a>) -> Told<'a> {
    let status = data.status.as_ref();
    Told {
        order: data.order.as_ref().and_then(|order| order.id.as_deref()),
        code: None,
        transaction: None,
        amount: data.amount,
        currency: None,
        merchant: data.public_id.as_deref(),
        status: status.and_then(|status| status.value.as_deref()),
        date: status.and_then(|status| status.date.as_deref()),
    }
}

/// The five values that are signed; `None` where one is missing, for then nothing can be checked.
fn signed<'a>(told: &Told<'a>) -> Option<Signed<'a>> {
    Some(Signed {
        amount: told.amount?,
        merchant: told.merchant?,
        order: told.order?,
        status: told.status?,
        date: told.date?,
    })
}

/// The money that arrived: a try that was refused has an id at the bank too, but no money.
fn credit(told: &Told<'_>) -> Option<BankTransaction> {
    (told.status == Some("SUCCESS")).then(|| map::transaction(told.transaction)).flatten()
}

fn amount(told: &Told<'_>) -> Option<Money> {
    let currency = Currency::parse(told.currency.unwrap_or("RUB")).ok()?;
    told.amount.and_then(|number| wire::money(number, currency))
}

#[cfg(test)]
#[path = "notification_tests.rs"]
mod tests;
