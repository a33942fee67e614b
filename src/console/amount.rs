//! Money as people read it, by language and currency. How numbers are written is in the catalogues, like all other text.

use payment::{Currency, Money};

use crate::Words;

/// An amount as people read it, such as `1 234,56 ₽`. Spaces inside do not break.
pub fn amount_text(money: Money, words: &Words) -> String {
    sum_text(money.minor(), money.currency(), words)
}

/// As [`amount_text`] for a sum of minor units, which may be zero or below.
pub(crate) fn sum_text(minor: i64, currency: Currency, words: &Words) -> String {
    let sign = words
        .lookup(&format!("currency-{}", currency.code()))
        .unwrap_or_else(|| words.fill("currency-other", &[("code", currency.code().to_owned())]));
    let below_zero = if minor < 0 { "-" } else { "" };
    let number = format!("{below_zero}{}", decimal(minor.unsigned_abs(), currency.exponent(), words));
    words.fill("amount", &[("number", number), ("currency", sign)])
}

fn decimal(minor: u64, exponent: u32, words: &Words) -> String {
    let unit = 10_u64.pow(exponent);
    let further = words.text("group-size").parse().unwrap_or(3);
    let whole = grouped(&(minor / unit).to_string(), further, &words.text("group-mark"));
    if exponent == 0 {
        return whole;
    }
    format!("{whole}{}{:0width$}", words.text("decimal-mark"), minor % unit, width = exponent as usize)
}

/// Digits in groups: the last three, then groups of `further` (two in Hindi: `12,34,567`).
fn grouped(digits: &str, further: usize, mark: &str) -> String {
    let Some(mut rest) = digits.len().checked_sub(3).filter(|rest| *rest > 0) else {
        return digits.to_owned();
    };
    let mut groups = vec![&digits[rest..]];
    while rest > 0 {
        let start = rest.saturating_sub(further.max(1));
        groups.push(&digits[start..rest]);
        rest = start;
    }
    groups.reverse();
    groups.join(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn amounts_are_written_as_each_language_writes_them() {
        for (language, minor, currency, text) in [
            (Language::Russian, 19_800, "RUB", "198,00 ₽"),
            (Language::Russian, 5, "RUB", "0,05 ₽"),
            (Language::Russian, 123_456_789, "RUB", "1 234 567,89 ₽"),
            (Language::Russian, 100_000, "KZT", "1 000,00 ₸"),
            (Language::Russian, 19_800, "KGS", "198,00 сом"),
            (Language::Russian, 314, "JPY", "314 JPY"),
            (Language::English, 123_456_789, "RUB", "₽1,234,567.89"),
            (Language::English, 19_800, "KGS", "KGS 198.00"),
            (Language::English, 1_234, "BHD", "BHD 1.234"),
            (Language::Kazakh, 150_000, "KZT", "1 500,00 ₸"),
            (Language::Kyrgyz, 19_800, "KGS", "198,00 сом"),
            (Language::Hindi, 123_456_789, "INR", "₹12,34,567.89"),
            (Language::Hindi, 99_999, "INR", "₹999.99"),
        ] {
            let money = Money::try_new(minor, Currency::parse(currency).unwrap()).unwrap();
            let written = amount_text(money, &language.words()).replace('\u{a0}', " ");
            assert_eq!(written, text, "{language:?}");
        }
    }

    #[test]
    fn the_largest_amount_is_written_too() {
        let money = Money::try_new(Money::MAX_MINOR, Currency::RUB).unwrap();
        let written = amount_text(money, &Language::Russian.words());
        assert_eq!(written.replace('\u{a0}', " "), "10 000 000 000 000,00 ₽");
    }
}
