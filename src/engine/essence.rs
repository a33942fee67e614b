//! What makes an operation the same operation (contract.md §2): a repeat has the same essence.

use payment::PaymentId;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const ORIGINAL: [&str; 4] = ["payment", "payment_store", "payment_register", "payment_operation"];
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

/// The essence of a claim of money without an order: which money.
pub(crate) fn of_claim(credit: &str) -> String {
    hash("claim", &json!({ "credit": credit }))
}

/// The essence of a refund, in two forms: by the payment that it is of, and by the words that named it, for a refund of
/// which the payment was not known yet when it was first asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefundEssence {
    resolved: Option<String>,
    as_sent: String,
}

impl RefundEssence {
    pub(crate) fn of(payment: Option<PaymentId>, body: &Map<String, Value>) -> Self {
        let field = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
        let hash_of =
            |original: &Value| hash("refund", &json!({ "original": original, "amount": field("amount") }));
        let named = ORIGINAL.map(field);
        Self {
            resolved: payment.map(|payment| hash_of(&json!(payment.to_string()))),
            as_sent: hash_of(&json!(named)),
        }
    }

    /// The form that is recorded.
    pub(crate) fn recorded(&self) -> String {
        self.resolved.clone().unwrap_or_else(|| self.as_sent.clone())
    }

    /// Whether this is a repeat of what was recorded.
    pub(crate) fn repeats(&self, recorded: Option<&str>) -> bool {
        recorded.is_some_and(|first| first == self.as_sent || Some(first) == self.resolved.as_deref())
    }
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

    #[test]
    fn a_refund_is_the_same_by_its_payment_or_by_the_words_that_named_it() {
        let essence = |payment, json: &str| {
            RefundEssence::of(payment, serde_json::from_str::<Value>(json).unwrap().as_object().unwrap())
        };
        let payment = Some(PaymentId::from_uuid(1 << 12));
        let by_operation = r#"{"operation":"r","payment_operation":"p","amount":null}"#;
        let by_id = r#"{"operation":"r","payment":"the same","reason":"x"}"#;
        let (early, late) = (essence(None, by_operation), essence(payment, by_operation));
        assert_ne!(early.recorded(), late.recorded());
        assert!(late.repeats(Some(&early.recorded())), "named before the payment was known");
        assert!(essence(payment, by_id).repeats(Some(&late.recorded())), "named another way");
        assert!(!essence(None, by_id).repeats(Some(&early.recorded())));
        let half = r#"{"payment_operation":"p","amount":{"value":1,"currency":"RUB"}}"#;
        assert!(!essence(payment, half).repeats(Some(&late.recorded())), "another amount");
        assert!(!late.repeats(None));
    }
}
