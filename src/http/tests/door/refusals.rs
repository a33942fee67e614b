//! What the contract with registers refuses: keys, other stores, broken calls, too much.

use std::net::SocketAddr;

use engine::contract::EventBody;
use engine::doors::Outcome;
use http_door::HttpConfig;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::api::{PAYMENTS, answered, answers, pay};
use crate::fake::{API_KEY, Fakes};
use crate::running::{Running, two_registers};

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
