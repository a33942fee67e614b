//! What matters of an event, in a few words.

use payment::Money;
use serde_json::Value;

/// The essentials of an event's body.
pub(crate) fn essentials(body: &Value) -> String {
    let text = |field: &str| body.get(field).and_then(Value::as_str);
    let mut parts: Vec<String> = Vec::new();
    let name = text("event").unwrap_or_default();
    if name.starts_with("refund.")
        || matches!(name, "payment.accepted" | "payment.paid" | "payment.paid_late")
    {
        parts.extend(body.get("amount").and_then(amount));
    }
    parts.extend(body.pointer("/qr/payload").and_then(Value::as_str).map(address));
    parts.extend(
        body.pointer("/qr/expires_at").and_then(Value::as_str).map(|at| format!("until {}", clock(at))),
    );
    parts.extend(consoles(body));
    if name == "payment.state" {
        parts.extend(text("status").map(str::to_owned));
    }
    parts.extend(text("handling").map(str::to_owned));
    parts.extend(text("bank_transaction").map(|id| format!("transaction {id}")));
    parts.extend(body.get("certain").and_then(Value::as_bool).map(certainty));
    parts.extend(text("payable_until").map(|at| format!("payable until {}", clock(at))));
    if name.starts_with("refund.") {
        parts.extend(text("payment_operation").map(|operation| format!("of {operation}")));
    }
    if name == "payment.cancelled" && body.get("payment").is_some_and(Value::is_null) {
        parts.push("no payment".to_owned());
    }
    if name == "request.rejected" {
        parts.extend(text("code").map(str::to_owned));
        parts.extend(text("field").map(|field| format!("field {field}")));
    }
    parts.extend(text("reason").map(|reason| format!("({reason})")));
    parts.join(", ")
}

/// An amount of the contract as people write it.
pub(crate) fn amount(value: &Value) -> Option<String> {
    let money: Money = serde_json::from_value(value.clone()).ok()?;
    Some(money.to_string())
}

/// A code's text without the parameters, which say again what is known.
fn address(payload: &str) -> String {
    match payload.split_once('?') {
        Some((address, _)) => format!("{address}?…"),
        None => payload.to_owned(),
    }
}

/// The time of day of an RFC 3339 time.
fn clock(at: &str) -> &str {
    at.get(11..19).unwrap_or(at)
}

fn consoles(body: &Value) -> Option<String> {
    let consoles = body.get("consoles")?.as_array()?;
    let one = |console: &Value| {
        format!(
            "{} {}",
            console["console"].as_str().unwrap_or("?"),
            console["outcome"].as_str().unwrap_or("?")
        )
    };
    Some(consoles.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn certainty(certain: bool) -> String {
    if certain { "certain".to_owned() } else { "not certain".to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_event_says_what_matters_in_it() {
        let sum = json!({"value": 19800, "currency": "RUB"});
        let rows = [
            (json!({"event": "payment.accepted", "amount": sum}), "198.00 RUB"),
            (
                json!({"event": "payment.qr_ready", "amount": sum,
                       "qr": {"payload": "https://qr.nspk.ru/A?type=02", "expires_at": "2026-11-21T10:15:00.5Z"}}),
                "https://qr.nspk.ru/A?…, until 10:15:00",
            ),
            (
                json!({"event": "payment.shown", "consoles": [{"console": "kiosk-1", "outcome": "shown"}]}),
                "kiosk-1 shown",
            ),
            (
                json!({"event": "payment.paid", "amount": sum, "bank_transaction": "7"}),
                "198.00 RUB, transaction 7",
            ),
            (
                json!({"event": "payment.cancelled", "payment": "p", "certain": false, "reason": "cancelled",
                       "payable_until": "2026-11-21T10:15:00Z"}),
                "not certain, payable until 10:15:00, (cancelled)",
            ),
            (json!({"event": "payment.cancelled", "payment": null, "certain": true}), "certain, no payment"),
            (
                json!({"event": "refund.completed", "amount": sum, "payment_operation": "a"}),
                "198.00 RUB, of a",
            ),
            (
                json!({"event": "request.rejected", "code": "invalid", "field": "amount", "reason": "no"}),
                "invalid, field amount, (no)",
            ),
            (json!({"event": "payment.state", "status": "paid"}), "paid"),
            (json!(null), ""),
        ];
        for (body, says) in rows {
            assert_eq!(essentials(&body), says, "{body}");
        }
    }
}
