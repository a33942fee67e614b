//! What registers send, checked field by field so that an answer can name the field to mend.

use payment::{AmountOutOfRange, Currency, Item, Money, OperationId, RejectCode};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Money as it is sent: whole minor units.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MoneyBody {
    /// Minor units, 1 … 10^15.
    pub value: i64,
    /// An ISO 4217 code.
    pub currency: String,
}

/// The body of `pay`. Unknown fields are ignored; left out equals null.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct PayBody {
    /// The register's own id of the pay.
    pub operation: String,
    /// What is to be paid.
    pub amount: MoneyBody,
    /// The receipt's number.
    pub receipt: Option<String>,
    /// The tender's code; `null`: the store's default.
    pub payment_type: Option<String>,
    /// What the buyer sees at the bank.
    pub purpose: Option<String>,
    /// The outputs: consoles, their kinds, or `register`; `null`: every console of the register with *show QR* on.
    pub show_on: Option<Vec<String>>,
    /// `dynamic`, `static` or `cash_link`.
    pub qr: Option<String>,
    /// The life wanted for the code, in seconds.
    pub expires_in_s: Option<u32>,
    /// The buyer's own code that the register scanned.
    pub buyer_code: Option<String>,
    /// An operation that is to be resolved first.
    pub supersedes: Option<String>,
    /// The cashier.
    pub cashier: Option<String>,
    /// The shift.
    pub shift: Option<String>,
    /// The goods.
    pub items: Option<Vec<Item>>,
    /// Not started after this time.
    pub not_after: Option<String>,
}

/// The body of `cancel`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CancelBody {
    /// The pay to cancel.
    pub operation: String,
    /// Why, for people.
    pub reason: Option<String>,
}

/// The body of `get` and `check`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct GetBody {
    /// The operation; `null` in `get`: all of the register's open payments.
    pub operation: Option<String>,
}

/// The body of `claim`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ClaimBody {
    /// The pay whose late money is taken; with `credit`, the new operation under which the money is claimed.
    pub operation: String,
    /// Money at an open plate of the store, by the name that `register.found` gives it under `unclaimed`.
    pub credit: Option<String>,
}

/// The body of `refund`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct RefundBody {
    /// The register's own id of the refund.
    pub operation: String,
    /// The pay, by the id that its register gave it.
    pub payment_operation: Option<String>,
    /// The pay's store; `null`: the asking one.
    pub payment_store: Option<String>,
    /// The pay's register; `null`: the asking one.
    pub payment_register: Option<String>,
    /// The pay, by our id.
    pub payment: Option<String>,
    /// How much; `null`: all that is left.
    pub amount: Option<MoneyBody>,
    /// Why.
    pub reason: Option<String>,
    /// Another bank of the payer.
    pub to_bank: Option<String>,
}

/// Why a command is rejected before any payment is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: RejectCode,
    pub(crate) field: Option<String>,
    pub(crate) reason: String,
}

/// A reason is a sentence for people; what senders put into it is cut off behind this.
const REASON_AT_MOST_CHARS: usize = 300;

impl Fault {
    pub(crate) fn new(code: RejectCode, field: &str, reason: impl Into<String>) -> Self {
        Self::of_field(code, Some(field.to_owned()), reason)
    }

    pub(crate) fn of_field(code: RejectCode, field: Option<String>, reason: impl Into<String>) -> Self {
        let reason: String = reason.into();
        Self { code, field, reason: reason.chars().take(REASON_AT_MOST_CHARS).collect() }
    }

    pub(crate) fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self::new(RejectCode::Invalid, field, reason)
    }
}

/// Reads the body as a JSON object.
pub(crate) fn read_object(body: &[u8]) -> Result<Map<String, Value>, Fault> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::invalid("body", "the body must be a JSON object")),
        Err(error) => Err(Fault::invalid("body", format!("the body is not JSON: {error}"))),
    }
}

/// The operation, if it can be read.
pub(crate) fn operation_of(object: &Map<String, Value>) -> Option<OperationId> {
    object.get("operation").and_then(Value::as_str).and_then(|text| OperationId::parse(text).ok())
}

/// Reads an object as a command, naming the first field that breaks the contract.
pub(crate) fn parse<T: DeserializeOwned>(object: &Map<String, Value>) -> Result<T, Fault> {
    serde_path::from_object(object)
}

impl MoneyBody {
    /// The amount, if it is one of the contract's.
    pub(crate) fn read(&self) -> Result<Money, Fault> {
        let currency = Currency::parse(&self.currency).map_err(|error| {
            Fault::new(RejectCode::CurrencyNotSupported, "amount.currency", error.to_string())
        })?;
        Money::try_new(self.value, currency).map_err(|AmountOutOfRange(value)| {
            let reason = format!("an amount is 1 to {} minor units, not {value}", Money::MAX_MINOR);
            Fault::new(RejectCode::AmountOutOfRange, "amount.value", reason)
        })
    }
}

mod serde_path {
    //! Errors that name the field.

    use serde::de::DeserializeOwned;
    use serde_json::{Map, Value};

    use super::Fault;

    pub(super) fn from_object<T: DeserializeOwned>(object: &Map<String, Value>) -> Result<T, Fault> {
        let value = Value::Object(object.clone());
        serde_path_to_error::deserialize(value).map_err(|error| {
            let inner = error.inner().to_string();
            Fault::invalid(&field_of(&error.path().to_string(), &inner), without_the_value(&inner))
        })
    }

    /// What was sent does not belong into logs and dead letters.
    fn without_the_value(message: &str) -> String {
        match message.rsplit_once(", expected ") {
            Some((_, wanted)) => format!("expected {wanted}"),
            None => message.to_owned(),
        }
    }

    /// The path, and for a missing field its name, which serde only tells in words.
    fn field_of(path: &str, message: &str) -> String {
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        match (path, missing) {
            (".", Some(name)) => name.to_owned(),
            (path, Some(name)) => format!("{path}.{name}"),
            (".", None) => "body".to_owned(),
            (path, None) => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pay(json: &str) -> Result<Money, Fault> {
        let object = read_object(json.as_bytes())?;
        parse::<PayBody>(&object)?.amount.read()
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (json, code, field) in [
            ("not json", "invalid", "body"),
            ("[1]", "invalid", "body"),
            ("{}", "invalid", "operation"),
            (r#"{"operation":7}"#, "invalid", "operation"),
            (r#"{"operation":"1"}"#, "invalid", "amount"),
            (r#"{"operation":"1","amount":100}"#, "invalid", "amount"),
            (r#"{"operation":"1","amount":{"value":1}}"#, "invalid", "amount.currency"),
            (r#"{"operation":"1","amount":{"value":1.5,"currency":"RUB"}}"#, "invalid", "amount.value"),
            (r#"{"operation":"1","amount":{"value":"1","currency":"RUB"}}"#, "invalid", "amount.value"),
            (
                r#"{"operation":"1","amount":{"value":99999999999999999999,"currency":"RUB"}}"#,
                "invalid",
                "amount.value",
            ),
            (
                r#"{"operation":"1","amount":{"value":0,"currency":"RUB"}}"#,
                "amount_out_of_range",
                "amount.value",
            ),
            (
                r#"{"operation":"1","amount":{"value":-5,"currency":"RUB"}}"#,
                "amount_out_of_range",
                "amount.value",
            ),
            (
                r#"{"operation":"1","amount":{"value":1000000000000001,"currency":"RUB"}}"#,
                "amount_out_of_range",
                "amount.value",
            ),
            (
                r#"{"operation":"1","amount":{"value":1,"currency":"XXZ"}}"#,
                "currency_not_supported",
                "amount.currency",
            ),
            (
                r#"{"operation":"1","amount":{"value":1,"currency":"RUB"},"items":[{"name":1}]}"#,
                "invalid",
                "items[0].name",
            ),
            (
                r#"{"operation":"1","amount":{"value":1,"currency":"RUB"},"expires_in_s":-1}"#,
                "invalid",
                "expires_in_s",
            ),
        ] {
            let fault = pay(json).unwrap_err();
            assert_eq!((fault.code.word(), fault.field.as_deref()), (code, Some(field)), "{json}: {fault:?}");
        }
    }

    #[test]
    fn a_reason_is_short_and_tells_what_is_wanted_not_what_was_sent() {
        let fault = pay(r#"{"operation":"1","amount":{"value":"Ivanova","currency":"RUB"}}"#).unwrap_err();
        assert_eq!(fault.reason, "expected i64");
        let long =
            format!(r#"{{"operation":"1","amount":{{"value":1,"currency":"{}"}}}}"#, "X".repeat(5_000));
        assert_eq!(pay(&long).unwrap_err().reason.len(), REASON_AT_MOST_CHARS);
    }

    #[test]
    fn unknown_fields_are_ignored_and_left_out_equals_null() {
        let json = r#"{"operation":"1","amount":{"value":19800,"currency":"RUB","x":1},"purpose":null,"future":{"a":1}}"#;
        assert_eq!(pay(json).unwrap().minor(), 19800);
    }
}
