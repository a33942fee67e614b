//! Bad input: each piece is answered with a code and a field, or dead-lettered with a reason; nothing else happens.

use engine::doors::{Incoming, Receipt};
use serde_json::{Value, json};

use crate::kit::{Life, Verb, World, command, pay_body};

/// What a register is answered to a message: code and field.
async fn answer(till: &Life<'_>, incoming: Incoming) -> (String, String) {
    assert_eq!(till.receive(incoming).await, Receipt::Ack);
    let rejected = till.sink.confirmed().pop().unwrap().body;
    assert_eq!(rejected["event"], "request.rejected", "{rejected}");
    assert_eq!((&rejected["payment"], &rejected["sequence"]), (&Value::Null, &Value::Null));
    assert!(!rejected["reason"].as_str().unwrap().is_empty());
    let text = |field: &str| rejected[field].as_str().unwrap_or("-").to_owned();
    (text("code"), text("field"))
}

fn raw(verb: &str, body: &[u8]) -> Incoming {
    Incoming { body: body.to_vec(), ..command("1", verb, &json!({})) }
}

/// About an operation of a register that nobody has set up.
fn at_no_register(verb: &str) -> Incoming {
    command("99", verb, &json!({ "operation": "o" }))
}

#[test]
fn a_wrong_pay_names_its_code_and_field() {
    let rub = |value: Value| json!({ "value": value, "currency": "RUB" });
    for (body, code, field) in [
        (json!({}), "invalid", "operation"),
        (json!({ "operation": 7, "amount": rub(json!(1)) }), "invalid", "operation"),
        (json!({ "operation": "", "amount": rub(json!(1)) }), "invalid", "operation"),
        (json!({ "operation": "x".repeat(65), "amount": rub(json!(1)) }), "invalid", "operation"),
        (json!({ "operation": "o" }), "invalid", "amount"),
        (json!({ "operation": "o", "amount": 198 }), "invalid", "amount"),
        (json!({ "operation": "o", "amount": { "value": 1 } }), "invalid", "amount.currency"),
        (json!({ "operation": "o", "amount": rub(json!("198")) }), "invalid", "amount.value"),
        (json!({ "operation": "o", "amount": rub(json!(1.5)) }), "invalid", "amount.value"),
        (json!({ "operation": "o", "amount": rub(json!(0)) }), "amount_out_of_range", "amount.value"),
        (json!({ "operation": "o", "amount": rub(json!(-5)) }), "amount_out_of_range", "amount.value"),
        (
            json!({ "operation": "o", "amount": rub(json!(10_i64.pow(15) + 1)) }),
            "amount_out_of_range",
            "amount.value",
        ),
        (json!({ "operation": "o", "amount": rub(json!(99)) }), "amount_out_of_range", "amount.value"),
        (
            json!({ "operation": "o", "amount": rub(json!(100_000_001)) }),
            "amount_out_of_range",
            "amount.value",
        ),
        (
            json!({ "operation": "o", "amount": { "value": 1, "currency": "ABC" } }),
            "currency_not_supported",
            "amount.currency",
        ),
    ] {
        reject_pay(&body, code, field);
    }
}

#[test]
fn a_pay_that_the_shop_can_not_take_names_its_code_and_field() {
    let rub = |value: Value| json!({ "value": value, "currency": "RUB" });
    for (body, code, field) in [
        (
            json!({ "operation": "o", "amount": { "value": 500, "currency": "KZT" } }),
            "currency_not_supported",
            "amount.currency",
        ),
        (
            json!({ "operation": "o", "amount": rub(json!(500)), "payment_type": "cards" }),
            "unknown_payment_type",
            "payment_type",
        ),
        (json!({ "operation": "o", "amount": rub(json!(500)), "qr": "paper" }), "invalid", "qr"),
        (json!({ "operation": "o", "amount": rub(json!(500)), "qr": "cash_link" }), "invalid", "qr"),
        (json!({ "operation": "o", "amount": rub(json!(500)), "buyer_code": "1" }), "invalid", "buyer_code"),
        (json!({ "operation": "o", "amount": rub(json!(500)), "supersedes": "" }), "invalid", "supersedes"),
        (json!({ "operation": "o", "amount": rub(json!(500)), "supersedes": "o" }), "invalid", "supersedes"),
        (
            json!({ "operation": "o", "amount": rub(json!(500)), "show_on": ["printer"] }),
            "no_output",
            "show_on",
        ),
        (
            json!({ "operation": "o", "amount": rub(json!(500)), "expires_in_s": -1 }),
            "invalid",
            "expires_in_s",
        ),
        (
            json!({ "operation": "o", "amount": rub(json!(500)), "items": [{ "name": 1 }] }),
            "invalid",
            "items[0].name",
        ),
        (json!({ "operation": "o", "amount": rub(json!(500)), "not_after": "soon" }), "invalid", "not_after"),
        (
            json!({ "operation": "o", "amount": rub(json!(500)), "not_after": "2026-11-21T08:59:59Z" }),
            "stale",
            "not_after",
        ),
    ] {
        reject_pay(&body, code, field);
    }
}

fn reject_pay(body: &Value, code: &str, field: &str) {
    let world = World::new();
    world.live(async |till| {
        let told = answer(till, command("1", "pay", body)).await;
        assert_eq!(told, (code.to_owned(), field.to_owned()), "{body}");
    });
    assert_eq!((world.payments().len(), world.bank.calls().len()), (0, 0), "{body}");
}

#[test]
fn what_can_not_be_read_is_rejected_all_the_same() {
    let long = format!(r#"{{"operation":"o","purpose":"{}"}}"#, "x".repeat(1_000_000));
    let xml =
        Incoming { content_type: Some("application/xml".to_owned()), ..raw("pay", br#"{"operation":"o"}"#) };
    let deep = "[".repeat(50_000);
    for (incoming, code, field) in [
        (raw("pay", b"not json"), "invalid", "body"),
        (raw("pay", b""), "invalid", "body"),
        (raw("pay", b"[1]"), "invalid", "body"),
        (raw("pay", b"\xff\xfe"), "invalid", "body"),
        (raw("pay", deep.as_bytes()), "invalid", "body"),
        (raw("pay", long.as_bytes()), "too_large", "body"),
        (xml, "invalid", "content_type"),
        (raw("steal", b"{}"), "unknown_verb", "-"),
        (Incoming { version: "v2".to_owned(), ..raw("pay", b"{}") }, "unknown_verb", "-"),
        (raw("cancel", b"{}"), "invalid", "operation"),
        (raw("get", br#"{"operation":[]}"#), "invalid", "operation"),
        (raw("get", br#"{"operation":"o"}"#), "unknown_operation", "operation"),
        (raw("check", b"{}"), "invalid", "operation"),
        (raw("check", br#"{"operation":"o"}"#), "unknown_operation", "operation"),
        (at_no_register("get"), "unknown_register", "register"),
        (at_no_register("check"), "unknown_register", "register"),
        (raw("claim", br#"{"operation":"o"}"#), "unknown_operation", "operation"),
    ] {
        let world = World::new();
        world.live(async |till| {
            let shown = String::from_utf8_lossy(&incoming.body[..incoming.body.len().min(40)]).into_owned();
            let told = answer(till, incoming).await;
            assert_eq!(told, (code.to_owned(), field.to_owned()), "{shown}");
        });
    }
}

#[test]
fn a_wrong_refund_names_its_code_and_field() {
    let rub = |value: i64| json!({ "value": value, "currency": "RUB" });
    for (body, code, field) in [
        (json!({ "operation": "r" }), "invalid", "payment_operation"),
        (
            json!({ "operation": "r", "payment_operation": "nobody" }),
            "unknown_operation",
            "payment_operation",
        ),
        (json!({ "operation": "r", "payment_operation": 5 }), "invalid", "payment_operation"),
        (json!({ "operation": "r", "payment": "0191" }), "unknown_operation", "payment"),
        (
            json!({ "operation": "r", "payment": "0191f7e25d3a70008000000000fff000" }),
            "unknown_operation",
            "payment",
        ),
        (
            json!({ "operation": "r", "payment_operation": "paid", "payment_store": "18" }),
            "forbidden",
            "payment_store",
        ),
        (
            json!({ "operation": "r", "payment_operation": "paid", "payment_store": "a b" }),
            "invalid",
            "payment_store",
        ),
        (
            json!({ "operation": "r", "payment_operation": "paid", "payment_register": "2" }),
            "unknown_operation",
            "payment_operation",
        ),
        (
            json!({ "operation": "r", "payment_operation": "paid", "amount": rub(0) }),
            "amount_out_of_range",
            "amount.value",
        ),
        (
            json!({ "operation": "r", "payment_operation": "paid", "amount": rub(19_801) }),
            "refund_exceeds_paid",
            "amount.value",
        ),
        (
            json!({ "operation": "r", "payment_operation": "paid", "amount": { "value": 5, "currency": "KZT" } }),
            "currency_not_supported",
            "amount.currency",
        ),
        (
            json!({ "operation": "r", "payment_operation": "paid", "to_bank": "B1" }),
            "refund_not_supported",
            "to_bank",
        ),
        (json!({ "operation": "r", "payment_operation": "open" }), "not_paid", "-"),
        (json!({ "payment_operation": "paid" }), "invalid", "operation"),
    ] {
        let world = World::new();
        world.live(async |till| {
            till.pay("paid").await;
            till.breathe().await;
            till.buyer_pays();
            till.until(2).await;
            till.pay("open").await;
            till.breathe().await;
            let told = answer(till, command("1", "refund", &body)).await;
            assert_eq!(told, (code.to_owned(), field.to_owned()), "{body}");
        });
        assert_eq!(world.bank.count(Verb::Refund), 0, "{body}");
    }
}

#[test]
fn an_unknown_store_or_register_is_rejected_and_nothing_is_recorded_of_a_cancel() {
    let world = World::new();
    world.live(async |till| {
        for (store, register, verb, field) in [
            ("99", "1", "pay", "store"),
            ("17", "77", "pay", "register"),
            ("17", "77", "cancel", "register"),
            ("17", "77", "get", "register"),
            ("17", "77", "refund", "register"),
        ] {
            let body = match verb {
                "get" => json!({}),
                _ => json!({ "operation": verb, "amount": { "value": 500, "currency": "RUB" } }),
            };
            let incoming = Incoming { store: store.to_owned(), ..command(register, verb, &body) };
            let told = answer(till, incoming).await;
            assert_eq!(told, ("unknown_register".to_owned(), field.to_owned()), "{store} {register} {verb}");
        }
        assert_eq!(till.operation("77", "cancel").await, None);
    });
}

#[test]
fn names_that_can_not_exist_are_dead_letters() {
    let world = World::new();
    world.live(async |till| {
        for (store, register) in [("17", ""), ("", "1"), ("17", "a.b"), ("с", "1"), ("17", &"x".repeat(41))]
        {
            let incoming =
                Incoming { store: store.to_owned(), register: register.to_owned(), ..raw("pay", b"{}") };
            let receipt = till.receive(incoming).await;
            assert!(matches!(receipt, Receipt::DeadLetter(_)), "{store} {register}: {receipt:?}");
        }
    });
    assert_eq!(world.sink.tries(), 0);
}

#[test]
fn a_stale_pay_is_not_started_and_a_stale_repeat_is_a_repeat() {
    let world = World::new();
    world.live(async |till| {
        let stale = |operation: &str| {
            let body = json!({ "operation": operation, "receipt": "000123", "amount": { "value": 19_800, "currency": "RUB" } });
            Incoming { is_stale: true, ..command("1", "pay", &body) }
        };
        assert_eq!(answer(till, stale("op-1")).await.0, "stale");
        till.pay("op-2").await;
        assert_eq!(till.receive(stale("op-2")).await, Receipt::Ack);
        assert_eq!(till.sink.to("1").last().unwrap().body["event"], "payment.state");
        assert_eq!(till.receive(Incoming { is_stale: true, ..command("1", "cancel", &json!({ "operation": "op-2" })) }).await, Receipt::Ack);
        till.until(5).await;
        assert_eq!(till.status("op-2").await, "cancelled", "a cancel is never stale");
    });
}

#[test]
fn a_foreign_reply_to_is_forbidden_and_gets_no_copy() {
    let world = World::new();
    world.live(async |till| {
        for (queue, is_own) in
            [("checkout.till.17.2", true), ("checkout.till.18.1", false), ("amq.gen-x", false)]
        {
            let body = json!({ "operation": queue, "amount": { "value": 500, "currency": "RUB" } });
            let incoming = Incoming { reply_to: Some(queue.to_owned()), ..command("1", "pay", &body) };
            assert_eq!(till.receive(incoming).await, Receipt::Ack);
            till.breathe().await;
            let last = till.sink.confirmed().pop().unwrap();
            if is_own {
                assert_eq!(
                    (last.event.name.as_str(), last.event.reply_to.as_deref()),
                    ("payment.qr_ready", Some(queue))
                );
            } else {
                assert_eq!(
                    (&last.body["code"], &last.body["field"]),
                    (&json!("forbidden"), &json!("reply_to"))
                );
                assert_eq!(last.event.reply_to, None);
            }
        }
    });
}

#[test]
fn a_content_type_is_json_with_whatever_parameters_or_none_at_all() {
    let world = World::new();
    world.live(async |till| {
        for (content_type, is_read) in [
            (None, true),
            (Some(""), true),
            (Some("application/json; charset=utf-8"), true),
            (Some("Application/JSON"), true),
            (Some("text/plain"), false),
            (Some("; application/json"), true),
            (Some("application/json-patch"), false),
        ] {
            let content_type = content_type.map(str::to_owned);
            let asks = Incoming { content_type: content_type.clone(), ..command("1", "types", &json!({})) };
            assert_eq!(till.receive(asks).await, Receipt::Ack);
            let told = till.sink.confirmed().pop().unwrap().event.name;
            assert_eq!(told == "register.types", is_read, "{content_type:?}: {told}");
        }
    });
}

#[test]
fn a_command_may_have_sixty_four_kibibytes_and_not_one_more() {
    let world = World::new();
    world.live(async |till| {
        for (length, event) in [(65_536, "register.types"), (65_537, "request.rejected")] {
            let mut asks = raw("types", b"{}");
            asks.body.resize(length, b' ');
            assert_eq!(till.receive(asks).await, Receipt::Ack);
            assert_eq!(till.sink.confirmed().pop().unwrap().event.name, event, "{length}");
        }
    });
}

#[test]
fn a_pay_that_comes_at_its_very_last_moment_is_started() {
    for (not_after, started) in [("2026-11-21T09:00:00Z", 1), ("2026-11-21T08:59:59.999999Z", 0)] {
        let world = World::new();
        world.live(async |till| {
            let mut pay = pay_body("o");
            pay["not_after"] = not_after.into();
            till.send("1", "pay", pay).await;
        });
        assert_eq!(world.payments().len(), started, "{not_after}");
    }
}

#[test]
fn who_wants_a_plate_is_told_what_is_missing_for_it() {
    for (payment_type, reason) in [
        ("sbp", "the register has no plate at an authorization server of this payment type"),
        ("south", "no authorization server of this payment type offers cash_link codes"),
    ] {
        let world = World::new();
        world.remove_bank("south");
        world.live(async |till| {
            let mut pay = pay_body("o");
            (pay["qr"], pay["payment_type"]) = ("cash_link".into(), payment_type.into());
            till.send("1", "pay", pay).await;
            let told = till.sink.last("1", "request.rejected").unwrap().body;
            assert_eq!((&told["field"], &told["reason"]), (&json!("qr"), &json!(reason)));
        });
    }
}
