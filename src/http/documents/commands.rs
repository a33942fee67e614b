//! The verbs of the contract.

use engine::contract::{
    CancelBody, ClaimBody, FindBody, FiscalizedBody, GetBody, PayBody, RefundBody, TotalsBody,
};
use serde_json::{Value, json};

use super::schema::of_sent;

/// One verb.
pub(super) struct Command {
    pub(super) verb: &'static str,
    pub(super) summary: &'static str,
    /// The events that answer it.
    pub(super) answers: &'static [&'static str],
    /// The codes that it is rejected with.
    pub(super) rejections: &'static [&'static str],
    /// Whether it asks about an operation: one that was rejected is answered with its rejection.
    pub(super) is_about_operation: bool,
    body: fn() -> Value,
    pub(super) example: fn() -> Value,
}

impl Command {
    /// Every code that may answer it.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        let recorded = COMMANDS.iter().filter(|command| matches!(command.verb, "pay" | "refund"));
        let recorded = recorded.flat_map(|command| command.rejections).filter(|_| self.is_about_operation);
        let mut codes: Vec<&str> = self.rejections.iter().chain(recorded).copied().collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    pub(super) fn schema_name(&self) -> String {
        format!("command.{}", self.verb)
    }

    pub(super) fn schema(&self) -> Value {
        let mut schema = (self.body)();
        if let Some(fields) = schema.as_object_mut() {
            fields.insert("examples".to_owned(), json!([(self.example)()]));
        }
        schema
    }
}

/// All verbs.
pub(super) const COMMANDS: [Command; 10] = [
    Command {
        verb: "pay",
        summary: "Asks for a payment. A repeat (same operation, same essence) is answered with the state and changes nothing.",
        answers: &["payment.accepted", "payment.state", "payment.cancelled", "request.rejected"],
        rejections: &[
            "invalid",
            "conflict",
            "register_busy",
            "unknown_payment_type",
            "unknown_register",
            "stale",
            "forbidden",
            "too_large",
            "amount_out_of_range",
            "currency_not_supported",
            "no_output",
        ],
        is_about_operation: false,
        body: of_sent::<PayBody>,
        example: || {
            json!({
                "operation": "17-3-000123-1", "receipt": "000123", "payment_type": "sbp",
                "amount": { "value": 19800, "currency": "RUB" }, "purpose": "Receipt 000123, till 3",
                "show_on": ["kiosk", "register"], "qr": "dynamic", "expires_in_s": 300, "cashier": "Ivanova",
                "shift": "42",
                "items": [{ "name": "Milk 1 l", "quantity": "2", "price": 9900, "amount": 19800 }],
            })
        },
    },
    Command {
        verb: "cancel",
        summary: "Ends an open payment; before its pay has arrived it makes sure that the pay never starts. It never refunds. \
            payment.cancelling is not the end: payment.cancelled or payment.paid follows.",
        answers: &[
            "payment.cancelling",
            "payment.cancelled",
            "payment.paid",
            "payment.state",
            "request.rejected",
        ],
        rejections: &["invalid", "unknown_register", "too_large"],
        is_about_operation: false,
        body: of_sent::<CancelBody>,
        example: || json!({ "operation": "17-3-000123-1", "reason": "the buyer left" }),
    },
    Command {
        verb: "get",
        summary: "Asks for the whole state of a payment, or without an operation of all open payments of the register. \
            One that was cancelled before its pay arrived is payment.cancelled with payment null; a rejected one is its rejection.",
        answers: &["payment.state", "payment.cancelled", "register.state", "request.rejected"],
        rejections: &["invalid", "unknown_operation", "unknown_register", "too_large"],
        is_about_operation: true,
        body: of_sent::<GetBody>,
        example: || json!({ "operation": "17-3-000123-1" }),
    },
    Command {
        verb: "check",
        summary: "The bank is asked now; then the state is told.",
        answers: &["payment.state", "payment.cancelled", "request.rejected"],
        rejections: &["invalid", "unknown_operation", "too_large"],
        is_about_operation: true,
        body: of_sent::<GetBody>,
        example: || json!({ "operation": "17-3-000123-1" }),
    },
    Command {
        verb: "refund",
        summary: "Gives money back, by any register of the store: part of it, or without an amount all that is left.",
        answers: &["refund.accepted", "payment.state", "request.rejected"],
        rejections: &[
            "invalid",
            "conflict",
            "unknown_operation",
            "unknown_register",
            "forbidden",
            "too_large",
            "amount_out_of_range",
            "currency_not_supported",
            "not_paid",
            "refund_exceeds_paid",
            "refund_not_supported",
            "refund_in_progress",
            "refund_limit",
        ],
        is_about_operation: false,
        body: of_sent::<RefundBody>,
        example: || {
            json!({
                "operation": "17-3-000130-1", "payment_operation": "17-3-000123-1",
                "amount": { "value": 9900, "currency": "RUB" }, "reason": "sour milk",
            })
        },
    },
    Command {
        verb: "claim",
        summary: "Takes late money that was offered, before its claim_until; with credit, and under a new operation, money at an open plate.",
        answers: &["payment.paid", "payment.state", "request.rejected"],
        rejections: &[
            "invalid",
            "conflict",
            "unknown_operation",
            "unknown_payment_type",
            "unknown_register",
            "forbidden",
            "not_paid",
            "nothing_to_claim",
            "too_large",
        ],
        is_about_operation: true,
        body: of_sent::<ClaimBody>,
        example: || json!({ "operation": "17-3-000123-1" }),
    },
    Command {
        verb: "find",
        summary: "Finds payments of the store by whatever is given, newest first, 50 at most. If there are more, the same question with \
            before, as next of the answer names it, goes on. Without from, a receipt or a bank transaction: of 31 days.",
        answers: &["register.found", "request.rejected"],
        rejections: &[
            "invalid",
            "unknown_register",
            "amount_out_of_range",
            "currency_not_supported",
            "too_large",
        ],
        is_about_operation: false,
        body: of_sent::<FindBody>,
        example: || json!({ "receipt": "000123", "from": "2026-11-21" }),
    },
    Command {
        verb: "fiscalized",
        summary: "Keeps the numbers of the fiscal receipt of a pay or a refund. Test money has none.",
        answers: &["payment.state", "request.rejected"],
        rejections: &["invalid", "unknown_operation", "not_paid", "test_money", "too_large"],
        is_about_operation: true,
        body: of_sent::<FiscalizedBody>,
        example: || json!({ "operation": "17-3-000123-1", "fn": "9960440300000001", "fd": "1234", "fp": "2345678901" }),
    },
    Command {
        verb: "totals",
        summary: "Counts and sums of a shift, or of a period, by payment type. A shift is looked for in the last 31 days unless from names a time.",
        answers: &["register.totals", "request.rejected"],
        rejections: &["invalid", "unknown_register", "too_large"],
        is_about_operation: false,
        body: of_sent::<TotalsBody>,
        example: || json!({ "shift": "42" }),
    },
    Command {
        verb: "types",
        summary: "The payment types of the store and what they can do.",
        answers: &["register.types", "request.rejected"],
        rejections: &["invalid", "unknown_register", "too_large"],
        is_about_operation: false,
        body: || json!({ "type": "object", "description": "The body of `types`: nothing is asked for." }),
        example: || json!({}),
    },
];
