//! What makes an operation the same operation (contract.md §2): a repeat has the same essence.

use payment::PaymentId;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const PAY: [&str; 5] = ["amount", "payment_type", "receipt", "qr", "buyer_code"];

/// The essence of a pay: what was sent of amount, payment type, receipt, code kind and buyer's code. Left out equals
/// null; defaults are not filled in.
pub(crate) fn of_pay(body: &Map<String, Value>) -> String {
    let fields: Map<String, Value> = PAY
        .iter()
        .map(|name| ((*name).to_owned(), body.get(*name).cloned().unwrap_or(Value::Null)))
        .collect();
    hash("pay", &Value::Object(fields))
}

/// The essence of a refund: the payment that it is of, and the amount as sent.
pub(crate) fn of_refund(payment: Option<PaymentId>, body: &Map<String, Value>) -> String {
    let field = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
    let original = match payment {
        Some(payment) => json!(payment.to_string()),
        None => json!([
            field("payment"),
            field("payment_store"),
            field("payment_register"),
            field("payment_operation")
        ]),
    };
    hash("refund", &json!({ "original": original, "amount": field("amount") }))
}

fn hash(verb: &str, value: &Value) -> String {
    hex::encode(Sha256::digest(format!("{verb} {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn essence(json: &str) -> String {
        of_pay(serde_json::from_str::<Value>(json).unwrap().as_object().unwrap())
    }

    #[test]
    fn only_the_essential_fields_count() {
        let first = essence(r#"{"operation":"1","amount":{"value":5,"currency":"RUB"},"receipt":"7"}"#);
        for (json, same) in [
            (r#"{"receipt":"7","amount":{"currency":"RUB","value":5},"cashier":"Petrova"}"#, true),
            (r#"{"amount":{"value":5,"currency":"RUB"},"receipt":"7","qr":null}"#, true),
            (r#"{"amount":{"value":5,"currency":"RUB"},"receipt":"7","qr":"dynamic"}"#, false),
            (r#"{"amount":{"value":6,"currency":"RUB"},"receipt":"7"}"#, false),
            (r#"{"amount":{"value":5,"currency":"RUB"}}"#, false),
        ] {
            assert_eq!(essence(json) == first, same, "{json}");
        }
    }
}
