//! What registers send, checked field by field so that an answer can name the field to mend.

use payment::{AmountOutOfRange, Currency, Item, Money, OperationId, RejectCode, Render};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::fields::Fault;

/// Money as it is sent: whole minor units.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MoneyBody {
    /// Minor units (kopecks for RUB), 1 … 10^15.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000_i64))]
    pub value: i64,
    /// An ISO 4217 code.
    #[schemars(length(min = 3, max = 3), regex(pattern = "^[A-Z]+$"))]
    pub currency: String,
}

/// The body of `pay`. Unknown fields are ignored; left out equals null.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct PayBody {
    /// The register's own id of the pay: unique among its pays and refunds, without control characters.
    #[schemars(length(min = 1, max = 64))]
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
    /// The life wanted for the code, in seconds, within what the bank offers; `qr.expires_at` is what holds.
    #[schemars(range(min = 0, max = 4_294_967_295_i64))]
    pub expires_in_s: Option<u32>,
    /// The buyer's own code that the register scanned.
    pub buyer_code: Option<String>,
    /// An operation of the same register that is to be resolved first.
    #[schemars(length(min = 1, max = 64))]
    pub supersedes: Option<String>,
    /// The cashier.
    pub cashier: Option<String>,
    /// The shift.
    pub shift: Option<String>,
    /// Pictures of the code wanted in `payment.qr_ready`.
    pub render: Option<Render>,
    /// The goods.
    pub items: Option<Vec<Item>>,
    /// Not started after this time: RFC 3339. Left out: a minute from sending.
    pub not_after: Option<String>,
}

/// The body of `cancel`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CancelBody {
    /// The pay to cancel.
    #[schemars(length(min = 1, max = 64))]
    pub operation: String,
    /// Why, for people.
    pub reason: Option<String>,
}

/// The body of `get` and `check`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct GetBody {
    /// The operation; `null` in `get`: all of the register's open payments.
    #[schemars(length(min = 1, max = 64))]
    pub operation: Option<String>,
}

/// The body of `claim`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ClaimBody {
    /// The pay whose late money is taken; with `credit`, the new operation under which the money is claimed.
    #[schemars(length(min = 1, max = 64))]
    pub operation: String,
    /// Money at an open plate of the store, by the name that `register.found` gives it under `unclaimed`.
    #[schemars(length(min = 1, max = 105))]
    pub credit: Option<String>,
}

/// The body of `refund`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct RefundBody {
    /// The register's own id of the refund: unique among its pays and refunds, without control characters.
    #[schemars(length(min = 1, max = 64))]
    pub operation: String,
    /// The pay, by the id that its register gave it.
    #[schemars(length(min = 1, max = 64))]
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

/// Whether there is nothing in a body.
pub fn is_empty(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

/// Reads a body as a JSON object.
pub fn read_object(body: &[u8]) -> Result<Map<String, Value>, Fault> {
    if is_empty(body) {
        return Err(Fault::invalid("body", "the body is empty: it must be a JSON object"));
    }
    match serde_json::from_slice(body) {
        Ok(mut value @ Value::Object(_)) => {
            make_whole(&mut value);
            let Value::Object(object) = value else { unreachable!("only numbers were changed") };
            Ok(object)
        }
        Ok(_) => Err(Fault::invalid("body", "the body must be a JSON object")),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(Fault::invalid("body", format!("the body is not JSON: see line {line}, column {column}")))
        }
    }
}

/// Makes `100.0` the integer that it is (JSON Schema: a number without a fraction): some languages know no other numbers.
fn make_whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let whole = number.to_string().strip_suffix(".0").and_then(|text| text.parse::<i64>().ok());
            if let Some(whole) = whole {
                *number = Number::from(whole);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(make_whole),
        Value::Object(fields) => fields.values_mut().for_each(make_whole),
        _ => {}
    }
}

/// The operation, if it can be read.
pub(crate) fn operation_of(object: &Map<String, Value>) -> Option<OperationId> {
    object.get("operation").and_then(Value::as_str).and_then(|text| OperationId::parse(text).ok())
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

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::contract::TotalsBody;
    use crate::contract::fields::{REASON_AT_MOST_CHARS, read_fields};

    fn pay(json: &str) -> Result<Money, Fault> {
        let object = read_object(json.as_bytes())?;
        read_fields::<PayBody>(&object)?.amount.read()
    }

    /// Why a body can't be read.
    fn read<T: DeserializeOwned + JsonSchema>(json: &str) -> String {
        let read = read_fields::<T>(&read_object(json.as_bytes()).unwrap());
        read.err().map(|fault| fault.reason).unwrap_or_default()
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (json, code, field) in [
            ("not json", "invalid", "body"),
            ("[1]", "invalid", "body"),
            ("{}", "invalid", "operation"),
            (r#"{"operation":7}"#, "invalid", "operation"),
            (r#"{"operation":"1"}"#, "invalid", "amount"),
            (r#"{"operation":"1","receipt":"\u0000"}"#, "invalid", "receipt"),
            (r#"{"operation":"1","items":[{"name":"\u0000"}]}"#, "invalid", "items[0].name"),
            (r#"{"operation":"1","unheard_of":"\u0000"}"#, "invalid", "amount"),
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
    fn a_reason_tells_what_is_wanted_in_the_words_of_the_contract_and_not_what_was_sent() {
        let money = r#""operation":"1","amount":{"value":1,"currency":"RUB"}"#;
        for (json, reason) in [
            ("", "the body is empty: it must be a JSON object"),
            ("{}", "operation is missing: it must be text of 1 to 64 characters"),
            (r#"{"operation":7}"#, "operation is wrong: it must be text of 1 to 64 characters"),
            (
                r#"{"operation":"1","amount":"Ivanova"}"#,
                "amount is wrong: it must be an object with currency, value",
            ),
            (
                r#"{"operation":"1","amount":{"value":"Ivanova","currency":"RUB"}}"#,
                "amount.value is wrong: it must be a whole number of 1 to 1000000000000000",
            ),
            (
                r#"{"operation":"1","amount":{"value":1}}"#,
                "amount.currency is missing: it must be text of 3 characters",
            ),
            (
                &format!(r#"{{{money},"expires_in_s":-1}}"#),
                "expires_in_s is wrong: it must be a whole number of 0 to 4294967295",
            ),
            (
                &format!(r#"{{{money},"show_on":"kiosk"}}"#),
                "show_on is wrong: it must be a list, and each in it text",
            ),
            (
                &format!(r#"{{{money},"items":[{{"name":"Milk","price":1.5}}]}}"#),
                "items[0].price is wrong: it must be a whole number",
            ),
        ] {
            assert_eq!(pay(json).unwrap_err().reason, reason, "{json}");
        }
        for (reason, wanted) in [
            (
                read::<RefundBody>(r#"{"operation":"1","amount":{"value":"1","currency":"RUB"}}"#),
                "amount.value is wrong: it must be a whole number of 1 to 1000000000000000",
            ),
            (
                read::<PayBody>(&format!(r#"{{{money},"render":{{"png":{{"width":"wide"}}}}}}"#)),
                "render.png.width is wrong: it must be a whole number of 64 to 2000",
            ),
            (read::<TotalsBody>(r#"{"whole_store":1}"#), "whole_store is wrong: it must be true or false"),
        ] {
            assert_eq!(reason, wanted);
        }
        let long =
            format!(r#"{{"operation":"1","amount":{{"value":1,"currency":"{}"}}}}"#, "X".repeat(5_000));
        assert_eq!(pay(&long).unwrap_err().reason.len(), REASON_AT_MOST_CHARS);
    }

    #[test]
    fn a_number_without_a_fraction_is_whole_however_it_is_written() {
        let paid = |value: &str| {
            pay(&format!(r#"{{"operation":"1","amount":{{"value":{value},"currency":"RUB"}}}}"#))
        };
        for (value, minor) in [("100.0", 100), ("1e2", 100), ("1000000000000000.0", Money::MAX_MINOR)] {
            assert_eq!(paid(value).unwrap().minor(), minor, "{value}");
        }
        for value in ["100.5", "1e300", "0.1"] {
            assert_eq!(paid(value).unwrap_err().code, RejectCode::Invalid, "{value}");
        }
        let items = r#"[{"name":"Milk","price":9900.0}]"#;
        let json = format!(r#"{{"operation":"1","amount":{{"value":1,"currency":"RUB"}},"items":{items}}}"#);
        let body: PayBody = read_fields(&read_object(json.as_bytes()).unwrap()).unwrap();
        assert_eq!(body.items.unwrap()[0].price, Some(9_900), "in lists too");
    }

    #[test]
    fn unknown_fields_are_ignored_and_left_out_equals_null() {
        let json = r#"{"operation":"1","amount":{"value":19800,"currency":"RUB","x":1},"purpose":null,"future":{"a":1}}"#;
        assert_eq!(pay(json).unwrap().minor(), 19800);
    }
}
