//! Amounts in forms: as the reader's language writes them, without sign and groups, and as people type them.

use payment::{Currency, Money};

use crate::form::{Field, Kind};
use crate::words::Words;

/// The field of an amount, with the currency's sign beside it.
pub(crate) fn field(words: &Words, name: &str, currency: Currency, value: impl Into<String>) -> Field {
    Field::new(words, name, Kind::Decimal, value).in_units(sign(words, currency))
}

/// An amount as it stands in a field: `198,50` in Russian, `198.50` in English.
pub(crate) fn typed(words: &Words, money: Money) -> String {
    let plain = money.to_string();
    words.decimal(plain.split(' ').next().unwrap_or_default())
}

/// An amount as people type it, with a comma or a point: `198`, `198.5`, `1 198,50`. No more digits than the currency has.
pub(crate) fn read(text: &str, currency: Currency) -> Option<Money> {
    let plain: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let (whole, rest) = plain.split_once([',', '.']).unwrap_or((&plain, ""));
    let digits = usize::try_from(currency.exponent()).ok()?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(rest) || rest.len() > digits {
        return None;
    }
    let minor: i64 = format!("{whole}{rest:0<digits$}").parse().ok()?;
    Money::try_new(minor, currency).ok()
}

fn sign(words: &Words, currency: Currency) -> String {
    let known = words.language().words().lookup(&format!("currency-{}", currency.code()));
    known.map_or_else(|| currency.code().to_owned(), |sign| sign.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use console::Language;

    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them_and_never_rounded() {
        let yen = Currency::parse("JPY").unwrap();
        for (text, currency, minor) in [
            ("198", Currency::RUB, Some(19_800)),
            ("198.5", Currency::RUB, Some(19_850)),
            ("198,5", Currency::RUB, Some(19_850)),
            ("1 198,05", Currency::RUB, Some(119_805)),
            ("1\u{a0}198,05", Currency::RUB, Some(119_805)),
            ("0.01", Currency::RUB, Some(1)),
            ("198", yen, Some(198)),
            ("198.5", yen, None),
            ("0", Currency::RUB, None),
            ("-1", Currency::RUB, None),
            ("1.005", Currency::RUB, None),
            ("1.2.3", Currency::RUB, None),
            (".5", Currency::RUB, None),
            ("99999999999999999999", Currency::RUB, None),
            ("١٢", Currency::RUB, None),
        ] {
            assert_eq!(read(text, currency).map(Money::minor), minor, "{text}");
        }
    }

    #[test]
    fn amounts_stand_in_fields_as_the_language_writes_them_and_are_read_back() {
        let yen = Currency::parse("JPY").unwrap();
        for (language, minor, currency, text, sign_text) in [
            (Language::Russian, 24_850, Currency::RUB, "248,50", "₽"),
            (Language::Russian, 123_456_789, Currency::RUB, "1234567,89", "₽"),
            (Language::Kazakh, 24_850, Currency::RUB, "248,50", "₽"),
            (Language::Kyrgyz, 24_850, Currency::parse("KGS").unwrap(), "248,50", "сом"),
            (Language::English, 24_850, Currency::parse("KGS").unwrap(), "248.50", "KGS"),
            (Language::Hindi, 24_850, Currency::RUB, "248.50", "₽"),
            (Language::Russian, 248, yen, "248", "JPY"),
        ] {
            let (words, money) = (Words::of(language), Money::try_new(minor, currency).unwrap());
            assert_eq!(typed(&words, money), text, "{language:?}");
            assert_eq!(read(text, currency), Some(money), "{language:?}");
            assert_eq!(sign(&words, currency), sign_text, "{language:?}");
        }
    }
}
