//! Roubles on the wire are JSON numbers with at most two decimals; ours are whole kopecks. No binary fractions between.

use payment::{Currency, Money};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

/// The amount as a JSON number in whole currency units, as short as it goes: `314`, `1110.11`, `0.5`.
pub(crate) fn roubles(amount: Money) -> Box<RawValue> {
    let number = Decimal::new(amount.minor(), amount.currency().exponent()).normalize();
    RawValue::from_string(number.to_string()).expect("a decimal number is JSON")
}

/// Reads a JSON number exactly: `314`, `314.0`, `12399.1` and `1.11E+3` alike. `None` where it is no number, no whole
/// count of minor units, or outside of what [`Money`] holds.
pub(crate) fn money(number: &RawValue, currency: Currency) -> Option<Money> {
    let text = number.get();
    let mantissa = text.split_once(['e', 'E']).map_or(text, |(mantissa, _)| mantissa);
    // The scientific reader rounds a mantissa that is too long for it; this one refuses it.
    let plain = Decimal::from_str_exact(mantissa).ok()?;
    let value = if mantissa == text { plain } else { Decimal::from_scientific(text).ok()? }.normalize();
    let missing_digits = currency.exponent().checked_sub(value.scale())?;
    let minor = value.mantissa().checked_mul(10_i128.pow(missing_digits))?;
    Money::try_new(i64::try_from(minor).ok()?, currency).ok()
}

/// The forms in which the bank may have printed this number when it signed it: with no, one and two decimals, as far as
/// none is lost (reference: Raiffeisen §8.4).
pub(crate) fn signature_forms(number: &RawValue) -> Vec<String> {
    let Some(amount) = money(number, Currency::RUB) else {
        return Vec::new();
    };
    let shortest = Decimal::new(amount.minor(), 2).normalize();
    (shortest.scale()..=2)
        .map(|decimals| {
            let mut form = shortest;
            form.rescale(decimals);
            form.to_string()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn kopecks_are_written_as_the_shortest_roubles() {
        for (minor, text) in [
            (1, "0.01"),
            (50, "0.5"),
            (31_400, "314"),
            (31_450, "314.5"),
            (111_011, "1110.11"),
            (Money::MAX_MINOR, "10000000000000"),
        ] {
            assert_eq!(roubles(Money::try_new(minor, Currency::RUB).unwrap()).get(), text);
        }
    }

    #[test]
    fn every_spelling_of_an_amount_is_read_exactly() {
        for (text, minor) in [
            ("314", 31_400),
            ("314.0", 31_400),
            ("314.00", 31_400),
            ("12399.1", 1_239_910),
            ("1.11E+3", 111_000),
            ("1.11e3", 111_000),
            ("111011E-2", 111_011),
            ("0.01", 1),
            ("1110.110000000000000000", 111_011),
            ("10000000000000", Money::MAX_MINOR),
        ] {
            assert_eq!(money(&raw(text), Currency::RUB).map(Money::minor), Some(minor), "{text}");
        }
    }

    #[test]
    fn what_is_no_exact_amount_is_not_rounded_into_one() {
        for text in [
            "0",
            "0.0",
            "-1",
            "0.001",
            "314.005",
            "198.0000000000000000000000000001",
            "198.00000000000000000000000000000001",
            "1E+40",
            "1E-40",
            "1E+99999999999",
            "10000000000000.01",
            "\"314\"",
            "true",
            "[314]",
        ] {
            assert_eq!(money(&raw(text), Currency::RUB), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for minor in (1..100_000).step_by(37) {
            let amount = Money::try_new(minor, Currency::RUB).unwrap();
            assert_eq!(money(&roubles(amount), Currency::RUB), Some(amount));
        }
    }

    #[test]
    fn a_signed_amount_is_tried_in_every_form_that_loses_nothing() {
        for (text, forms) in [
            ("10", &["10", "10.0", "10.00"][..]),
            ("1E+1", &["10", "10.0", "10.00"]),
            ("10.50", &["10.5", "10.50"]),
            ("1110.11", &["1110.11"]),
            ("\"10\"", &[]),
        ] {
            assert_eq!(signature_forms(&raw(text)), forms, "{text}");
        }
    }
}
