//! Our words to the bank's and back: pure functions from a question to a body and from an answer to an outcome.
//!
//! The bank's two habits (errors with HTTP 200, errors with HTTP 4xx) meet in [`refusal`]; the other files see only
//! answers that the bank accepted.

pub(crate) mod code;
pub(crate) mod link;
pub(crate) mod refund;
pub(crate) mod refusal;
pub(crate) mod status;

use payment::BankTransaction;
use serde_json::value::RawValue;

/// The bank's id of money. It is an integer; absent, `null` and `0` mean that there is no money (reference §1).
pub(crate) fn transaction(id: Option<&RawValue>) -> Option<BankTransaction> {
    let text = id?.get();
    let whole = text.bytes().all(|byte| byte.is_ascii_digit()) && text != "0";
    whole.then(|| BankTransaction::parse(text).ok()).flatten()
}

#[cfg(test)]
mod property_tests;

#[cfg(test)]
pub(crate) mod tests {
    use connector_sdk::http::Answer;

    use super::*;

    pub(crate) fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.to_owned().into() }
    }

    #[test]
    fn a_transaction_is_a_whole_number_above_zero() {
        for (id, transaction_id) in [
            ("120059", Some("120059")),
            ("9223372036854775807", Some("9223372036854775807")),
            ("0", None),
            ("-1", None),
            ("1.5", None),
            ("\"120059\"", None),
            ("{}", None),
        ] {
            let raw = RawValue::from_string(id.to_owned()).unwrap();
            assert_eq!(transaction(Some(&raw)).as_ref().map(BankTransaction::as_str), transaction_id, "{id}");
        }
        assert_eq!(transaction(None), None);
    }
}
