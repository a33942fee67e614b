//! Whether events are what the contract says (contract.md §1, §3): names, types, properties, order. Checked for every event
//! that any test receives.

use std::collections::HashMap;

use payment::Timestamp;
use serde_json::Value;
use universal_integrator::till::{AmqpRegister, Event};

const STATUSES: [&str; 10] = [
    "accepted",
    "awaiting_payment",
    "processing",
    "cancelling",
    "paid",
    "declined",
    "expired",
    "cancelled",
    "failed",
    "review",
];
const LIFE_OF_A_CREDIT: [&str; 5] = ["paid", "held", "refunding", "offered", "manual"];
const LIFE_OF_A_REFUND: [&str; 5] = ["accepted", "pending", "completed", "failed", "review"];
const ORIGINS: [&str; 3] = ["register", "admin", "late"];
const PERSISTENT: u8 = 2;

/// Checks all that a register has received, each event by itself and the order per payment.
pub(crate) fn check_all(till: &AmqpRegister) {
    let mut last: HashMap<String, u64> = HashMap::new();
    for event in till.received() {
        check(till, &event);
        if let (Some(payment), Some(sequence)) = (event.payment(), event.sequence())
            && event.name() != "payment.state"
        {
            let last = last.entry(payment.to_owned()).or_default();
            assert!(sequence > *last, "number {sequence} of payment {payment} came after number {last}");
            *last = sequence;
        }
    }
}

/// Checks one event.
pub(crate) fn check(till: &AmqpRegister, event: &Event) {
    let body = Body { event: event.name(), body: &event.body };
    check_properties(till, event, &body);
    body.time("occurred_at");
    match event.name() {
        "request.rejected" => check_rejection(&body),
        "payment.cancelled" if event.payment().is_none() => check_tombstone(&body),
        name if name.starts_with("refund.") => check_refund_event(&body),
        name if name.starts_with("register.") => check_register_event(&body),
        name => check_payment_event(&body, name),
    }
}

fn check_properties(till: &AmqpRegister, event: &Event, body: &Body<'_>) {
    let properties = &event.properties;
    let text = |property: &Option<lapin::types::ShortString>| property.as_ref().map(ToString::to_string);
    let expected_key = format!("v1.{}.{}.{}", till.store(), till.register(), event.name());
    assert_eq!(event.routing_key, expected_key, "{body}");
    assert_eq!(text(properties.content_type()).as_deref(), Some("application/json"), "{body}");
    assert_eq!(text(properties.kind()).as_deref(), Some(event.name()), "{body}");
    assert_eq!(text(properties.correlation_id()).as_deref(), event.operation(), "{body}");
    assert_eq!(*properties.delivery_mode(), Some(PERSISTENT), "{body}");
    assert!(properties.app_id().is_some(), "{body}");
    let occurred_at = event.occurred_at().map(|at| at.as_micros() / 1_000_000);
    let timestamp = properties.timestamp().map(|seconds| i64::try_from(seconds).expect("a time of today"));
    assert_eq!(timestamp, occurred_at, "{body}");
    let id = event.message_id().unwrap_or_else(|| panic!("no message id: {body}"));
    match (event.payment(), event.sequence()) {
        (Some(payment), Some(sequence)) if event.name() != "payment.state" => {
            assert_eq!(id, format!("{payment}-{sequence}"), "{body}");
        }
        _ => assert!(is_fresh_id(id), "a snapshot or an answer has a fresh id, not {id}: {body}"),
    }
}

fn is_fresh_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn check_rejection(body: &Body<'_>) {
    for field in ["command", "in_reply_to", "code", "reason", "store", "register"] {
        body.text(field);
    }
    for field in ["payment", "sequence"] {
        assert!(body.body[field].is_null() && body.body.get(field).is_some(), "{field} must be null: {body}");
    }
    body.text_if_any("field");
    body.text_if_any("operation");
}

/// An answer about all of a register's or a store's payments.
fn check_register_event(body: &Body<'_>) {
    for field in ["in_reply_to", "store", "register"] {
        body.text(field);
    }
    for field in ["operation", "payment", "sequence"] {
        assert!(body.body[field].is_null() && body.body.get(field).is_some(), "{field} must be null: {body}");
    }
    let list = body.event.replace("register.state", "open").replace("register.found", "payments");
    let list = list.replace("register.", "");
    assert!(body.body[&list].is_array(), "{list}: {body}");
}

/// The end of a pay that never was.
fn check_tombstone(body: &Body<'_>) {
    for field in ["operation", "in_reply_to", "code", "reason", "store", "register"] {
        body.text(field);
    }
    for field in ["payment", "sequence"] {
        assert!(body.body[field].is_null() && body.body.get(field).is_some(), "{field} must be null: {body}");
    }
    assert_eq!((body.text("status"), body.flag("certain")), ("cancelled", true), "{body}");
}

/// What every event of a payment has.
fn check_common(body: &Body<'_>) {
    assert!(body.body["sequence"].as_u64().is_some_and(|sequence| sequence > 0), "sequence: {body}");
    assert!(is_fresh_id(body.text("payment")), "payment: {body}");
    for field in ["operation", "store", "register"] {
        body.text(field);
    }
    body.one_of("status", &STATUSES);
    assert!(body.money("amount") > 0, "{body}");
    assert!(body.money("refunded_total") >= 0, "{body}");
    body.flag("test");
    body.text_if_any("in_reply_to");
}

fn check_payment_event(body: &Body<'_>, name: &str) {
    check_common(body);
    match name {
        "payment.accepted" | "payment.processing" => {}
        "payment.qr_ready" => check_code(body),
        "payment.shown" => assert!(body.body["consoles"].is_array(), "{body}"),
        "payment.cancelling" | "payment.try_declined" => body.text_if_any("reason"),
        "payment.paid" => check_credit(body),
        "payment.paid_late" => {
            check_credit(body);
            let handling = body.one_of("handling", &LIFE_OF_A_CREDIT[2..]);
            body.time_only_if("claim_until", handling == "offered");
        }
        "payment.declined" | "payment.expired" | "payment.cancelled" | "payment.failed" => {
            check_ending(body, name);
        }
        "payment.review" => {
            body.text("code");
            body.text("reason");
        }
        "payment.state" => check_state(body),
        _ => panic!("the contract has no such event: {body}"),
    }
}

fn check_ending(body: &Body<'_>, name: &str) {
    assert_eq!(name.strip_prefix("payment."), Some(body.text("status")), "{body}");
    body.text("code");
    body.text("reason");
    let certain = body.flag("certain");
    body.time_only_if("payable_until", !certain);
}

fn check_code(body: &Body<'_>) {
    let qr = body.part("qr");
    qr.text("payload");
    qr.one_of("kind", &["dynamic", "static", "cash_link", "buyer"]);
    qr.time("expires_at");
    body.text("bank");
    body.text("payment_url");
}

fn check_credit(body: &Body<'_>) {
    body.time("paid_at");
    for field in ["credit", "bank", "bank_transaction"] {
        body.text(field);
    }
    body.text_if_any("instrument");
    body.text_if_any("payer");
}

fn check_state(body: &Body<'_>) {
    body.text("in_reply_to");
    for credit in body.parts("credits") {
        credit.text("credit");
        credit.text("bank_transaction");
        credit.time("paid_at");
        credit.one_of("handling", &LIFE_OF_A_CREDIT);
        assert!(credit.money("amount") > 0, "{credit}");
    }
    for refund in body.parts("refunds") {
        refund.text("operation");
        refund.one_of("status", &LIFE_OF_A_REFUND);
        refund.one_of("origin", &ORIGINS);
        assert!(refund.money("amount") > 0, "{refund}");
    }
    match body.text("status") {
        "awaiting_payment" | "processing" => check_code(body),
        "paid" => check_credit(body),
        status @ ("declined" | "expired" | "cancelled" | "failed") => {
            check_ending(body, &format!("payment.{status}"));
        }
        _ => {}
    }
}

fn check_refund_event(body: &Body<'_>) {
    check_common(body);
    body.text("payment_operation");
    let origin = body.one_of("origin", &ORIGINS);
    assert_eq!(body.body["requested_by"].is_object(), origin == "register", "{body}");
    assert!(!body.flag("fiscal_receipt_due") || origin != "late" && !body.flag("test"), "{body}");
    assert_eq!(body.text("operation").starts_with("auto-"), origin == "late", "{body}");
    match body.event {
        "refund.accepted" | "refund.pending" | "refund.completed" => body.text_if_any("bank_transaction"),
        "refund.review" => drop(body.text("reason")),
        "refund.failed" => {
            body.text("code");
            body.text("reason");
            let retryable = body.flag("retryable");
            body.time_only_if("retry_at", retryable);
            assert!(body.body["alternatives"].is_array(), "{body}");
        }
        _ => panic!("the contract has no such event: {body}"),
    }
}

/// A JSON object that tells what is wrong with it.
struct Body<'a> {
    event: &'a str,
    body: &'a Value,
}

impl std::fmt::Display for Body<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.event, self.body)
    }
}

impl<'a> Body<'a> {
    fn text(&self, field: &str) -> &'a str {
        let text = self.body[field].as_str().filter(|text| !text.is_empty());
        text.unwrap_or_else(|| panic!("{field} must be text: {self}"))
    }

    fn text_if_any(&self, field: &str) {
        if self.body.get(field).is_some_and(|value| !value.is_null()) {
            self.text(field);
        }
    }

    fn one_of(&self, field: &str, words: &[&str]) -> &'a str {
        let word = self.text(field);
        assert!(words.contains(&word), "{field} must be one of {words:?}: {self}");
        word
    }

    fn flag(&self, field: &str) -> bool {
        self.body[field].as_bool().unwrap_or_else(|| panic!("{field} must be true or false: {self}"))
    }

    /// RFC 3339 in UTC.
    fn time(&self, field: &str) {
        let text = self.text(field);
        let is_right = text.ends_with('Z') && Timestamp::parse(text).is_ok();
        assert!(is_right, "{field} must be an RFC 3339 time in UTC: {self}");
    }

    fn time_only_if(&self, field: &str, expected: bool) {
        if expected {
            self.time(field);
        } else {
            assert!(self.body[field].is_null(), "{field} has no place here: {self}");
        }
    }

    /// Whole minor units and a currency of ISO 4217, and nothing else.
    fn money(&self, field: &str) -> i64 {
        let sum = &self.body[field];
        let value = sum["value"].as_i64().unwrap_or_else(|| panic!("{field} must be an amount: {self}"));
        assert_eq!(sum["currency"], "RUB", "{self}");
        assert_eq!(sum.as_object().map(serde_json::Map::len), Some(2), "{field}: {self}");
        value
    }

    fn part(&self, field: &str) -> Body<'a> {
        assert!(self.body[field].is_object(), "{field} must be an object: {self}");
        Body { event: self.event, body: &self.body[field] }
    }

    fn parts(&self, field: &str) -> Vec<Body<'a>> {
        let list = self.body[field].as_array().unwrap_or_else(|| panic!("{field} must be a list: {self}"));
        list.iter().map(|body| Body { event: self.event, body }).collect()
    }
}
