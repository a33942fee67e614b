//! Identifiers: ours are 32 hex characters, other people's are opaque text.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Our id of a payment: a `UUIDv7` whose low 12 bits are zero, written as 32 hex characters.
///
/// The low bits number what belongs to the payment (attempts, refunds), so an order number that a bank echoes names its
/// payment without a table, and a repeated decision makes the same ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentId(u128);

/// Our id of an attempt; it is our order number at the bank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttemptId(u128);

/// Our id of a refund; it is the refund's key at the bank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RefundId(u128);

/// Text that is not 32 lower-case hex characters of the right kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not one of our ids (32 hex characters): {0}")]
pub struct InvalidId(String);

const BELOW: u128 = 0xFFF;
const REFUND: u128 = 0x800;

impl PaymentId {
    /// The payment id made from a fresh `UUIDv7`; its 12 lowest random bits are given up.
    pub fn from_uuid(uuid: u128) -> Self {
        Self(uuid & !BELOW)
    }

    /// Below every id of a payment that is made at this time or later, and above those of earlier milliseconds.
    pub fn earliest_at(time: Timestamp) -> Self {
        let millis = u64::try_from(time.as_micros() / 1_000).unwrap_or(0);
        Self(u128::from(millis) << 80)
    }

    /// The id of the `number`-th attempt, counted from 1. At most 2047.
    pub fn attempt(self, number: u16) -> AttemptId {
        assert!((1..0x800).contains(&number), "a payment has 1 to 2047 attempts");
        AttemptId(self.0 | u128::from(number))
    }

    /// The id of the `number`-th refund, counted from 1. At most 2047.
    pub fn refund(self, number: u16) -> RefundId {
        assert!((1..0x800).contains(&number), "a payment has 1 to 2047 refunds");
        RefundId(self.0 | REFUND | u128::from(number))
    }
}

impl AttemptId {
    /// The payment that the attempt belongs to.
    pub fn payment(self) -> PaymentId {
        PaymentId(self.0 & !BELOW)
    }
}

impl RefundId {
    /// The payment that the refund belongs to.
    pub fn payment(self) -> PaymentId {
        PaymentId(self.0 & !BELOW)
    }
}

fn parse_hex(text: &str) -> Option<u128> {
    let right = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    right.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

macro_rules! hex_id {
    ($name:ident, $belongs:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:032x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let belongs: fn(u128) -> bool = $belongs;
                parse_hex(text)
                    .filter(|id| belongs(id & BELOW))
                    .map(Self)
                    .ok_or_else(|| InvalidId(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

hex_id!(PaymentId, |low| low == 0);
hex_id!(AttemptId, |low| low != 0 && low < REFUND);
hex_id!(RefundId, |low| low > REFUND);

/// Text that breaks the rule of the name that it was meant for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidName(&'static str);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $rule:expr, $message:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads the text, refusing what breaks the rule above.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let right: fn(&str) -> bool = $rule;
                if right(text) { Ok(Self(Arc::from(text))) } else { Err(InvalidName($message)) }
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:?}", &*self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }
    };
}

fn is_place_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn is_opaque(text: &str, longest_chars: usize) -> bool {
    !text.is_empty() && text.chars().count() <= longest_chars && !text.chars().any(char::is_control)
}

text_id!(
    /// A shop: 1–40 of `A–Z a–z 0–9 _ -` (contract.md §1).
    StoreId, is_place_name, "a store is 1 to 40 of A-Z a-z 0-9 _ -"
);
text_id!(
    /// A till or kiosk in a store: 1–40 of `A–Z a–z 0–9 _ -` (contract.md §1).
    RegisterId, is_place_name, "a register is 1 to 40 of A-Z a-z 0-9 _ -"
);
text_id!(
    /// The register's own id of a pay or a refund: 1–64 characters, unique per store and register (contract.md §2).
    OperationId, |text| is_opaque(text, 64), "an operation is 1 to 64 characters without control characters"
);
text_id!(
    /// A configured authorization server: 1–40 of `A–Z a–z 0–9 _ -`; part of the address of its notifications.
    ServerId, is_place_name, "an authorization server's id is 1 to 40 of A-Z a-z 0-9 _ -"
);
text_id!(
    /// A payment type's fixed code, which registers name: 1–40 of `A–Z a–z 0–9 _ -`.
    PaymentTypeCode, is_place_name, "a payment type is 1 to 40 of A-Z a-z 0-9 _ -"
);
text_id!(
    /// A console of a register: 1–40 of `A–Z a–z 0–9 _ -`.
    ConsoleId, is_place_name, "a console is 1 to 40 of A-Z a-z 0-9 _ -"
);
text_id!(
    /// A bank's id of money that arrived, 1–64 characters: the key for reconciliation and refunds.
    BankTransaction, |text| is_opaque(text, 64), "a bank transaction is 1 to 64 characters"
);
text_id!(
    /// A bank's id of a code (in SBP the 32 characters of the link), 1–128 characters.
    CodeId, |text| is_opaque(text, 128), "a code's id is 1 to 128 characters"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_id_of_a_time_begins_with_its_milliseconds_and_has_nothing_else() {
        let at = Timestamp::from_micros(0x0191_f7e2_5d3a * 1_000 + 999);
        assert_eq!(PaymentId::earliest_at(at).to_string(), "0191f7e25d3a00000000000000000000");
    }

    #[test]
    fn an_order_number_names_its_payment() {
        let payment = PaymentId::from_uuid(0x0191_f7e2_5d3a_7abc_8def_0123_4567_89ab);
        let attempt = payment.attempt(2);
        assert_eq!(attempt.to_string(), "0191f7e25d3a7abc8def012345678002");
        assert_eq!(attempt.to_string().parse::<AttemptId>().unwrap().payment(), payment);
        assert_eq!(payment.refund(1).payment(), payment);
        assert_eq!(payment.to_string().parse::<PaymentId>().unwrap(), payment);
    }

    #[test]
    fn kinds_of_ids_are_not_mistaken_for_each_other() {
        let payment = PaymentId::from_uuid(0x0191_f7e2_5d3a_7abc_8def_0123_4567_89ab);
        assert!(payment.to_string().parse::<AttemptId>().is_err());
        assert!(payment.refund(1).to_string().parse::<AttemptId>().is_err());
        assert!(payment.attempt(1).to_string().parse::<RefundId>().is_err());
        assert!("0191F7E25D3A7ABC8DEF012345678000".parse::<PaymentId>().is_err(), "capitals");
        assert!("+191f7e25d3a7abc8def012345678000".parse::<PaymentId>().is_err(), "sign");
        assert!("0".parse::<PaymentId>().is_err() && "1".parse::<AttemptId>().is_err(), "short");
    }

    #[test]
    fn names_follow_the_contract() {
        for (text, right) in
            [("17", true), ("kiosk-1_A", true), ("", false), ("a b", false), ("ж", false), ("1.2", false)]
        {
            assert_eq!(StoreId::parse(text).is_ok(), right, "{text:?}");
        }
        assert!(RegisterId::parse(&"x".repeat(41)).is_err());
        assert!(OperationId::parse(&"я".repeat(64)).is_ok(), "characters are counted, not bytes");
        assert!(OperationId::parse(&"x".repeat(65)).is_err());
        assert!(OperationId::parse("a\nb").is_err() && OperationId::parse("").is_err());
    }
}
