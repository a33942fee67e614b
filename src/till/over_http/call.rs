//! A verb as a call of HTTP (contract.md §4).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Map, Value};

use super::HttpOptions;

/// What may not stand in a segment of a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    /// The parameters, where there is no body.
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Value>,
}

impl Call {
    /// The call for a command; `None`: HTTP has none for it.
    pub(super) fn of(verb: &str, body: &Value, options: &HttpOptions) -> Option<Self> {
        let mut fields = body.as_object().cloned().unwrap_or_default();
        let register = options.register.as_str();
        match verb {
            "pay" => {
                set(&mut fields, "store", options.store.as_str());
                set(&mut fields, "register", register);
                Some(Self::post("/api/v1/payments".to_owned(), fields))
            }
            "refund" => {
                let paid_at = take(&mut fields, "payment_register").unwrap_or_else(|| register.to_owned());
                let paid = take(&mut fields, "payment_operation")?;
                set(&mut fields, "register", register);
                Some(Self::post(format!("{}/refunds", payment(options, &paid_at, &paid)), fields))
            }
            "cancel" | "check" | "claim" | "fiscalized" => {
                let operation = take(&mut fields, "operation")?;
                Some(Self::post(format!("{}/{verb}", payment(options, register, &operation)), fields))
            }
            "get" if !fields.contains_key("operation") => {
                set(&mut fields, "store", options.store.as_str());
                set(&mut fields, "register", register);
                Some(Self::get("/api/v1/open".to_owned(), fields))
            }
            "get" => {
                Some(Self::get(payment(options, register, &take(&mut fields, "operation")?), Map::new()))
            }
            "find" | "totals" | "types" => {
                set(&mut fields, "store", options.store.as_str());
                // Totals are the asking register's.
                set(&mut fields, "register", register);
                let list = if verb == "find" { "payments" } else { verb };
                Some(Self::get(format!("/api/v1/{list}"), fields))
            }
            _ => None,
        }
    }

    fn post(path: String, fields: Map<String, Value>) -> Self {
        Self { method: Method::POST, path, query: Vec::new(), body: Some(Value::Object(fields)) }
    }

    fn get(path: String, mut fields: Map<String, Value>) -> Self {
        if let Some(Value::Object(amount)) = fields.remove("amount") {
            fields.extend(
                [("amount", "value"), ("currency", "currency")]
                    .iter()
                    .filter_map(|(name, of)| Some(((*name).to_owned(), amount.get(*of)?.clone()))),
            );
        }
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let query = fields.into_iter().map(|(name, value)| (name, text(value))).collect();
        Self { method: Method::GET, path, query, body: None }
    }
}

/// The address of a payment, before its pay has arrived, too.
fn payment(options: &HttpOptions, register: &str, operation: &str) -> String {
    format!("/api/v1/payments/op:{}:{register}:{}", options.store, utf8_percent_encode(operation, ESCAPED))
}

fn set(fields: &mut Map<String, Value>, name: &str, value: &str) {
    fields.insert(name.to_owned(), value.into());
}

fn take(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    fields.remove(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use payment::{RegisterId, StoreId};
    use serde_json::json;

    use super::*;

    fn line(verb: &str, body: &Value) -> Option<String> {
        let options = HttpOptions {
            address: "http://service/".to_owned(),
            api_key: "key".into(),
            store: StoreId::parse("17").unwrap(),
            register: RegisterId::parse("3").unwrap(),
        };
        let Call { method, path, query, body } = Call::of(verb, body, &options)?;
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        Some(format!("{method} {path} {} {body}", query.join("&")))
    }

    #[test]
    fn every_verb_is_the_call_of_the_contract() {
        let sum = json!({"value": 5, "currency": "RUB"});
        for (verb, body, expected) in [
            (
                "pay",
                json!({"operation": "a"}),
                r#"POST /api/v1/payments  {"operation":"a","register":"3","store":"17"}"#,
            ),
            (
                "cancel",
                json!({"operation": "a", "reason": "r"}),
                r#"POST /api/v1/payments/op:17:3:a/cancel  {"reason":"r"}"#,
            ),
            (
                "check",
                json!({"operation": "a/b é"}),
                "POST /api/v1/payments/op:17:3:a%2Fb%20%C3%A9/check  {}",
            ),
            (
                "refund",
                json!({"operation": "r", "payment_operation": "a", "payment_register": "1"}),
                r#"POST /api/v1/payments/op:17:1:a/refunds  {"operation":"r","register":"3"}"#,
            ),
            ("get", json!({"operation": "a"}), "GET /api/v1/payments/op:17:3:a  "),
            ("get", json!({}), "GET /api/v1/open register=3&store=17 "),
            (
                "find",
                json!({"amount": sum, "receipt": "7"}),
                "GET /api/v1/payments amount=5&currency=RUB&receipt=7&register=3&store=17 ",
            ),
            ("totals", json!({"shift": "42"}), "GET /api/v1/totals register=3&shift=42&store=17 "),
            ("types", json!({}), "GET /api/v1/types register=3&store=17 "),
        ] {
            assert_eq!(line(verb, &body).as_deref(), Some(expected));
        }
        assert_eq!(line("dance", &json!({"operation": "a"})), None);
    }
}
