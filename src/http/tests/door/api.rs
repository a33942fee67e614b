//! The contract with registers: keys, addresses, answers, held calls, streams, pictures.

use std::sync::Arc;
use std::time::Duration;

use console::samples::{PAYLOAD, Sample};
use engine::contract::EventBody;
use engine::doors::Outcome;
use engine::ports::{Destination, EventRow, OperationKey, OperationKind};
use payment::{EndCode, EndWord, LastTry, OperationId, Payment, RejectCode};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::fake::API_KEY;
use crate::running::{KEY, Running, kiosk, other_kiosk, two_registers};

pub(crate) const PAYMENTS: &str = "/api/v1/payments";

pub(crate) async fn answered(request: RequestBuilder) -> (u16, Value) {
    let answer = request.bearer_auth(API_KEY).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

pub(crate) fn pay() -> Value {
    json!({ "store": "17", "register": "1", "operation": "o-1", "amount": { "value": 19800, "currency": "RUB" } })
}

pub(crate) fn answers(door: &Running, outcome: Outcome) {
    *door.fakes.registers.answer.lock().unwrap() = Some(outcome);
}

fn rejection(code: RejectCode, field: &str) -> Outcome {
    Outcome::Rejected(Box::new(EventBody {
        event: "request.rejected",
        operation: Some("o-1".to_owned()),
        code: Some(code.word().to_owned()),
        reason: Some("because".to_owned()),
        field: Some(field.to_owned()),
        ..EventBody::default()
    }))
}

/// A payment that registers can ask for, with its key known.
fn known(door: &Running) -> Payment {
    let payment = door.sample().showing(LastTry::None);
    let registers = &door.fakes.registers;
    registers.payments.lock().unwrap().push(payment.clone());
    let key = OperationKey {
        store: payment.checkout.store.clone(),
        register: payment.checkout.register.clone(),
        operation: payment.checkout.operation.clone(),
    };
    registers.operations.lock().unwrap().push((key, OperationKind::Pay(payment.id)));
    payment
}

/// An event of a payment for the first register.
fn event(door: &Running, payment: &Payment, number: i64, sequence: u64) {
    let destination = Destination { store: kiosk().store, register: kiosk().register };
    door.fakes.registers.events.lock().unwrap().push(EventRow {
        number,
        payment: payment.id,
        sequence,
        destination: destination.clone(),
        name: "payment.qr_ready".to_owned(),
        operation: OperationId::parse("o-1").unwrap(),
        body: json!({ "event": "payment.qr_ready", "sequence": sequence }).to_string(),
        at: payment.opened_at,
        parked: false,
    });
    door.fakes.screens.hint(destination);
}

/// A client that writes all of its request before it reads a byte, as simple ones do.
#[tokio::test]
async fn a_store_asks_by_itself_where_no_register_is_named() {
    let door = Running::open().await;
    for (path, verb) in [
        ("/api/v1/payments?receipt=7", "find"),
        ("/api/v1/totals?shift=42", "totals"),
        ("/api/v1/types?", "types"),
    ] {
        for (query, register) in [("", ""), ("&register=2", "2"), ("&store=17&register=9", "9")] {
            answers(&door, Outcome::Told(vec![EventBody::default()]));
            assert_eq!(answered(door.get(&format!("{path}{query}"))).await.0, 200, "{path}{query}");
            let asked = door.fakes.registers.asked.lock().unwrap().remove(0);
            assert_eq!((asked.verb.as_str(), asked.register.as_str()), (verb, register), "{path}{query}");
        }
    }
    answers(&door, rejection(RejectCode::AmountOutOfRange, "amount.value"));
    let (_, problem) = answered(door.get("/api/v1/payments?amount=1")).await;
    assert_eq!(problem["field"], "amount", "the parameter's name, not the field's of the command");
    door.stop().await;
}

#[tokio::test]
async fn what_a_register_has_open_is_told_by_its_operations() {
    let door = Running::open().await;
    let payment = door.sample().showing(LastTry::None);
    answers(&door, Outcome::Told(vec![engine::contract::state(&payment, payment.opened_at)]));
    let (status, told) = answered(door.get("/api/v1/open?register=1")).await;
    assert_eq!(
        (status, &told["event"], &told["open"]),
        (200, &json!("register.state"), &json!(["sample-1"]))
    );
    assert_eq!(
        (&told["store"], &told["register"], &told["payment"]),
        (&json!("17"), &json!("1"), &Value::Null)
    );
    let asked = door.fakes.registers.asked.lock().unwrap().remove(0);
    assert_eq!((asked.verb.as_str(), asked.body.as_slice()), ("get", &b"{}"[..]));
    door.stop().await;
}

#[tokio::test]
async fn an_operation_that_never_starts_is_told_at_once_and_not_waited_for() {
    let door = Running::open().await;
    let path = format!("{PAYMENTS}/op:17:1:o-1?wait=60s&after=1");
    let key = OperationKey {
        store: kiosk().store,
        register: kiosk().register,
        operation: OperationId::parse("o-1").unwrap(),
    };
    let is = |kind| *door.fakes.registers.operations.lock().unwrap() = vec![(key.clone(), kind)];
    let cancelled = EventBody { event: "payment.cancelled", ..EventBody::default() };

    is(OperationKind::Tombstone);
    answers(&door, Outcome::Told(vec![cancelled]));
    let (status, told) = answered(door.get(&path)).await;
    assert_eq!((status, &told["event"], &told["payment"]), (200, &json!("payment.cancelled"), &Value::Null));

    is(OperationKind::Rejected { code: RejectCode::RegisterBusy, field: None, reason: "because".to_owned() });
    answers(&door, rejection(RejectCode::RegisterBusy, "operation"));
    let (status, problem) = answered(door.get(&path)).await;
    assert_eq!(
        (status, &problem["code"], &problem["operation"]),
        (409, &json!("register_busy"), &json!("o-1"))
    );
    door.stop().await;
}

#[tokio::test]
async fn a_pay_is_the_same_command_as_from_a_queue() {
    let door = Running::open().await;
    let payment = door.sample().showing(LastTry::None);
    answers(&door, Outcome::Changed(Arc::new(payment.clone())));
    let answer = door.post(PAYMENTS).bearer_auth(API_KEY).json(&pay()).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["location"], format!("/api/v1/payments/{}", payment.id));
    let state: Value = answer.json().await.unwrap();
    assert_eq!(state["event"], "payment.state");
    assert_eq!((&state["status"], &state["qr"]["payload"]), (&json!("awaiting_payment"), &json!(PAYLOAD)));

    let asked = door.fakes.registers.asked.lock().unwrap().remove(0);
    assert_eq!((asked.version.as_str(), asked.verb.as_str()), ("v1", "pay"));
    assert_eq!((asked.store.as_str(), asked.register.as_str()), ("17", "1"));
    assert_eq!(asked.body, pay().to_string().into_bytes(), "to the byte");
    assert_eq!((asked.is_stale, asked.reply_to), (false, None));

    answers(&door, Outcome::Told(vec![engine::contract::state(&payment, payment.opened_at)]));
    assert_eq!(answered(door.post(PAYMENTS).json(&pay())).await.0, 200, "a repeat");
    door.stop().await;
}

#[tokio::test]
async fn a_rejection_is_a_problem_document_with_the_same_code() {
    let door = Running::open().await;
    for (code, field, status) in [
        (RejectCode::Conflict, "operation", 409),
        (RejectCode::Invalid, "amount.value", 400),
        (RejectCode::Invalid, "content_type", 415),
        (RejectCode::AmountOutOfRange, "amount.value", 422),
        (RejectCode::UnknownOperation, "operation", 404),
        (RejectCode::TooLarge, "body", 413),
    ] {
        answers(&door, rejection(code, field));
        let (answered, problem) = answered(door.post(PAYMENTS).json(&pay())).await;
        assert_eq!(answered, status, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!((problem["code"].as_str(), problem["field"].as_str()), (Some(code.word()), Some(field)));
        assert_eq!((&problem["operation"], &problem["detail"]), (&json!("o-1"), &json!("because")));
    }
    answers(&door, Outcome::Later);
    let answer = door.post(PAYMENTS).bearer_auth(API_KEY).json(&pay()).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    door.stop().await;
}

#[tokio::test]
async fn a_path_names_the_payment_for_its_command() {
    let door = Running::open().await;
    let payment = known(&door);
    answers(&door, Outcome::Changed(Arc::new(payment.clone())));
    let by_id = payment.id.to_string();
    for (path, body, verb, expected) in [
        (
            format!("{by_id}/cancel"),
            json!({ "reason": "left" }),
            "cancel",
            json!({ "operation": "sample-1", "reason": "left" }),
        ),
        ("op:17:1:not-yet/cancel".to_owned(), Value::Null, "cancel", json!({ "operation": "not-yet" })),
        (format!("{by_id}/check"), json!({}), "check", json!({ "operation": "sample-1" })),
        (
            format!("{by_id}/refunds"),
            json!({ "operation": "r-1", "payment_operation": "other" }),
            "refund",
            json!({ "operation": "r-1", "payment": by_id }),
        ),
        (
            "op:17:1:sample-1/refunds".to_owned(),
            json!({ "operation": "r-1", "register": "2" }),
            "refund",
            json!({ "operation": "r-1", "register": "2", "payment_operation": "sample-1", "payment_register": "1" }),
        ),
        (
            "op:17:1:new/claim".to_owned(),
            json!({ "credit": "bank:1" }),
            "claim",
            json!({ "operation": "new", "credit": "bank:1" }),
        ),
        (
            format!("{by_id}/fiscalized"),
            json!({ "fn": "1", "fd": "2", "fp": "3" }),
            "fiscalized",
            json!({ "operation": "sample-1", "fn": "1", "fd": "2", "fp": "3" }),
        ),
    ] {
        let call = door.post(&format!("{PAYMENTS}/{path}"));
        let call = if body.is_null() { call } else { call.json(&body) };
        let status = if verb == "refund" { 201 } else { 200 };
        assert_eq!(answered(call).await.0, status, "{path}");
        let asked = door.fakes.registers.asked.lock().unwrap().remove(0);
        assert_eq!(asked.verb, verb);
        assert_eq!(serde_json::from_slice::<Value>(&asked.body).unwrap(), expected, "{path}");
        let register = if body["register"] == "2" { "2" } else { "1" };
        assert_eq!((asked.store.as_str(), asked.register.as_str()), ("17", register));
    }
    door.stop().await;
}

#[tokio::test]
async fn a_held_call_is_answered_as_soon_as_there_is_more() {
    let door = Running::open().await;
    let payment = known(&door);
    event(&door, &payment, 5, 2);
    let path = format!("{PAYMENTS}/{}", payment.id);
    let (status, state) = answered(door.get(&path)).await;
    assert_eq!((status, &state["status"]), (200, &json!("awaiting_payment")));
    assert_eq!(state["events"], json!([{ "event": "payment.qr_ready", "sequence": 2 }]));
    assert!(state["refunds"].is_array());

    let held = tokio::spawn(answered(door.get(&format!("{path}?wait=60s&after=2"))));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!held.is_finished(), "there is nothing behind 2");
    event(&door, &payment, 9, 3);
    let (_, state) = held.await.unwrap();
    assert_eq!(state["events"], json!([{ "event": "payment.qr_ready", "sequence": 3 }]));
    door.stop().await;
}

#[tokio::test]
async fn a_held_call_waits_for_a_pay_that_has_not_arrived() {
    let door = Running::open().await;
    let path = format!("{PAYMENTS}/op:17:1:sample-1");
    let (status, problem) = answered(door.get(&path)).await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_operation")));
    assert_eq!(answered(door.get(&format!("{path}?wait=1"))).await.0, 404, "it did not come in time");
    let held = tokio::spawn(answered(door.get(&format!("{path}?wait=60s"))));
    let payment = known(&door);
    event(&door, &payment, 1, 1);
    assert_eq!(held.await.unwrap().0, 200);
    door.stop().await;
}

#[tokio::test]
async fn a_held_call_does_not_hold_up_a_stop() {
    let door = Running::open().await;
    let held = tokio::spawn(answered(door.get(&format!("{PAYMENTS}/op:17:1:o-1?wait=60s"))));
    tokio::time::sleep(Duration::from_millis(100)).await;
    door.stop().await;
    assert_eq!(held.await.unwrap().0, 404);
}

/// Reads a stream of events as their ids and data, until it has so many.
async fn read(mut stream: Response, count: usize) -> Vec<(String, Value)> {
    let mut text = String::new();
    while text.matches("data: ").count() < count || !text.ends_with("\n\n") {
        text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().expect("it goes on")).unwrap());
    }
    let field = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned)).unwrap()
    };
    let first = text.split("\n\n").next().unwrap();
    assert!(
        first.contains("id: ") && !first.contains("data: "),
        "the stream says at once where it begins: {first}"
    );
    let events = text.split("\n\n").filter(|event| event.contains("data: "));
    events.map(|event| (field(event, "id: "), field(event, "data: ").parse().unwrap())).collect()
}

#[tokio::test]
async fn a_stream_begins_behind_the_last_event_that_was_seen() {
    let door = Running::open().await;
    let payment = known(&door);
    for (number, sequence) in [(4, 1), (7, 2), (8, 3)] {
        event(&door, &payment, number, sequence);
    }
    let open = async |query: &str, last: Option<&str>| {
        let call = door.get(&format!("/api/v1/events?store=17&register=1{query}")).bearer_auth(API_KEY);
        let call = last.map_or(call.try_clone().unwrap(), |last| call.header("last-event-id", last));
        let stream = call.send().await.unwrap();
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        stream
    };
    let ids = |events: Vec<(String, Value)>| events.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(read(open("", None).await, 3).await), ["4", "7", "8"]);
    assert_eq!(ids(read(open("", Some("4")).await, 2).await), ["7", "8"]);
    assert_eq!(ids(read(open("&after=7", None).await, 1).await), ["8"]);
    assert_eq!(ids(read(open("&after=7", Some("4")).await, 2).await), ["7", "8"], "the header is newer");
    for (query, begins) in [("", "id: 0\n"), ("&after=latest", "id: 8\n"), ("&after=7", "id: 7\n")] {
        let first = open(query, None).await.chunk().await.unwrap().unwrap();
        assert!(first.starts_with(begins.as_bytes()), "{query}: {}", String::from_utf8_lossy(&first));
    }
    let latest = open("&after=latest", None).await;
    event(&door, &payment, 12, 4);
    let new = read(latest, 1).await;
    assert_eq!(new, [("12".to_owned(), json!({ "event": "payment.qr_ready", "sequence": 4 }))]);
    door.stop().await;
}

#[tokio::test]
async fn p9_a_cursor_of_another_database_is_refused_instead_of_making_a_register_deaf() {
    let door = Running::open().await;
    let payment = known(&door);
    event(&door, &payment, 8, 1);
    for (query, last, field) in [("&after=9", None, "after"), ("", Some("999999999999"), "Last-Event-ID")] {
        let call = door.get(&format!("/api/v1/events?store=17&register=1{query}")).bearer_auth(API_KEY);
        let call = last.map_or(call.try_clone().unwrap(), |last| call.header("last-event-id", last));
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 400);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((&problem["code"], &problem["field"]), (&json!("invalid"), &json!(field)));
        assert!(problem["detail"].as_str().unwrap().contains("newest event is 8"), "{problem}");
    }
    door.stop().await;
}

#[tokio::test]
async fn p8_a_picture_is_there_while_its_code_is_live_for_whoever_has_a_key() {
    let door = Running::locked().await;
    let payment = known(&door);
    let svg = format!("/qr/{}.svg", payment.id);
    let status = async |call: RequestBuilder| call.send().await.unwrap().status().as_u16();
    assert_eq!(status(door.get(&svg)).await, 401);
    assert_eq!(status(door.get(&format!("{svg}?key=wrong"))).await, 401);
    assert_eq!(status(door.get(&format!("{svg}?key={KEY}"))).await, 200);
    assert_eq!(status(door.get(&svg).bearer_auth(KEY)).await, 200);
    assert_eq!(status(door.get("/qr/op:17:1:sample-1.svg").bearer_auth(API_KEY)).await, 200);
    let png = door.get(&format!("/qr/{}.png?module=2&quiet=1", payment.id)).bearer_auth(API_KEY);
    let png = png.send().await.unwrap();
    assert_eq!((png.status().as_u16(), &png.headers()["content-type"]), (200, &"image/png".parse().unwrap()));
    assert_eq!(png.headers()["cache-control"], "no-store");
    assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG"));
    let bmp =
        door.get(&format!("/qr/{}.bmp?module=2", payment.id)).bearer_auth(API_KEY).send().await.unwrap();
    assert_eq!((bmp.status().as_u16(), &bmp.headers()["content-type"]), (200, &"image/bmp".parse().unwrap()));
    assert!(bmp.bytes().await.unwrap().starts_with(b"BM"));

    // A test's picture says so above the code, and is that much higher.
    let size = async || {
        let png = door.get(&format!("/qr/{}.png", payment.id)).bearer_auth(API_KEY).send().await.unwrap();
        let png = png.bytes().await.unwrap();
        (png[16..20].to_vec(), png[20..24].to_vec())
    };
    let (width, height) = size().await;
    assert_eq!(width, height);
    let test = Sample { test: true, ..door.sample() }.showing(LastTry::None);
    *door.fakes.registers.payments.lock().unwrap() = vec![test];
    let (test_width, test_height) = size().await;
    assert!(test_width == width && test_height > height, "{test_height:?}");

    let over = door.sample().ended(EndWord::Cancelled, EndCode::Cancelled);
    *door.fakes.registers.payments.lock().unwrap() = vec![over];
    assert_eq!(status(door.get(&svg).bearer_auth(API_KEY)).await, 404);
    door.stop().await;
}

#[tokio::test]
async fn p8_a_console_that_tills_share_sees_the_pictures_of_all_of_them_and_another_till_s_console_does_not()
{
    let door = Running::locked().await;
    let payment = known(&door);
    let svg = format!("/qr/{}.svg", payment.id);
    let mut settings = two_registers();
    let store = settings.stores.values_mut().next().unwrap();
    store.registers.get_mut(&kiosk().register).unwrap().consoles.clear();
    door.fakes.screens.set_settings(settings.clone());
    assert_eq!(door.get(&svg).bearer_auth(KEY).send().await.unwrap().status(), 401, "till 2's own");
    let store = settings.stores.values_mut().next().unwrap();
    for console in store.registers.get_mut(&other_kiosk().register).unwrap().consoles.values_mut() {
        console.also_for = [kiosk().register].into();
    }
    door.fakes.screens.set_settings(settings);
    assert_eq!(door.get(&svg).bearer_auth(KEY).send().await.unwrap().status(), 200, "shared with till 1");
    door.stop().await;
}
