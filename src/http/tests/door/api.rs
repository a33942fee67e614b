//! The contract with registers: keys, addresses, answers, held calls, streams, pictures.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use console::samples::PAYLOAD;
use engine::contract::EventBody;
use engine::doors::Outcome;
use engine::ports::{Destination, EventRow, OperationKey, OperationKind};
use payment::{EndCode, EndWord, LastTry, OperationId, Payment, RejectCode};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use http_door::HttpConfig;

use crate::fake::{API_KEY, Fakes};
use crate::running::{KEY, Running, kiosk, two_registers};

const PAYMENTS: &str = "/api/v1/payments";

async fn answered(request: RequestBuilder) -> (u16, Value) {
    let answer = request.bearer_auth(API_KEY).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn pay() -> Value {
    json!({ "store": "17", "register": "1", "operation": "o-1", "amount": { "value": 19800, "currency": "RUB" } })
}

fn answers(door: &Running, outcome: Outcome) {
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

#[tokio::test]
async fn a_call_without_a_known_key_is_refused() {
    let door = Running::open().await;
    let calls = [
        door.post(PAYMENTS).json(&pay()),
        door.get("/api/v1/payments/op:17:1:o-1"),
        door.get("/api/v1/events?register=1"),
        door.get("/api/v1/types"),
    ];
    for call in calls {
        for header in [None, Some("Basic dGlsbDo="), Some("Bearer"), Some("Bearer another")] {
            let call = call.try_clone().unwrap();
            let call =
                header.map_or(call.try_clone().unwrap(), |header| call.header("authorization", header));
            let answer = call.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{header:?}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert_eq!(answer.json::<Value>().await.unwrap()["code"], "unauthorized");
        }
    }
    assert!(door.fakes.registers.asked.lock().unwrap().is_empty());
    door.stop().await;
}

#[tokio::test]
async fn a_missing_key_is_told_from_a_wrong_one() {
    let door = Running::open().await;
    for (call, told) in [
        (door.get("/api/v1/types"), "is missing"),
        (door.get("/api/v1/types").basic_auth("till", Some("key")), "holds no API key"),
        (door.get("/api/v1/types").bearer_auth("another"), "is not known"),
        (door.get("/qr/123.gif?quiet=99"), "is missing"),
        (door.get("/qr/op:17:1:o-1.png"), "is missing"),
        (door.get("/qr/op:17:1:o-1.png?key=another"), "is not known"),
    ] {
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        let problem: Value = answer.json().await.unwrap();
        assert!(problem["detail"].as_str().unwrap().contains(told), "{told}: {problem}");
    }
    door.stop().await;
}

#[tokio::test]
async fn an_empty_body_is_called_empty_and_is_fine_where_nothing_has_to_be_said() {
    let door = Running::open().await;
    for body in ["", " \n"] {
        let (status, problem) = answered(door.post(PAYMENTS).body(body)).await;
        assert_eq!((status, &problem["field"]), (400, &json!("body")));
        assert!(problem["detail"].as_str().unwrap().contains("empty"), "{problem}");
        answers(&door, Outcome::Told(vec![EventBody::default()]));
        assert_eq!(answered(door.post(&format!("{PAYMENTS}/op:17:1:o-1/check")).body(body)).await.0, 200);
    }
    door.stop().await;
}

/// A client that writes all of its request before it reads a byte, as simple ones do.
#[tokio::test]
async fn a_body_that_is_far_too_long_gets_its_answer_read_by_a_plain_client() {
    let door = Running::open().await;
    let length = 5_000_000;
    let head = format!(
        "POST {PAYMENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {API_KEY}\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut socket = TcpStream::connect(door.address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&vec![b' '; length]).await.expect("the whole body is taken");
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    door.stop().await;
}

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
async fn what_belongs_to_another_store_is_forbidden() {
    let door = Running::open().await;
    let mut other = pay();
    other["store"] = "18".into();
    for call in [
        door.post(PAYMENTS).json(&other),
        door.get("/api/v1/payments/op:18:1:o-1"),
        door.post("/api/v1/payments/op:18:1:o-1/cancel"),
        door.post("/api/v1/payments/op:17:1:o-1/refunds").json(&other),
        door.get("/api/v1/payments?store=18&receipt=1"),
        door.get("/api/v1/events?store=18&register=1"),
    ] {
        let (status, problem) = answered(call).await;
        assert_eq!((status, &problem["code"]), (403, &json!("forbidden")), "{problem}");
    }
    assert!(door.fakes.registers.asked.lock().unwrap().is_empty());
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
async fn bad_calls_are_refused_before_the_engine_hears_of_them() {
    let door = Running::open().await;
    let long = "x".repeat(70_000);
    for (call, status, field) in [
        (door.post(PAYMENTS).body("not json"), 400, "body"),
        (door.post(PAYMENTS).body("[1]"), 400, "body"),
        (door.post(PAYMENTS).body(long), 413, "body"),
        (door.post(PAYMENTS).json(&json!({ "operation": "o-1" })), 400, "register"),
        (door.post(PAYMENTS).json(&json!({ "register": 1 })), 400, "register"),
        (door.post(PAYMENTS).json(&json!({ "register": "a.b" })), 400, "register"),
        (door.get("/api/v1/payments/123"), 400, "payment"),
        (door.get("/api/v1/payments/op:17:1:o-1?wait=soon"), 400, "wait"),
        (door.get("/api/v1/payments/op:17:1:o-1?after=-1"), 400, "after"),
        (door.get("/api/v1/payments/op:17:1:o-1?untill=1"), 400, "untill"),
        (door.get("/api/v1/payments?amount=ten"), 400, "amount"),
        (door.get("/api/v1/payments?currency=RUB"), 400, "currency"),
        (door.get("/api/v1/payments?reciept=1"), 400, "reciept"),
        (door.get("/api/v1/payments?receipt=1&receipt=2"), 400, "receipt"),
        (door.get("/api/v1/totals?shift=42&whole_store=true"), 400, "whole_store"),
        (door.get("/api/v1/types?register=a.b"), 400, "register"),
        (door.get("/api/v1/open"), 400, "register"),
        (door.post("/api/v1/payments/op:17:1:o-1/refunds"), 400, "body"),
        (door.post("/api/v1/payments/op:17:1:o-1/fiscalized"), 400, "body"),
        (
            door.post("/api/v1/payments/op:17:1:o-1/cancel").json(&json!({ "operation": "o-2" })),
            400,
            "operation",
        ),
        (door.get("/api/v1/events"), 400, "register"),
        (door.get("/api/v1/events?register=1&after=x"), 400, "after"),
        (door.get("/api/v1/events?register=1&after=-1"), 400, "after"),
        (door.get("/api/v1/events?register=1&after=1").header("last-event-id", "x"), 400, "Last-Event-ID"),
        (door.get("/api/v1/events?register=9"), 422, "register"),
        (door.get("/qr/op:17:1:o-1.gif"), 400, "picture"),
        (door.get("/qr/op:17:1.png"), 400, "picture"),
        (door.get("/qr/op:17:1:o-1.png?module=99"), 400, "module"),
    ] {
        let (answered, problem) = answered(call).await;
        assert_eq!((answered, problem["field"].as_str()), (status, Some(field)), "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        for word in ["expected", "struct", "i64", "u64", "deserialize"] {
            assert!(!detail.contains(word), "these are words of the program, not of the contract: {detail}");
        }
    }
    assert!(door.fakes.registers.asked.lock().unwrap().is_empty());
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

    let over = door.sample().ended(EndWord::Cancelled, EndCode::Cancelled);
    *door.fakes.registers.payments.lock().unwrap() = vec![over];
    assert_eq!(status(door.get(&svg).bearer_auth(API_KEY)).await, 404);
    door.stop().await;
}

#[tokio::test]
async fn a_key_that_calls_too_often_is_told_to_wait() {
    let config = HttpConfig { calls_per_s: 1, ..HttpConfig::default() };
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let door = Running::start(config, listen, Fakes::new(two_registers())).await;
    let (mut refused, mut answers) = (0, 0);
    while refused == 0 && answers < 1_000 {
        let answer = door.get("/api/v1/payments/123").bearer_auth(API_KEY).send().await.unwrap();
        answers += 1;
        if answer.status() == 429 {
            refused += 1;
            assert_eq!(answer.headers()["retry-after"], "1");
            assert_eq!(answer.json::<Value>().await.unwrap()["code"], "rate_limited");
        }
    }
    assert!((1..answers).contains(&refused), "{refused} of {answers}");
    door.stop().await;
}
