//! Commands that nobody would send. A line of an input is a message: the routing key, then the body, whatever it is. A line
//! that begins with `~` is stale; `buyer pays` lets the buyer pay what till 1 shows.

use std::time::Duration;

use engine::doors::{Incoming, Receipt};
use fuzz::{Target, Tongue};
use serde_json::Value;

use crate::kit::{Life, World};

/// The longest reason and field of a rejection, in characters (contract/fields.rs).
const REASON_AT_MOST: usize = 300;
const FIELD_AT_MOST: usize = 80;
/// More messages than this in one input say nothing new.
const MESSAGES_AT_MOST: usize = 24;

#[test]
fn commands() {
    Target::new("commands", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/commands"))
        .tongue(Tongue::Lines)
        .inputs(200)
        .run(|input| {
            let world = World::new();
            world.live(async |till| {
                for (number, line) in input.split(|byte| *byte == b'\n').enumerate().take(MESSAGES_AT_MOST) {
                    take(till, number, line).await;
                }
                till.breathe().await;
            });
        });
}

async fn take(till: &Life<'_>, number: usize, line: &[u8]) {
    if line == b"buyer pays" {
        if till.sink.last("1", "payment.qr_ready").is_some() {
            till.buyer_pays();
        }
        tokio::time::sleep(Duration::from_secs(7)).await;
        return;
    }
    let (is_stale, line) = line.strip_prefix(b"~").map_or((false, line), |line| (true, line));
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let key = String::from_utf8_lossy(&line[..end]).into_owned();
    let mut words = key.splitn(4, '.').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    let incoming = Incoming {
        version: word(),
        store: word(),
        register: word(),
        verb: word(),
        body: line[end..].to_vec(),
        message_id: Some(format!("m{number}")),
        is_stale,
        ..Incoming::default()
    };
    let (register, verb) = (incoming.register.clone(), incoming.verb.clone());
    let before = till.sink.confirmed().len();
    let receipt = till.receive(incoming).await;
    till.breathe().await;
    match receipt {
        Receipt::Ack if register == "9" => {} // Till 9 asks for its events.
        Receipt::Ack => {
            let told = till.sink.confirmed_from(before);
            let answered = told.iter().any(|event| event.body["in_reply_to"] == format!("m{number}"));
            assert!(answered, "{verb} of {register} was acknowledged and never answered");
            for event in &told {
                check_rejection(&event.body);
            }
        }
        Receipt::DeadLetter(reason) => assert!(!reason.is_empty()),
        Receipt::Later => panic!("the database is there, and {verb} was put off"),
    }
}

/// A rejection names what to mend, in bounded words.
fn check_rejection(event: &Value) {
    if event["event"] != "request.rejected" {
        return;
    }
    let text = |field: &str| event[field].as_str().unwrap_or_default().chars().count();
    assert!((1..=REASON_AT_MOST).contains(&text("reason")), "{event}");
    assert!(text("field") <= FIELD_AT_MOST, "{event}");
    let must_name = matches!(event["code"].as_str(), Some("invalid" | "too_large" | "amount_out_of_range"));
    assert!(!must_name || text("field") > 0, "no field is named: {event}");
}
