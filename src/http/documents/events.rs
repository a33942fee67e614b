//! The events of the contract: which fields each has, and what a till does.

use payment::Status;
use serde_json::{Map, Value, json};

use super::codes;
use super::schema::{event_fields, never_null, text_in};

/// One event.
pub(super) struct Event {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    /// Fields that it always has beside those of its family.
    always: &'static [&'static str],
    /// Fields that it may have.
    perhaps: &'static [&'static str],
    /// Fields of the example.
    example: fn() -> Value,
}

/// What an event speaks of decides on the fields that it has in any case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// A payment, or a refund of it.
    Payment,
    /// A pay that may never have arrived.
    PerhapsPayment,
    /// No payment: `payment` and `sequence` are null.
    NoPayment,
}

const NAMED: [&str; 7] = ["event", "sequence", "operation", "payment", "store", "register", "occurred_at"];
const OF_PAYMENT: [&str; 4] = ["status", "amount", "refunded_total", "test"];

impl Event {
    pub(super) fn schema_name(&self) -> String {
        format!("event.{}", self.name)
    }

    /// Whether it may be about a whole store.
    fn is_of_store(&self) -> bool {
        matches!(self.name, "register.found" | "register.totals" | "register.types")
    }

    /// Whether the stream of a register's events has it: answers to commands are not in it.
    pub(super) fn is_streamed(&self) -> bool {
        self.family() != Family::NoPayment && self.name != "payment.state"
    }

    fn family(&self) -> Family {
        match self.name {
            "payment.cancelled" => Family::PerhapsPayment,
            "request.rejected" => Family::NoPayment,
            name if name.starts_with("register.") => Family::NoPayment,
            _ => Family::Payment,
        }
    }

    /// The schema of its body. Registers ignore fields that they do not know, so further ones are allowed.
    pub(super) fn schema(&self) -> Value {
        let family = self.family();
        let mut required: Vec<&str> = NAMED.to_vec();
        let mut fields: Vec<&str> = [&NAMED[..], &["in_reply_to"], self.always, self.perhaps].concat();
        match family {
            Family::Payment => required.extend(OF_PAYMENT),
            Family::PerhapsPayment => required.push("status"),
            Family::NoPayment => {}
        }
        if family != Family::NoPayment {
            fields.extend(OF_PAYMENT);
        }
        required.extend(self.always);
        json!({
            "type": "object",
            "description": self.summary,
            "properties": self.properties(&fields, family),
            "required": required,
            "examples": [self.example()],
        })
    }

    fn properties(&self, names: &[&str], family: Family) -> Map<String, Value> {
        let all = event_fields();
        let mut properties = Map::new();
        for name in names {
            let mut field =
                all.get(*name).cloned().unwrap_or_else(|| json!({ "description": "missing in the source" }));
            let may_be_null = match family {
                Family::Payment => false,
                Family::PerhapsPayment => matches!(*name, "payment" | "sequence"),
                Family::NoPayment => matches!(*name, "payment" | "sequence" | "operation"),
            };
            // A store may ask by itself, over HTTP.
            let may_be_null = may_be_null || (*name == "register" && self.is_of_store());
            if !may_be_null {
                never_null(&mut field);
            }
            properties.insert((*name).to_owned(), field);
        }
        properties.insert("event".to_owned(), json!({ "const": self.name }));
        if let Some(known) = codes::of_event(self.name)
            && let Some(code) = properties.get_mut("code")
        {
            // No closed list: registers ignore codes that they do not know.
            code["x-codes"] = json!(known);
        }
        if let Some(status) = properties.get_mut("status") {
            *status = text_in(Status::ALL.iter().map(|status| status.word()));
        }
        properties
    }

    pub(super) fn example(&self) -> Value {
        let mut example = match self.family() {
            Family::NoPayment => json!({ "sequence": null, "operation": null, "payment": null }),
            _ => json!({
                "sequence": 3, "operation": "17-3-000123-1", "payment": "019aa5c00000700080000000000a1000",
                "status": "awaiting_payment", "amount": { "value": 19800, "currency": "RUB" },
                "refunded_total": { "value": 0, "currency": "RUB" }, "test": false,
            }),
        };
        let common = json!({
            "event": self.name, "store": "17", "register": "3", "occurred_at": "2026-11-21T10:15:02.120Z",
        });
        for more in [common, (self.example)()] {
            if let (Value::Object(example), Value::Object(more)) = (&mut example, more) {
                example.extend(more);
            }
        }
        example
    }
}

const CREDIT: [&str; 4] = ["paid_at", "credit", "bank", "bank_transaction"];
const ENDING: [&str; 3] = ["code", "reason", "certain"];
const REFUND: [&str; 3] = ["payment_operation", "origin", "fiscal_receipt_due"];
const STATE: [&str; 16] = [
    "qr",
    "bank",
    "payment_url",
    "consoles",
    "paid_at",
    "credit",
    "bank_transaction",
    "instrument",
    "payer",
    "handling",
    "claim_until",
    "code",
    "reason",
    "certain",
    "payable_until",
    "fiscal_receipt",
];

fn code() -> Value {
    json!({ "payload": "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A",
            "kind": "dynamic", "expires_at": "2026-11-21T10:20:02Z" })
}

fn paid() -> Value {
    json!({ "status": "paid", "paid_at": "2026-11-21T10:16:00Z", "credit": "raiffeisen:120059",
            "bank": "raiffeisen", "bank_transaction": "120059", "payer": "+7 *** ***-12-34" })
}

fn ended(status: &str, why: &str) -> Value {
    json!({ "status": status, "code": why, "reason": "for people at the till", "certain": true })
}

fn refund() -> Value {
    json!({ "operation": "17-3-000130-1", "payment_operation": "17-3-000123-1", "status": "paid",
            "amount": { "value": 9900, "currency": "RUB" }, "origin": "register",
            "requested_by": { "store": "17", "register": "4" }, "fiscal_receipt_due": true })
}

fn with(mut example: Value, more: Value) -> Value {
    if let (Value::Object(example), Value::Object(more)) = (&mut example, more) {
        example.extend(more);
    }
    example
}

macro_rules! event {
    ($name:literal, $summary:literal, $always:expr, $perhaps:expr, $example:expr) => {
        Event { name: $name, summary: $summary, always: $always, perhaps: $perhaps, example: $example }
    };
}

/// An event by its name.
pub(super) fn named(name: &str) -> &'static Event {
    EVENTS.iter().find(|event| event.name == name).expect("events are named by those who know them")
}

/// All events.
pub(super) const EVENTS: [Event; 24] = [
    event!(
        "payment.accepted",
        "The pay is durable; the till waits.",
        &[],
        &[],
        || json!({ "sequence": 1, "status": "accepted" })
    ),
    event!(
        "payment.qr_ready",
        "The code can be paid: the till shows or prints it if it owns an output.",
        &["qr", "bank", "payment_url"],
        &["png", "bmp", "svg", "escpos"],
        || json!({ "qr": code(), "bank": "raiffeisen", "payment_url": code()["payload"] })
    ),
    event!(
        "payment.shown",
        "Where the code is, for the cashier.",
        &["consoles"],
        &[],
        || json!({ "consoles": [{ "console": "kiosk-1", "kind": "kiosk", "outcome": "shown" }] })
    ),
    event!(
        "payment.processing",
        "The buyer's bank carries a payment out; the till waits.",
        &[],
        &[],
        || json!({ "status": "processing" })
    ),
    event!(
        "payment.try_declined",
        "The buyer's bank refused; the buyer may try again.",
        &[],
        &["reason"],
        || json!({ "reason": "not enough money" })
    ),
    event!(
        "payment.cancelling",
        "Not the end: it is wanted, but the code may still be paid. The till takes no other money yet; an end or payment.paid follows.",
        &[],
        &["reason"],
        || json!({ "status": "cancelling" })
    ),
    event!(
        "payment.paid",
        "Final: the till prints the fiscal receipt.",
        &CREDIT,
        &["instrument", "payer"],
        paid
    ),
    event!("payment.declined", "Final: not paid.", &ENDING, &["payable_until"], || ended(
        "declined", "declined"
    )),
    event!("payment.expired", "Final: not paid.", &ENDING, &["payable_until"], || ended(
        "expired", "expired"
    )),
    event!(
        "payment.cancelled",
        "Final: not paid. With payment null: the pay had not arrived and never starts.",
        &ENDING,
        &["payable_until"],
        || ended("cancelled", "cancelled")
    ),
    event!("payment.failed", "Final: not paid.", &ENDING, &["payable_until"], || ended(
        "failed",
        "bank_unavailable"
    )),
    event!(
        "payment.paid_late",
        "Late money: no receipt; refund events follow, or the register claims it.",
        &["paid_at", "credit", "bank", "bank_transaction", "handling"],
        &["instrument", "payer", "claim_until"],
        || with(paid(), json!({ "status": "expired", "handling": "refunding" }))
    ),
    event!(
        "payment.review",
        "A person must decide: the till sets the receipt aside and takes no other money.",
        &["code", "reason"],
        &[],
        || json!({ "status": "review", "code": "amount_mismatch", "reason": "the bank reports another amount" })
    ),
    event!(
        "payment.state",
        "The whole state: the till takes it as the truth. Its sequence is that of the last fact: never dropped by it.",
        &["credits", "refunds"],
        &STATE,
        || json!({ "qr": code(), "bank": "raiffeisen", "payment_url": code()["payload"], "credits": [], "refunds": [] })
    ),
    event!("refund.accepted", "The refund is durable.", &REFUND, &["requested_by", "reason"], refund),
    event!("refund.pending", "The bank works on the refund.", &REFUND, &["requested_by", "reason"], refund),
    event!(
        "refund.completed",
        "The money is back: the till prints the return receipt if one is due.",
        &REFUND,
        &["requested_by", "reason", "bank_transaction"],
        || with(refund(), json!({ "bank_transaction": "120077" }))
    ),
    event!(
        "refund.failed",
        "The money is not back: follow the alternatives.",
        &["payment_operation", "origin", "fiscal_receipt_due", "code", "reason", "retryable", "alternatives"],
        &["requested_by", "retry_at"],
        || with(
            refund(),
            json!({ "code": "bank_refused", "reason": "the account is closed", "retryable": false, "alternatives": ["cash", "bank_office"] })
        )
    ),
    event!(
        "refund.review",
        "A person must find out what became of the refund.",
        &["payment_operation", "origin", "fiscal_receipt_due", "reason"],
        &["requested_by", "code"],
        || with(refund(), json!({ "code": "unknown", "reason": "the bank does not say" }))
    ),
    event!(
        "request.rejected",
        "Changes no payment: the till shows the reason.",
        &["command", "code", "reason"],
        &["field"],
        || json!({ "operation": "17-3-000123-1", "command": "pay", "in_reply_to": "m-1", "code": "amount_out_of_range", "reason": "an amount is 1 to 1000000000000000 minor units", "field": "amount.value" })
    ),
    event!(
        "register.state",
        "Answers a get without an operation: over AMQP while nothing is open, over HTTP always.",
        &["open"],
        &[],
        || json!({ "open": [] })
    ),
    event!(
        "register.found",
        "Answers find: payments, newest first, and money at the store's open plates that nobody has claimed.",
        &["payments", "unclaimed", "more"],
        &["from", "to", "next"],
        || json!({ "payments": [], "unclaimed": [], "more": false, "from": "2026-10-21T10:15:02Z" })
    ),
    event!(
        "register.totals",
        "Answers totals: a line for each payment type and currency.",
        &["totals"],
        &["shift", "from", "to", "zone"],
        || json!({ "shift": "42", "totals": [] })
    ),
    event!(
        "register.types",
        "Answers types: the payment types of the store.",
        &["types"],
        &[],
        || json!({ "types": [] })
    ),
];
