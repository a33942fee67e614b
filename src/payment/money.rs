//! Money: whole minor units of an ISO 4217 currency.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency by its three-letter code, such as `RUB` or `KZT`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

/// A text that is no ISO 4217 currency code in capital letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 currency code: {0}")]
pub struct UnknownCurrency(String);

impl Currency {
    /// The Russian rouble.
    pub const RUB: Self = Self(iso_currency::Currency::RUB);

    /// Reads a code in capital letters.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code).map(Self).ok_or_else(|| UnknownCurrency(code.to_owned()))
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimal digits the minor unit has: 2 for RUB, 0 for JPY (ISO 4217).
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount of money above zero, in whole minor units: kopecks for RUB.
///
/// Between 1 and [`Money::MAX_MINOR`] minor units (contract.md §2). There is no zero and no negative money: what is
/// left of a credit is a plain number of minor units, see [`Money::minor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// A number of minor units outside of 1 … 10^15.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an amount is 1 to 1000000000000000 minor units, not {0}")]
pub struct AmountOutOfRange(pub i64);

impl Money {
    /// The largest amount: 10^15 minor units.
    pub const MAX_MINOR: i64 = 1_000_000_000_000_000;

    /// An amount of `minor` minor units.
    pub fn try_new(minor: i64, currency: Currency) -> Result<Self, AmountOutOfRange> {
        if (1..=Self::MAX_MINOR).contains(&minor) {
            Ok(Self { minor, currency })
        } else {
            Err(AmountOutOfRange(minor))
        }
    }

    /// Whole minor units, 1 … 10^15.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }
}

/// Decimal form for people and logs, such as `198.00 RUB`.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.exponent();
        let unit = 10_i64.pow(digits);
        if digits == 0 {
            write!(formatter, "{} {}", self.minor, self.currency)
        } else {
            let (whole, rest) = (self.minor / unit, self.minor % unit);
            write!(formatter, "{whole}.{rest:0width$} {}", self.currency, width = digits as usize)
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Wire {
    value: i64,
    currency: Currency,
}

impl TryFrom<Wire> for Money {
    type Error = AmountOutOfRange;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::try_new(wire.value, wire.currency)
    }
}

impl From<Money> for Wire {
    fn from(money: Money) -> Self {
        Self { value: money.minor, currency: money.currency }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_amounts_between_one_and_the_limit_exist() {
        for (minor, exists) in
            [(0, false), (-1, false), (1, true), (Money::MAX_MINOR, true), (Money::MAX_MINOR + 1, false)]
        {
            assert_eq!(Money::try_new(minor, Currency::RUB).is_ok(), exists, "{minor}");
        }
    }

    #[test]
    fn people_see_decimals_by_the_currencys_exponent() {
        for (minor, code, text) in [
            (19800, "RUB", "198.00 RUB"),
            (5, "KZT", "0.05 KZT"),
            (314, "JPY", "314 JPY"),
            (1, "BHD", "0.001 BHD"),
        ] {
            let money = Money::try_new(minor, Currency::parse(code).unwrap()).unwrap();
            assert_eq!(money.to_string(), text);
            assert_eq!(format!("{} {:?}", money.currency(), money.currency()), format!("{code} {code}"));
        }
    }

    #[test]
    fn json_is_value_and_currency_and_is_checked_on_reading() {
        let money: Money = serde_json::from_str(r#"{"value":19800,"currency":"RUB"}"#).unwrap();
        assert_eq!(serde_json::to_string(&money).unwrap(), r#"{"value":19800,"currency":"RUB"}"#);
        for wrong in [
            r#"{"value":0,"currency":"RUB"}"#,
            r#"{"value":1,"currency":"rub"}"#,
            r#"{"value":1.5,"currency":"RUB"}"#,
        ] {
            assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
        }
    }
}
