//! What a sale is to be like.

use std::time::Duration;

use serde_json::{Value, json};

use super::Till;
use crate::plan::Role;

/// A sale that a register is about to make.
pub(super) struct Sale {
    pub(super) operation: String,
    pub(super) amount: u64,
    pub(super) body: Value,
    /// The cashier cancels so long after the pay, if the sale is not over by then.
    pub(super) cancels_after: Option<Duration>,
    /// The cancel is sent before the pay.
    pub(super) is_cancelled_first: bool,
}

impl Sale {
    pub(super) fn roll(till: &Till, number: u64, attempt: u64) -> Self {
        let dice = &till.world.dice;
        let operation = format!("{}-{number}-{attempt}", till.register);
        let amount = dice.between(100, 50_000);
        let qr = match till.role {
            Role::Plate if dice.chance(800) => "cash_link",
            _ if dice.chance(200) => "static",
            _ => "dynamic",
        };
        let payment_type = if qr == "cash_link" {
            "sbp"
        } else {
            *dice.pick(&["sbp", "any", "any", "south", "offer", "offer"])
        };
        let mut body = json!({
            "operation": operation, "receipt": number.to_string(), "payment_type": payment_type, "qr": qr,
            "amount": { "value": amount, "currency": "RUB" }, "shift": "1",
        });
        if dice.chance(200) {
            body["expires_in_s"] = json!(dice.between(5, 40));
        }
        if let Some(open) = till.forgotten.as_ref().filter(|_| dice.chance(850)) {
            body["supersedes"] = json!(open);
        }
        let is_cancelled = dice.chance(250);
        Self {
            operation,
            amount,
            body,
            cancels_after: is_cancelled.then(|| dice.millis(1, if dice.chance(300) { 200 } else { 20_000 })),
            is_cancelled_first: dice.chance(25),
        }
    }
}
