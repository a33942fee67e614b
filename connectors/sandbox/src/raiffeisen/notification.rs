//! The bank's notifications: a flat body, signed over exactly what it prints.

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::Sha256;

use super::{
    dates,
    payment_info::date_of,
    settings::{Merchant, Settings},
    wire::number,
};
use crate::{
    book::{Book, Progress, TransactionNo},
    desk::{Herald, Seal},
    notify::Notice,
};

const SIGNATURE_HEADER: &str = "X-Api-Signature-SHA256";
/// Not the key of any merchant.
const FORGERS_KEY: &str = "not-the-merchants-key";

/// Speaks for the bank.
pub(super) struct Voice {
    merchants: Vec<Merchant>,
    notify_declines: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    transaction_id: i64,
    qr_id: &'a str,
    sbp_merchant_id: &'a str,
    merchant_id: i64,
    amount: Box<RawValue>,
    currency: &'static str,
    transaction_date: &'a str,
    payment_status: &'a str,
    additional_info: Option<&'a str>,
    order: &'a str,
    create_date: String,
}

impl Voice {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { merchants: settings.merchants.clone(), notify_declines: settings.notify_declines }
    }

    fn status(&self, progress: &Progress, seal: Seal) -> Option<&'static str> {
        match (progress, seal) {
            (Progress::Succeeded { .. }, _) | (_, Seal::Forged) => Some("SUCCESS"),
            (Progress::Declined { .. }, Seal::Genuine) if self.notify_declines => Some("DECLINED"),
            _ => None,
        }
    }
}

impl Herald for Voice {
    fn notice(&self, book: &Book, no: TransactionNo, seal: Seal) -> Option<Notice> {
        let transaction = book.transaction(no);
        let order = book.order(transaction.order);
        let merchant = self.merchants.iter().find(|merchant| merchant.sbp_merchant_id == order.merchant)?;
        let url = book.callback(&order.merchant).or(merchant.callback_url.as_deref())?;
        let code = book.code(order.code?);
        let status = self.status(&transaction.progress, seal)?;
        // Both spellings of a whole amount have been seen, so both are sent, turn and turn about.
        let amount = if transaction.number % 2 == 0 {
            transaction.amount.two_decimals()
        } else {
            transaction.amount.plain()
        };
        let date = date_of(book, no);
        let body = Body {
            transaction_id: transaction.number,
            qr_id: &code.id,
            sbp_merchant_id: &order.merchant,
            merchant_id: merchant.merchant_id,
            amount: number(&amount),
            currency: "RUB",
            transaction_date: &date,
            payment_status: status,
            additional_info: order.notes.additional_info.as_deref(),
            order: &order.id,
            create_date: dates::to_seconds(code.created_at),
        };
        let key = if seal == Seal::Genuine { merchant.secret_key.as_str() } else { FORGERS_KEY };
        let control = format!("{amount}|{}|{}|{status}|{date}", order.merchant, order.id);
        Some(Notice {
            url: url.to_owned(),
            headers: vec![(SIGNATURE_HEADER.to_owned(), sign(key, &control))],
            body: serde_json::to_string(&body).expect("the body has text keys and JSON numbers only"),
        })
    }
}

/// HMAC-SHA256 in lower-case hex, the key taken as text.
fn sign(key: &str, control: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(control.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_known_answer() {
        let control = "1110.11|MA0000000552|1-22-333|SUCCESS|2026-01-15T16:01:49.043924+03:00";
        assert_eq!(
            sign("test-secret-key", control),
            "0f7b4612660477bd3483b084bc67ee41f6fba090319790a913561d758a2be18a"
        );
    }
}
