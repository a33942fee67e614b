//! Amounts as people type and read them. No floating point: digits are moved, never calculated with.

use payment::{Currency, Money};
use serde_json::{Value, json};

/// Reads `198`, `198.5`, `198,50` or `1 980.00` in the currency's own number of decimals.
pub(super) fn parse(text: &str, currency: Currency) -> Result<Money, String> {
    let wrong = || format!("{text:?} is no amount: write 198 or 198.50");
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect();
    let (whole, decimals) = compact.split_once(['.', ',']).unwrap_or((&compact, ""));
    let exponent = currency.exponent() as usize;
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(decimals) {
        return Err(wrong());
    }
    if decimals.len() > exponent {
        return Err(format!("{} has {exponent} decimals, {text:?} has more", currency.code()));
    }
    let minor = format!("{whole}{decimals:0<exponent$}").parse().map_err(|_| wrong())?;
    Money::try_new(minor, currency).map_err(|error| error.to_string())
}

/// As commands carry it.
pub(super) fn body(money: Money) -> Value {
    json!({ "value": money.minor(), "currency": money.currency().code() })
}

/// An amount of an event as people read it. Sums may be zero, which no [`Money`] is.
pub(super) fn words(amount: &Value) -> Option<String> {
    let currency = Currency::parse(amount.get("currency")?.as_str()?).ok()?;
    let minor = amount.get("value")?.as_i64()?;
    let exponent = currency.exponent() as usize;
    let digits = format!("{:0width$}", minor.unsigned_abs(), width = exponent + 1);
    let (whole, decimals) = digits.split_at(digits.len() - exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let point = if exponent == 0 { "" } else { "." };
    Some(format!("{sign}{whole}{point}{decimals} {}", currency.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, code, minor) in [
            ("198", "RUB", Some(19_800)),
            ("198.5", "RUB", Some(19_850)),
            ("198,05", "RUB", Some(19_805)),
            ("1 980.00", "RUB", Some(198_000)),
            ("0.01", "RUB", Some(1)),
            ("314", "JPY", Some(314)),
            ("1.234", "BHD", Some(1_234)),
            ("0", "RUB", None),
            ("-1", "RUB", None),
            ("1.005", "RUB", None),
            ("1.5", "JPY", None),
            (".5", "RUB", None),
            ("1e3", "RUB", None),
            ("", "RUB", None),
            ("99999999999999999999", "RUB", None),
        ] {
            let read = parse(text, Currency::parse(code).unwrap());
            assert_eq!(read.as_ref().ok().map(|money| money.minor()), minor, "{text} {code}: {read:?}");
        }
    }

    #[test]
    fn amounts_are_written_with_their_decimals() {
        for (value, code, text) in [
            (19_800, "RUB", "198.00 RUB"),
            (5, "RUB", "0.05 RUB"),
            (0, "RUB", "0.00 RUB"),
            (-150, "RUB", "-1.50 RUB"),
            (314, "JPY", "314 JPY"),
        ] {
            assert_eq!(words(&json!({ "value": value, "currency": code })).as_deref(), Some(text));
        }
        assert_eq!(words(&json!({ "value": 1, "currency": "XXZ" })), None);
    }
}
