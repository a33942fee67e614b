//! Refunds: from any register of the store, told to both, unknown ones looked up.

use std::time::Duration;

use engine::doors::{Incoming, Receipt};
use payment::StoreId;
use serde_json::{Value, json};

use crate::kit::{Answer, Life, Verb, World, command, pay_body};

async fn paid(till: &Life<'_>) {
    till.pay("op-1").await;
    till.breathe().await;
    till.buyer_pays();
    till.until(2).await;
}

#[test]
fn a_refund_is_told_to_the_asking_register_and_to_the_paying_one() {
    let world = World::new();
    world.live(async |till| {
        paid(till).await;
        assert_eq!(till.refund("2", "r-1", "op-1", Some(5_000)).await, Receipt::Ack);
        till.until(3).await;
        assert_eq!(till.sink.names("2"), ["refund.accepted", "refund.completed"]);
        assert_eq!(till.sink.names("1")[3..], ["refund.accepted", "refund.completed"]);
        let completed = till.sink.last("2", "refund.completed").unwrap();
        let body = &completed.body;
        assert_eq!((&body["operation"], &body["payment_operation"]), (&json!("r-1"), &json!("op-1")));
        assert_eq!(
            (&body["amount"]["value"], &body["refunded_total"]["value"]),
            (&json!(5_000), &json!(5_000))
        );
        assert_eq!(
            (&body["origin"], &body["status"], &body["register"]),
            (&json!("register"), &json!("paid"), &json!("1"))
        );
        assert_eq!((&body["store"], completed.event.correlation_id.as_deref()), (&json!("17"), Some("r-1")));
        let copy = till.sink.last("1", "refund.completed").unwrap().body;
        for told in [body, &copy] {
            assert_eq!(told["requested_by"], json!({ "store": "17", "register": "2" }));
        }
        assert_eq!(
            (&body["fiscal_receipt_due"], &copy["fiscal_receipt_due"]),
            (&json!(true), &json!(false)),
            "one return, one receipt: where the goods came back"
        );
        assert_eq!(till.refund("1", "r-2", "op-1", None).await, Receipt::Ack);
        till.until(4).await;
        assert_eq!(till.sink.names("2").len(), 2, "this one is none of till 2's business");
        let own = till.sink.last("1", "refund.completed").unwrap().body;
        assert_eq!(
            (&own["refunded_total"]["value"], &own["fiscal_receipt_due"]),
            (&json!(19_800), &json!(true))
        );
        till.until(200).await;
    });
    assert_eq!(world.bank.ledger().refunded_of("T1"), 19_800);
    world.check_laws();
}

#[test]
fn an_unknown_refund_is_looked_up_and_not_sent_again() {
    for (answer, sent) in [(Answer::Lost, 1), (Answer::Silent, 1), (Answer::Broken, 2), (Answer::Deaf, 2)] {
        let world = World::new();
        world.bank.next(Verb::Refund, &[answer]);
        world.live(async |till| {
            paid(till).await;
            till.refund("1", "r-1", "op-1", None).await;
            till.until(200).await;
            assert_eq!(till.sink.names("1").last().unwrap(), "refund.completed", "{answer:?}");
        });
        assert_eq!(
            world.bank.count(Verb::Refund),
            sent,
            "{answer:?}: only what is certainly not known is sent again"
        );
        world.check_laws();
    }
}

#[test]
fn a_refund_that_the_bank_was_not_reached_with_is_sent_again() {
    let world = World::new();
    world.bank.next(Verb::Refund, &[Answer::NotSent, Answer::NotSent]);
    world.live(async |till| {
        paid(till).await;
        till.refund("1", "r-1", "op-1", None).await;
        till.until(200).await;
        assert_eq!(till.sink.names("1").last().unwrap(), "refund.completed");
    });
    assert_eq!(world.bank.count(Verb::Refund), 3);
    world.check_laws();
}

#[test]
fn two_refunds_at_once_are_one_after_the_other_or_refused() {
    let world = World::new();
    world.bank.next(Verb::Refund, &[Answer::Slowly(Duration::from_secs(2))]);
    world.live(async |till| {
        paid(till).await;
        tokio::join!(
            till.refund("1", "r-1", "op-1", Some(10_000)),
            till.refund("2", "r-1", "op-1", Some(10_000))
        );
        till.until(10).await;
        assert_eq!(till.sink.names("2"), ["request.rejected"]);
        assert_eq!(till.sink.last("2", "request.rejected").unwrap().body["code"], "refund_in_progress");
    });
    assert_eq!(world.bank.ledger().refunded_of("T1"), 10_000);
}

#[test]
fn a_refund_of_another_stores_payment_is_forbidden_by_whatever_name_it_is_asked_for() {
    let world = World::new();
    world.set(|settings| {
        let shop = settings.stores.values().next().unwrap().clone();
        settings.stores.insert(StoreId::parse("18").unwrap(), shop);
    });
    world.live(async |till| {
        paid(till).await;
        let payment = till.payment_id("op-1").await.to_string();
        for (number, (named, field)) in [
            (json!({ "payment": payment }), "payment"),
            (json!({ "payment_operation": "op-1", "payment_store": "17" }), "payment_store"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut body = named.clone();
            body["operation"] = format!("r-{number}").into();
            let asks = Incoming { store: "18".to_owned(), ..command("1", "refund", &body) };
            assert_eq!(till.receive(asks).await, Receipt::Ack);
            let told = till.sink.last("1", "request.rejected").unwrap().body;
            assert_eq!((&told["code"], &told["field"]), (&json!("forbidden"), &json!(field)), "{named}");
        }
        let body = json!({ "operation": "r-1", "payment": payment });
        assert_eq!(till.send("2", "refund", body).await, Receipt::Ack);
        till.until(5).await;
        assert!(till.sink.last("2", "refund.completed").is_some(), "its own store may");
    });
    assert_eq!(world.bank.count(Verb::Refund), 1);
}

#[test]
fn late_money_that_goes_back_owes_no_receipt_and_is_no_refund_of_the_sale() {
    let world = World::new();
    world.live(async |till| {
        let mut pay = pay_body("op-1");
        pay["qr"] = "static".into();
        till.send("1", "pay", pay).await;
        till.breathe().await;
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.buyer_pays();
        till.until(2).await;
        till.bank.ledger().pay_late(order, till.now());
        till.until(300).await;
        let late = till.sink.last("1", "payment.paid_late").expect("the same code was paid twice").body;
        assert_eq!((&late["bank_transaction"], &late["handling"]), (&json!("T2"), &json!("refunding")));
        assert_eq!(late["claim_until"], Value::Null, "nobody can claim it");
        let back = till.sink.last("1", "refund.completed").expect("it has gone back").body;
        assert_eq!((&back["origin"], &back["fiscal_receipt_due"]), (&json!("late"), &json!(false)));
        till.send("1", "get", json!({ "operation": "op-1" })).await;
        let state = till.sink.last("1", "payment.state").unwrap().body;
        assert_eq!(
            (&state["status"], &state["bank_transaction"], &state["handling"]),
            (&json!("paid"), &json!("T1"), &json!("refunding")),
            "what has paid it stays what it was"
        );
        let credits = state["credits"].as_array().unwrap().iter();
        let handling: Vec<_> =
            credits.map(|credit| (&credit["bank_transaction"], &credit["handling"])).collect();
        assert_eq!(handling, [(&json!("T1"), &json!("paid")), (&json!("T2"), &json!("refunding"))]);
        till.send("1", "totals", json!({ "from": "2026-11-21" })).await;
        let totals = till.sink.last("1", "register.totals").unwrap().body["totals"][0].clone();
        let one = json!({ "count": 1, "value": 19_800 });
        assert_eq!((&totals["paid"], &totals["late"]), (&one, &one));
        assert_eq!(totals["refunded"], json!({ "count": 0, "value": 0 }));
        till.refund("1", "r-1", "op-1", None).await;
        till.until(310).await;
        let back = till.sink.last("1", "refund.completed").unwrap().body;
        assert_eq!((&back["origin"], &back["fiscal_receipt_due"]), (&json!("register"), &json!(true)));
    });
}
