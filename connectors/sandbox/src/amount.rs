//! Exact money: kopecks inside, decimal text outside, never floating point.

use serde::{Deserialize, Serialize};

/// An amount in minor units (kopecks for the rouble).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Amount(i64);

impl Amount {
    pub(crate) const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    pub(crate) const fn minor(self) -> i64 {
        self.0
    }

    /// Reads a JSON number of roubles such as `314`, `314.0` or `1.11E+3`. Parts of a kopeck, text that is
    /// not a JSON number and numbers beyond 64 bits give nothing.
    pub(crate) fn from_roubles(token: &str) -> Option<Self> {
        scaled(token, 2).map(Self)
    }

    /// Roubles without needless zeros: `100`, `0.5`, `1110.11`.
    pub(crate) fn plain(self) -> String {
        let text = self.two_decimals();
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// Roubles with both decimals: `100.00`.
    pub(crate) fn two_decimals(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", size / 100, size % 100)
    }

    /// The sum, or nothing when it does not fit.
    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

/// Reads a JSON number exactly, as a whole count of 10^-`places`; nothing if it is not one.
pub(crate) fn scaled(token: &str, places: i32) -> Option<i64> {
    let (negative, rest) = match token.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, token),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let dropped = i32::try_from(digits.len() - significant.len()).ok()?;
    let power = exponent
        .checked_add(places)?
        .checked_sub(i32::try_from(fraction.len()).ok()?)?
        .checked_add(dropped)?;
    let factor = 10_i64.checked_pow(u32::try_from(power).ok()?)?;
    let size = significant.parse::<i64>().ok()?.checked_mul(factor)?;
    Some(if negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roubles_are_read_exactly_in_every_json_spelling() {
        let rows: [(&str, Option<i64>); 21] = [
            ("314", Some(31_400)),
            ("314.0", Some(31_400)),
            ("314.000", Some(31_400)),
            ("12399.1", Some(1_239_910)),
            ("1110.11", Some(111_011)),
            ("1.11E+3", Some(111_000)),
            ("1.11e3", Some(111_000)),
            ("31400E-2", Some(31_400)),
            ("0.01", Some(1)),
            ("0", Some(0)),
            ("0.00", Some(0)),
            ("-1.5", Some(-150)),
            ("10.001", None),
            ("1e-3", None),
            ("1e99", None),
            ("92233720368547758.08", None),
            ("\"314\"", None),
            ("1.", None),
            (".5", None),
            ("", None),
            ("1e2147483647", None),
        ];
        for (token, expected) in rows {
            assert_eq!(Amount::from_roubles(token).map(Amount::minor), expected, "{token}");
        }
    }

    #[test]
    fn roubles_are_printed_without_needless_zeros_or_with_both_decimals() {
        let rows = [
            (10_000, "100", "100.00"),
            (10_050, "100.5", "100.50"),
            (111_011, "1110.11", "1110.11"),
            (1, "0.01", "0.01"),
            (0, "0", "0.00"),
            (-150, "-1.5", "-1.50"),
        ];
        for (minor, plain, both) in rows {
            assert_eq!(Amount::from_minor(minor).plain(), plain);
            assert_eq!(Amount::from_minor(minor).two_decimals(), both);
        }
    }

    #[test]
    fn a_probability_is_read_as_whole_per_mille() {
        assert_eq!(scaled("0.25", 3), Some(250));
        assert_eq!(scaled("1.0", 3), Some(1000));
        assert_eq!(scaled("0.0005", 3), None);
    }
}
