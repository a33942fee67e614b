//! What people look for in the journal, read from the address.

use engine::ports::{Search, payer_key};
use payment::{
    AttemptId, BankTransaction, CodeId, Currency, OperationId, PaymentId, RefundId, RegisterId, Status,
    StoreId, Timestamp,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::show::Clock;
use crate::amounts;

/// The search as it stands in the address: as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A receipt, an operation, a bank transaction, a code's id, or an id of ours.
    pub(super) text: String,
    /// Four digits of a telephone or a card, or a name as a bank shows it.
    pub(super) payer: String,
    /// A word of the contract.
    pub(super) status: String,
    pub(super) amount: String,
    pub(super) register: String,
    /// Dates of the store, both included.
    pub(super) from: String,
    pub(super) to: String,
    /// Where the page before ended: acceptance in microseconds and id, with a dash between.
    pub(super) before: String,
}

/// What is escaped in an address: all but letters and digits of ASCII and the dash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// What is wrong with a search: names of fields.
pub(super) type Misread = Vec<&'static str>;

impl Asked {
    /// The searches whose answers together are what was asked for; with a text there are several, as it may be a receipt, an
    /// operation, a bank transaction or a code's id.
    pub(super) fn searches(
        &self,
        store: &StoreId,
        currency: Currency,
        clock: &Clock,
    ) -> Result<Vec<Search>, Misread> {
        let mut wrong = Vec::new();
        let mut base = Search::of(store.clone());
        if !self.register.trim().is_empty() {
            base.register = RegisterId::parse(self.register.trim()).map_err(|_| wrong.push("register")).ok();
        }
        if !self.amount.trim().is_empty() {
            base.amount = amounts::read(&self.amount, currency);
            if base.amount.is_none() {
                wrong.push("amount");
            }
        }
        if !self.from.trim().is_empty() {
            base.from = clock.day(self.from.trim()).map(|(from, _)| from);
            if base.from.is_none() {
                wrong.push("from");
            }
        }
        if !self.to.trim().is_empty() {
            base.to = clock.day(self.to.trim()).map(|(_, to)| to);
            if base.to.is_none() {
                wrong.push("to");
            }
        }
        if !self.payer.trim().is_empty() {
            base.payer = payer_key(&self.payer);
            if base.payer.is_none() {
                wrong.push("payer");
            }
        }
        if !self.status.is_empty() {
            base.status = Status::ALL.iter().copied().find(|status| status.word() == self.status);
            if base.status.is_none() {
                wrong.push("status");
            }
        }
        base.before = read_place(&self.before);
        if wrong.is_empty() { Ok(self.with_text(base)) } else { Err(wrong) }
    }

    fn with_text(&self, base: Search) -> Vec<Search> {
        let text = self.text.trim();
        if text.is_empty() {
            return vec![base];
        }
        let operation = OperationId::parse(text).ok();
        let transaction = BankTransaction::parse(text).ok();
        let by_operation = operation.map(|operation| Search { operation: Some(operation), ..base.clone() });
        let by_transaction =
            transaction.map(|transaction| Search { transaction: Some(transaction), ..base.clone() });
        let code = CodeId::parse(text).ok();
        let by_code = code.map(|code| Search { code: Some(code), ..base.clone() });
        let by_receipt = Search { receipt: Some(text.to_owned()), ..base };
        [Some(by_receipt), by_operation, by_transaction, by_code].into_iter().flatten().collect()
    }

    /// The payment, where the text is an id of ours: of a payment, of an order at a bank, or of a refund.
    pub(super) fn payment(&self) -> Option<PaymentId> {
        id_in(self.text.trim())
    }

    /// The same search behind a payment, as an address.
    pub(super) fn address_behind(&self, store: &StoreId, last: (Timestamp, PaymentId)) -> String {
        let before = format!("{}-{}", last.0.as_micros(), last.1);
        let fields = [
            ("text", &self.text),
            ("amount", &self.amount),
            ("register", &self.register),
            ("payer", &self.payer),
            ("status", &self.status),
            ("from", &self.from),
            ("to", &self.to),
            ("before", &before),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.trim().is_empty());
        let parts: Vec<String> = given
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value.trim(), ESCAPED)))
            .collect();
        format!("/admin/stores/{store}/payments?{}", parts.join("&"))
    }

    /// Whether anything narrows the journal.
    pub(super) fn is_narrow(&self) -> bool {
        [&self.text, &self.amount, &self.register, &self.payer, &self.status, &self.from, &self.to]
            .iter()
            .any(|text| !text.trim().is_empty())
    }

    /// Whether it begins with the newest payments.
    pub(super) fn is_newest(&self) -> bool {
        self.before.is_empty()
    }
}

/// The payment that an id of ours belongs to.
pub(super) fn id_in(text: &str) -> Option<PaymentId> {
    let attempt = || text.parse::<AttemptId>().ok().map(AttemptId::payment);
    let refund = || text.parse::<RefundId>().ok().map(RefundId::payment);
    text.parse::<PaymentId>().ok().or_else(attempt).or_else(refund)
}

fn read_place(text: &str) -> Option<(Timestamp, PaymentId)> {
    let (micros, id) = text.rsplit_once('-')?;
    Some((Timestamp::from_micros(micros.parse().ok()?), id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> StoreId {
        StoreId::parse("17").unwrap()
    }

    #[test]
    fn a_text_is_looked_for_as_receipt_operation_bank_transaction_and_code() {
        let asked = Asked { text: " A7 ".to_owned(), register: "3".to_owned(), ..Asked::default() };
        let found = asked.searches(&shop(), Currency::RUB, &Clock::of(None)).unwrap();
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|search| search.register.is_some()));
        assert_eq!(found[0].receipt.as_deref(), Some("A7"));
        assert_eq!(found[1].operation.as_ref().map(OperationId::as_str), Some("A7"));
        assert_eq!(found[2].transaction.as_ref().map(ToString::to_string).as_deref(), Some("A7"));
        assert_eq!(Asked::default().searches(&shop(), Currency::RUB, &Clock::of(None)).unwrap().len(), 1);
    }

    #[test]
    fn what_can_not_be_read_is_named_and_not_left_out() {
        let asked = Asked {
            amount: "much".to_owned(),
            register: "a b".to_owned(),
            payer: "•••".to_owned(),
            status: "happy".to_owned(),
            from: "yesterday".to_owned(),
            to: "2026-02-30".to_owned(),
            ..Asked::default()
        };
        let wrong = asked.searches(&shop(), Currency::RUB, &Clock::of(None)).unwrap_err();
        assert_eq!(wrong, ["register", "amount", "from", "to", "payer", "status"]);
    }

    #[test]
    fn the_next_page_begins_where_this_one_ended() {
        let last = (Timestamp::from_micros(-5), PaymentId::from_uuid(0x42 << 12));
        let asked = Asked { text: "a&b=ж".to_owned(), ..Asked::default() };
        let address = asked.address_behind(&shop(), last);
        let expected = format!("/admin/stores/17/payments?text=a%26b%3D%D0%B6&before=-5-{}", last.1);
        assert_eq!(address, expected);
        assert_eq!(read_place(&format!("-5-{}", last.1)), Some(last));
        assert_eq!(read_place("nonsense"), None);
    }
}
