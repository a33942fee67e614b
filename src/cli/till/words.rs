//! Events as lines for people.

use serde_json::{Value, json};

use super::{money, text};
use crate::till::essentials;

/// An event in one line, an answer with its rows below.
pub(super) fn lines(event: &Value) -> Vec<String> {
    let name = text(event, "event").unwrap_or("?");
    let at = text(event, "occurred_at").and_then(|at| at.get(11..19)).unwrap_or("        ");
    let operation = text(event, "operation").unwrap_or("");
    let head = format!("  {at}  {name:<22}  {operation:<20}  {}", essentials(event));
    let mut lines = vec![head.trim_end().to_owned()];
    match name {
        "payment.state" => lines.extend(state(event)),
        name if name.starts_with("register.") => lines.extend(rows(event)),
        _ => {}
    }
    lines
}

/// The rest of a payment's state: its amount, its money, its refunds.
fn state(event: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let amount = |value: &Value| value.get("amount").and_then(money::words).unwrap_or_default();
    if let Some(receipt) = text(event, "receipt") {
        lines.push(format!("      receipt   {receipt}"));
    }
    lines.push(format!("      amount    {}", amount(event)));
    for credit in list(event, "credits") {
        let words =
            ["handling", "bank_transaction", "paid_at"].map(|field| text(credit, field).unwrap_or("-"));
        lines.push(format!("      credit    {}  {}", amount(credit), words.join("  ")));
    }
    for refund in list(event, "refunds") {
        let words = ["status", "operation"].map(|field| text(refund, field).unwrap_or("-"));
        lines.push(format!("      refund    {}  {}", amount(refund), words.join("  ")));
    }
    lines
}

fn list<'a>(event: &'a Value, field: &str) -> &'a [Value] {
    event.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The rows of an answer, whatever its lists hold: one object a line, sums as people read them.
fn rows(event: &Value) -> Vec<String> {
    let lists = event.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
    let rows: Vec<String> = lists.flatten().map(|row| format!("      {}", row_words(row))).collect();
    if rows.is_empty() { vec!["      nothing".to_owned()] } else { rows }
}

fn row_words(row: &Value) -> String {
    plain(row, text(row, "currency"))
}

/// Values in words. Sums that leave their currency to their row are read with it.
fn plain(value: &Value, currency: Option<&str>) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => money::words(value).unwrap_or_else(|| {
            let shown = fields.iter().filter(|(_, value)| !value.is_null());
            shown.map(|field| field_words(field, currency)).collect::<Vec<_>>().join("  ")
        }),
        Value::Array(values) => {
            values.iter().map(|value| plain(value, currency)).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn field_words((name, value): (&String, &Value), currency: Option<&str>) -> String {
    if name == "value"
        && let Some(sum) = money::words(&json!({ "value": value, "currency": currency }))
    {
        return sum;
    }
    format!("{name} {}", plain(value, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_shows_its_money_and_its_refunds() {
        let sum = json!({"value": 19800, "currency": "RUB"});
        let event = json!({
            "event": "payment.state", "operation": "a", "status": "paid", "amount": sum,
            "occurred_at": "2026-11-21T10:15:00Z",
            "credits": [{"amount": sum, "handling": "paid", "bank_transaction": "7", "paid_at": "2026-11-21T10:14:59Z"}],
            "refunds": [{"amount": {"value": 100, "currency": "RUB"}, "status": "completed", "operation": "r"}],
        });
        assert_eq!(
            lines(&event),
            [
                "  10:15:00  payment.state           a                     paid",
                "      amount    198.00 RUB",
                "      credit    198.00 RUB  paid  7  2026-11-21T10:14:59Z",
                "      refund    1.00 RUB  completed  r",
            ]
        );
    }

    #[test]
    fn rows_of_answers_are_shown_whatever_is_in_them() {
        let event = json!({
            "event": "register.found",
            "payments": [{"operation": "a", "amount": {"value": 5, "currency": "RUB"}, "receipt": null, "codes": [1, "b"]}],
        });
        assert_eq!(lines(&event)[1], "      amount 0.05 RUB  codes 1, b  operation a");
        let totals = json!({
            "event": "register.totals",
            "totals": [{"currency": "RUB", "paid": {"count": 1, "value": 19800}, "payment_type": "sbp"}],
        });
        assert_eq!(lines(&totals)[1], "      currency RUB  paid count 1  198.00 RUB  payment_type sbp");
        assert_eq!(lines(&json!({"event": "register.found", "payments": []}))[1], "      nothing");
        assert_eq!(lines(&json!({})), ["            ?"]);
    }
}
