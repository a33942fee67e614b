//! The table: messages and what must come of each.

use serde_json::{Value, json};

use crate::lab::World;
use crate::till::{pay, roubles};

/// All of them, in groups.
pub(super) fn all(world: &World) -> [Vec<Row>; 5] {
    [unreadable(), malformed(), wrong_pays(), wrong_words_on_known_payments(), misdirected(world)]
}

/// A message and what comes of it.
pub(super) struct Row {
    pub(super) says: &'static str,
    /// The routing key behind `v1.17.2.`, or a whole one.
    pub(super) key: &'static str,
    pub(super) content_type: &'static str,
    pub(super) reply_to: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) expected: Expected,
}

/// What must come of it.
pub(super) enum Expected {
    /// `request.rejected` with this code and field.
    Rejected(&'static str, Option<&'static str>),
    /// A dead letter whose reason has these words.
    Buried(&'static str),
}

use Expected::{Buried, Rejected};

fn row(says: &'static str, key: &'static str, body: impl Into<Vec<u8>>, expected: Expected) -> Row {
    Row { says, key, content_type: "application/json", reply_to: None, body: body.into(), expected }
}

/// A pay with one thing wrong.
fn pay_with(operation: &str, field: &str, value: Value) -> Vec<u8> {
    let mut body = pay(operation, 100);
    body[field] = value;
    body.to_string().into_bytes()
}

fn pay_of(operation: &str, value: impl Into<Value>) -> Vec<u8> {
    pay_with(operation, "amount", json!({ "value": value.into(), "currency": "RUB" }))
}

/// Bytes that are no command at all.
fn unreadable() -> Vec<Row> {
    let invalid = || Rejected("invalid", Some("body"));
    let nested = [vec![b'['; 5_000], vec![b']'; 5_000]].concat();
    let mut large = pay("big", 100);
    large["purpose"] = json!("x".repeat(1024 * 1024));
    vec![
        row("not JSON", "pay", "pay 100 roubles", invalid()),
        row("nothing", "pay", "", invalid()),
        row("half of it", "pay", &b"{\"operation\": \"x\", "[..], invalid()),
        row("not UTF-8", "pay", &b"{\"operation\": \"\xFF\"}"[..], invalid()),
        row("a list", "pay", "[]", invalid()),
        row("null", "pay", "null", invalid()),
        row("a number beyond all numbers", "pay", "1e999", invalid()),
        row("nested too deep", "pay", nested, invalid()),
        row("1 MB", "pay", large.to_string(), Rejected("too_large", Some("body"))),
        row("1 MB of noise", "cancel", vec![0; 1024 * 1024], Rejected("too_large", Some("body"))),
        Row {
            content_type: "text/xml",
            ..row(
                "another content type",
                "pay",
                pay("xml", 100).to_string(),
                Rejected("invalid", Some("content_type")),
            )
        },
    ]
}

/// Fields that are missing or of another type.
fn malformed() -> Vec<Row> {
    let invalid = |field| Rejected("invalid", Some(field));
    let amount_without_currency = json!({ "operation": "m0", "amount": { "value": 1 } }).to_string();
    vec![
        row("no fields", "pay", "{}", invalid("operation")),
        row("no operation", "pay", json!({ "amount": roubles(1) }).to_string(), invalid("operation")),
        row("no amount", "pay", r#"{"operation":"m"}"#, invalid("amount")),
        row("no currency", "pay", amount_without_currency, invalid("amount.currency")),
        row(
            "an operation that is a number",
            "pay",
            pay_with("m", "operation", json!(7)),
            invalid("operation"),
        ),
        row("an empty operation", "pay", pay_with("m", "operation", json!("")), invalid("operation")),
        row(
            "a long operation",
            "pay",
            pay_with("m", "operation", json!("x".repeat(65))),
            invalid("operation"),
        ),
        row("an amount that is a number", "pay", pay_with("m1", "amount", json!(100)), invalid("amount")),
        row("an amount that is text", "pay", pay_of("m2", "100"), invalid("amount.value")),
        row("half a kopeck", "pay", pay_of("m3", 0.5), invalid("amount.value")),
        row("items that are text", "pay", pay_with("m4", "items", json!("milk")), invalid("items")),
        row(
            "a life that is negative",
            "pay",
            pay_with("m5", "expires_in_s", json!(-1)),
            invalid("expires_in_s"),
        ),
        row("a time that is none", "pay", pay_with("m6", "not_after", json!("soon")), invalid("not_after")),
        row("a code that does not exist", "pay", pay_with("m7", "qr", json!("barcode")), invalid("qr")),
        row("outputs that are one", "pay", pay_with("m8", "show_on", json!("kiosk")), invalid("show_on")),
        row("a cancel of nothing", "cancel", "{}", invalid("operation")),
        row("a question without a subject", "check", "{}", invalid("operation")),
        row("a question about a number", "get", r#"{"operation":1}"#, invalid("operation")),
        row("a refund of nothing", "refund", r#"{"operation":"m9"}"#, invalid("payment_operation")),
    ]
}

/// A command that is rejected for one field.
fn no(says: &'static str, verb: &'static str, body: Vec<u8>, code: &'static str, field: &'static str) -> Row {
    row(says, verb, body, Rejected(code, Some(field)))
}

/// Pays that are well formed and can't be carried out.
fn wrong_pays() -> Vec<Row> {
    let of = |code: &str| pay_with(&format!("w-{code}"), "amount", json!({ "value": 1, "currency": code }));
    let with = |operation: &str, field: &str, value: Value| pay_with(operation, field, value);
    let (range, sum) = ("amount_out_of_range", "amount.value");
    let (currency, its) = ("currency_not_supported", "amount.currency");
    let past = json!("2020-01-01T00:00:00Z");
    vec![
        no("0", "pay", pay_of("w0", 0), range, sum),
        no("less than 0", "pay", pay_of("w1", -100), range, sum),
        no("more than the contract allows", "pay", pay_of("w2", 1_000_000_000_000_001_i64), range, sum),
        no("more than the bank takes", "pay", pay_of("w3", 100_000_001), range, sum),
        no("a currency that is none", "pay", of("XXZ"), currency, its),
        no("a currency that the bank does not take", "pay", of("KZT"), currency, its),
        no(
            "an unknown payment type",
            "pay",
            with("w4", "payment_type", json!("cash")),
            "unknown_payment_type",
            "payment_type",
        ),
        no("a kind that is not offered", "pay", with("w5", "qr", json!("cash_link")), "invalid", "qr"),
        no("no such output", "pay", with("w6", "show_on", json!(["kiosk"])), "no_output", "show_on"),
        no("a command that is late", "pay", with("w7", "not_after", past), "stale", "not_after"),
        no("a rejected one with another essence", "pay", pay_of("w0", 100), "conflict", "operation"),
        no("a rejected one again", "pay", pay_of("w0", 0), range, sum),
    ]
}

/// Commands about payments, those that are there (`paid` with its refund `back`, `open`) and others.
fn wrong_words_on_known_payments() -> Vec<Row> {
    let refund = |body: Value| body.to_string().into_bytes();
    let (unknown, conflict, original) = ("unknown_operation", "conflict", "payment_operation");
    let elsewhere = json!({ "operation": "k3", "payment_operation": "x", "payment_store": "18" });
    let too_much = json!({ "operation": "k4", "payment_operation": "paid", "amount": roubles(19_801) });
    let unpaid = refund(json!({ "operation": "k5", "payment_operation": "open" }));
    vec![
        no(
            "a question about what never was",
            "get",
            refund(json!({ "operation": "never" })),
            unknown,
            "operation",
        ),
        no(
            "a refund of what never was",
            "refund",
            refund(json!({ "operation": "k1", "payment_operation": "never" })),
            unknown,
            original,
        ),
        no(
            "a refund of no payment's id",
            "refund",
            refund(json!({ "operation": "k2", "payment": "7" })),
            unknown,
            "payment",
        ),
        no("a refund of another store's payment", "refund", refund(elsewhere), "forbidden", "payment_store"),
        no("a refund above the rest", "refund", refund(too_much), "refund_exceeds_paid", "amount.value"),
        row("a refund of what is not paid", "refund", unpaid, Rejected("not_paid", None)),
        no("another amount under a known operation", "pay", pay_of("open", 101), conflict, "operation"),
        no(
            "another receipt under a known operation",
            "pay",
            pay_with("open", "receipt", json!("2")),
            conflict,
            "operation",
        ),
        no("a pay under a refund's operation", "pay", pay_of("back", 100), conflict, "operation"),
    ]
}

/// Commands that came the wrong way.
fn misdirected(world: &World) -> Vec<Row> {
    let elsewhere = |queue: &str, operation: &str| Row {
        reply_to: Some(queue.to_owned()),
        ..row(
            "a foreign reply_to",
            "pay",
            pay(operation, 100).to_string(),
            Rejected("forbidden", Some("reply_to")),
        )
    };
    let body = || pay("d", 100).to_string();
    vec![
        row("an unknown verb", "sell", body(), Rejected("unknown_verb", None)),
        row("a verb in capitals", "PAY", body(), Rejected("unknown_verb", None)),
        row("another version", "v2.17.2.pay", body(), Rejected("unknown_verb", None)),
        elsewhere(&world.name("q.pay"), "d1"),
        elsewhere(&world.name("till.18.1"), "d2"),
        elsewhere("amq.rabbitmq.reply-to.g1", "d3"),
        row("an unknown register", "v1.17.99.pay", body(), Buried("register 99 of store 17 is not set up")),
        row("an unknown store", "v1.99.1.pay", body(), Buried("store 99 is not set up")),
        row(
            "a cancel for an unknown register",
            "v1.17.99.cancel",
            r#"{"operation":"d9"}"#,
            Buried("register 99 of store 17"),
        ),
        row("a name that can't be", "v1.17.a!b.pay", body(), Buried("no register can be named")),
        row("a word too many", "v1.17.2.pay.now", body(), Rejected("unknown_verb", None)),
        row("a word only", "pay me", body(), Buried("routing key")),
    ]
}
