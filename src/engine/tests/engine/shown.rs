//! Where the code is: consoles that drew it, and those that nobody looks at.

use engine::doors::Screens;
use payment::ConsoleId;
use serde_json::json;

use crate::kit::{World, pay_body};

fn kiosk() -> ConsoleId {
    ConsoleId::parse("k1").unwrap()
}

#[test]
fn a_console_counts_as_shown_once_a_page_of_it_drew_the_code() {
    let world = World::new();
    world.live(async |till| {
        till.send("7", "pay", pay_body("op-1")).await;
        till.until_ms(300).await;
        let payment = till.payments().remove(0).id;
        till.engine.drew(payment, &kiosk());
        till.engine.drew(payment, &kiosk());
        till.until(10).await;
        assert_eq!(Screens::settings(&till.engine).stores.len(), 1, "screens read what the engine goes by");
        assert_eq!(
            till.payments()[0].checkout.consoles,
            [],
            "of a page of its own it keeps no more than the name"
        );
        let shown = till.sink.last("7", "payment.shown").unwrap();
        assert_eq!(shown.body["consoles"], json!([{ "console": "k1", "kind": "kiosk", "outcome": "shown" }]));
        assert_eq!(till.sink.names("7"), ["payment.accepted", "payment.qr_ready", "payment.shown"], "once");
        till.send("7", "get", json!({ "operation": "op-1" })).await;
        let state = till.sink.last("7", "payment.state").unwrap();
        assert_eq!(state.body["consoles"], shown.body["consoles"], "the state tells it too");
    });
}

#[test]
fn a_console_without_a_page_has_failed_after_three_seconds_and_may_come_later() {
    let world = World::new();
    world.live(async |till| {
        till.send("7", "pay", pay_body("op-1")).await;
        till.until_ms(2_900).await;
        assert!(till.sink.last("7", "payment.shown").is_none());
        till.until_ms(3_100).await;
        let failed = till.sink.last("7", "payment.shown").unwrap().body;
        assert_eq!(failed["consoles"][0]["outcome"], "failed");
        assert!(failed["consoles"][0]["reason"].as_str().unwrap().contains("connected"), "{failed}");
        till.until(20).await;
        assert_eq!(till.sink.names("7").len(), 3, "told once");
        till.engine.drew(till.payments().remove(0).id, &kiosk());
        till.breathe().await;
        assert_eq!(till.sink.last("7", "payment.shown").unwrap().body["consoles"][0]["outcome"], "shown");
    });
}

#[test]
fn nothing_is_told_of_consoles_once_the_payment_is_over_or_where_none_was_asked_for() {
    let world = World::new();
    world.live(async |till| {
        till.send("7", "pay", pay_body("op-1")).await;
        till.until_ms(500).await;
        till.send("7", "cancel", json!({ "operation": "op-1" })).await;
        till.until(5).await;
        till.engine.drew(till.payments().remove(0).id, &kiosk());
        let mut body = pay_body("op-2");
        body["show_on"] = json!(["register"]);
        till.send("7", "pay", body).await;
        till.until(15).await;
        assert!(till.sink.last("7", "payment.shown").is_none());
        assert_eq!(till.sink.last("7", "payment.qr_ready").unwrap().body["operation"], "op-2");
    });
}
