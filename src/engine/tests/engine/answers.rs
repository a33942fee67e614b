//! A command is acknowledged only when its effect is durable and its answer is out.

use engine::contract::open_of;
use engine::doors::{Outcome, Receipt, Registers};
use serde_json::json;

use crate::kit::{Failing, Verb, World, command};

#[test]
fn a_rejection_that_does_not_get_out_is_tried_later_and_then_told_the_same() {
    let world = World::new();
    world.live(async |till| {
        till.sink.fail("request.rejected", 2);
        let wrong = || till.send("1", "pay", json!({ "operation": "op-1", "amount": 5 }));
        assert_eq!(wrong().await, Receipt::Later);
        assert_eq!(wrong().await, Receipt::Later);
        assert_eq!(wrong().await, Receipt::Ack);
        assert_eq!(till.sink.last("1", "request.rejected").unwrap().body["field"], "amount");
    });
}

#[test]
fn an_answer_to_a_silent_broker_is_tried_later() {
    let world = World::new();
    world.live(async |till| {
        till.sink.be_silent(true);
        assert_eq!(till.send("1", "get", json!({ "operation": "op-1" })).await, Receipt::Later);
    });
}

#[test]
fn an_answer_for_which_there_is_no_queue_becomes_a_dead_letter_with_the_reason() {
    let world = World::new();
    world.live(async |till| {
        till.sink.take_queue_from("1");
        let receipt = till.send("1", "pay", json!({ "operation": "op-1", "amount": 5 })).await;
        let reason =
            "request.rejected could not be answered, the register has no queue: amount is wrong: it must be an object with currency, value";
        assert_eq!(receipt, Receipt::DeadLetter(reason.to_owned()));
        let receipt = till.cancel("op-2").await;
        assert!(matches!(receipt, Receipt::DeadLetter(_)), "{receipt:?}");
        assert_eq!(till.pay("op-3").await, Receipt::Ack, "a pay's events wait for the queue by themselves");
    });
}

#[test]
fn a_register_that_asks_for_its_events_is_not_sent_answers() {
    let world = World::new();
    world.live(async |till| {
        let body = json!({ "operation": "op-1", "amount": { "value": 500, "currency": "RUB" } });
        for _ in 0..2 {
            assert_eq!(till.send("9", "pay", body.clone()).await, Receipt::Ack);
        }
        assert_eq!(till.send("9", "cancel", json!({ "operation": "op-1" })).await, Receipt::Ack);
        assert_eq!(till.send("9", "cancel", json!({ "operation": "op-1" })).await, Receipt::Ack);
        till.until(300).await;
    });
    assert_eq!(world.sink.tries(), 0);
    assert!(world.payments()[0].state.settled, "committed is delivered");
}

#[test]
fn get_tells_one_payment_or_all_that_are_open() {
    let world = World::with_many_open();
    world.live(async |till| {
        for operation in ["op-1", "op-2", "op-3"] {
            till.pay(operation).await;
        }
        till.cancel("op-2").await;
        till.until_ms(500).await;
        till.send("1", "get", json!({})).await;
        let told = till.sink.to("1").into_iter().filter(|published| published.event.name == "payment.state");
        let open: Vec<_> =
            told.map(|published| published.body["operation"].as_str().unwrap().to_owned()).collect();
        assert_eq!(open, ["op-1", "op-3"]);
        till.send("1", "get", json!({ "operation": "op-2" })).await;
        let state = till.sink.last("1", "payment.state").unwrap().body;
        assert_eq!((&state["status"], &state["certain"]), (&json!("cancelled"), &json!(true)));
        assert_eq!(till.send("2", "get", json!({})).await, Receipt::Ack);
        assert_eq!(till.sink.names("2"), ["register.state"], "none is open");
    });
}

#[test]
fn check_asks_the_bank_before_it_answers() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(2_500).await;
        till.buyer_pays();
        assert_eq!(till.send("1", "check", json!({ "operation": "op-1" })).await, Receipt::Ack);
        let state = till.sink.last("1", "payment.state").unwrap();
        assert_eq!((&state.body["status"], crate::kit::ms(state.at)), (&json!("paid"), 2_500));
    });
}

#[test]
fn a_check_that_meets_a_status_call_under_way_asks_anew_after_it() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(900).await;
        // The poll at 1 s hears "unpaid" only at 1.4 s; the buyer pays in between.
        till.bank.next(Verb::Status, &[crate::kit::Answer::Stale(std::time::Duration::from_millis(400))]);
        till.until_ms(1_100).await;
        till.buyer_pays();
        till.send("1", "check", json!({ "operation": "op-1" })).await;
        assert_eq!(till.sink.last("1", "payment.state").unwrap().body["status"], "paid");
        assert_eq!(till.clock_ms(), 1_400);
    });
    assert_eq!(world.bank.most_of_one(), 1);
}

#[test]
fn a_check_whose_bank_says_nothing_is_answered_with_what_is_known() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(100).await;
        till.bank.always(Verb::Status, crate::kit::Answer::Deaf);
        till.send("1", "check", json!({ "operation": "op-1" })).await;
        assert_eq!(till.sink.last("1", "payment.state").unwrap().body["status"], "awaiting_payment");
    });
}

#[test]
fn a_transport_that_gives_up_waiting_stops_nothing() {
    let world = World::new();
    world.live(async |till| {
        till.sink.slow_down(std::time::Duration::from_secs(1));
        let body = json!({ "operation": "op-1", "amount": { "value": 500, "currency": "RUB" } });
        let mut receiving = Box::pin(till.receive(command("1", "pay", &body)));
        assert!(futures_util::poll!(&mut receiving).is_pending());
        drop(receiving);
        till.until(5).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
    });
}

#[test]
fn a_command_that_meets_no_database_is_tried_later_and_has_no_effect() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-0").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(2).await;
        till.store.fail(Failing::Away);
        for (verb, body) in [
            ("pay", json!({ "operation": "op-1", "amount": { "value": 500, "currency": "RUB" } })),
            ("pay", json!({ "operation": "op-1", "amount": 5 })),
            ("cancel", json!({ "operation": "op-0" })),
            ("cancel", json!({ "operation": "op-1" })),
            ("get", json!({})),
            ("get", json!({ "operation": "op-0" })),
            ("check", json!({ "operation": "op-0" })),
            ("claim", json!({ "operation": "op-0" })),
            ("refund", json!({ "operation": "r-1", "payment_operation": "op-0" })),
        ] {
            assert_eq!(till.send("1", verb, body.clone()).await, Receipt::Later, "{verb} {body}");
        }
        till.store.fail(Failing::No);
        assert_eq!(till.operation("1", "op-1").await, None);
        assert_eq!(till.pay("op-1").await, Receipt::Ack);
    });
    assert_eq!(world.bank.count(Verb::Issue), 2);
}

#[test]
fn a_till_that_asks_over_http_is_told_of_all_that_is_open_at_once() {
    let world = World::with_many_open();
    world.live(async |till| {
        let open = async |register: &str| {
            let Outcome::Told(answers) = till.engine.answer(command(register, "get", &json!({}))).await
            else {
                panic!("a get is always answered")
            };
            serde_json::to_value(open_of(&answers).unwrap()).unwrap()
        };
        let of = |register: &str, operations: &[&str]| {
            json!({
                "event": "register.state", "store": "17", "register": register, "open": operations,
                "operation": null, "payment": null, "sequence": null, "occurred_at": "2026-11-21T09:00:01Z",
            })
        };
        for operation in ["op-1", "op-2"] {
            till.pay(operation).await;
        }
        till.until(1).await;
        assert_eq!(open("1").await, of("1", &["op-1", "op-2"]));
        assert_eq!(open("2").await, of("2", &[]));
        assert_eq!(open_of(&[]), None);
    });
}

#[test]
fn each_answer_has_an_id_of_its_own() {
    let world = World::new();
    world.live(async |till| {
        for _ in 0..3 {
            till.send("1", "get", json!({})).await;
        }
        let mut ids: Vec<String> = till.sink.to("1").into_iter().map(|one| one.event.message_id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 3, "{ids:?}");
    });
}
