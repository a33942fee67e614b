//! Reading bodies, and the small values that several calls share.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{caller::Caller, refusal::Refusal, reply::Trouble};
use crate::amount::Amount;

/// Reads a body. What is not JSON is the framework's trouble, a field of a wrong type the bank's.
pub(super) fn read<'a, T: Deserialize<'a>>(caller: &Caller, body: &'a [u8]) -> Result<T, Trouble> {
    if !caller.sends_json {
        return Err(Trouble::WrongMedia);
    }
    serde_json::from_slice(body)
        .map_err(|error| if error.is_data() { Refusal::parameters().into() } else { Trouble::Unreadable })
}

/// An amount as a JSON number of roubles without needless zeros.
#[derive(Clone, Copy, Debug)]
pub(super) struct Roubles(pub(super) Amount);

impl Serialize for Roubles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        number(&self.0.plain()).serialize(serializer)
    }
}

/// Text that is known to be a JSON number.
pub(super) fn number(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).expect("an amount is printed as a JSON number")
}

/// A JSON object kept as it was sent, to be given back so.
pub(super) fn raw_object(text: Option<&String>) -> Option<Box<RawValue>> {
    text.and_then(|text| RawValue::from_string(text.clone()).ok())
}

/// An amount of a payment: above nothing, whole kopecks, within the limit.
pub(super) fn payment_amount(token: &RawValue, largest: i64) -> Result<Amount, Refusal> {
    Amount::from_roubles(token.get())
        .filter(|amount| (1..=largest).contains(&amount.minor()))
        .ok_or_else(Refusal::amount)
}

/// The bank knows roubles only; left out means roubles.
pub(super) fn check_currency(currency: Option<&str>) -> Result<(), Refusal> {
    match currency {
        None | Some("RUB") => Ok(()),
        Some(_) => Err(Refusal::parameters()),
    }
}

/// An order's number: 1 to 40 letters, digits, `-`, `_`, `.`.
pub(super) fn check_order(order: &str) -> Result<(), Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match order.len() {
        0 => Err(Refusal::field_missing()),
        1..=40 if order.bytes().all(allowed) => Ok(()),
        _ => Err(Refusal::order_characters()),
    }
}

/// Text of at most so many characters.
pub(super) fn limited(text: Option<String>, longest: usize) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if text.chars().count() > longest => Err(Refusal::parameters()),
        text => Ok(text),
    }
}

/// Text as it comes through the scheme: what is neither printable ASCII, nor one of А–я, nor № becomes `?`.
pub(super) fn through_the_scheme(text: String) -> String {
    let passes = |letter: char| matches!(letter, ' '..='~' | 'А'..='я' | '№');
    if text.chars().all(passes) {
        return text;
    }
    text.chars().map(|letter| if passes(letter) { letter } else { '?' }).collect()
}

/// Free data of the merchant: a JSON object, kept as it was sent.
pub(super) fn object(token: Option<&RawValue>) -> Result<Option<String>, Refusal> {
    match token.map(RawValue::get) {
        Some(text) if text.starts_with('{') => Ok(Some(text.to_owned())),
        Some(_) => Err(Refusal::parameters()),
        None => Ok(None),
    }
}

/// An account's 20 digits, sent as text or as a bare number that fits no integer type.
pub(super) fn check_account(token: Option<&RawValue>, known: &[String]) -> Result<(), Refusal> {
    let Some(token) = token else { return Ok(()) };
    let digits = token.get().trim_matches('"');
    let is_account = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_known = known.is_empty() || known.iter().any(|account| account == digits);
    if is_account && is_known { Ok(()) } else { Err(Refusal::account()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn order_numbers_are_checked_to_the_last_character() {
        let long = "x".repeat(41);
        let rows = [
            ("17-3_000.1", None),
            ("", Some(Refusal::field_missing())),
            ("with space", Some(Refusal::order_characters())),
            ("чек", Some(Refusal::order_characters())),
            ("a[b", Some(Refusal::order_characters())),
            (long.as_str(), Some(Refusal::order_characters())),
        ];
        for (order, refusal) in rows {
            assert_eq!(check_order(order).err(), refusal, "{order}");
        }
    }

    #[test]
    fn accounts_are_read_as_text_and_as_numbers_beyond_64_bits() {
        for token in ["\"40700000000000000000\"", "40700000000000000000"] {
            assert_eq!(check_account(Some(&raw(token)), &[]), Ok(()));
            let known = ["40700000000000000000".to_owned()];
            assert_eq!(check_account(Some(&raw(token)), &known), Ok(()));
            assert_eq!(check_account(Some(&raw(token)), &["4".to_owned()]), Err(Refusal::account()));
        }
        for token in ["\"4070\"", "true", "407000000000000000001", "\"4070000000000000000x\""] {
            assert_eq!(check_account(Some(&raw(token)), &[]), Err(Refusal::account()), "{token}");
        }
    }

    #[test]
    fn text_that_the_scheme_cannot_carry_is_mangled() {
        assert_eq!(through_the_scheme("Чек № 1, ёлка ☺".to_owned()), "Чек № 1, ?лка ?");
    }

    #[test]
    fn amounts_of_payments_are_positive_whole_and_within_the_limit() {
        for (token, minor) in [("0.01", 1), ("1000000", 100_000_000), ("1.11E+3", 111_000)] {
            assert_eq!(payment_amount(&raw(token), 100_000_000).unwrap().minor(), minor);
        }
        for token in ["0", "-1", "0.001", "1000000.01", "\"314\"", "{}", "1e400"] {
            assert_eq!(payment_amount(&raw(token), 100_000_000), Err(Refusal::amount()), "{token}");
        }
    }
}
