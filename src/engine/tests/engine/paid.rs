//! The whole way: from the checkout to *paid*, with polling at the planned times.

use engine::doors::{Hints, Receipt};
use payment::{BankTransaction, Currency, Input, Money, Verdict};
use serde_json::json;

use crate::kit::{Verb, World, ms};

#[test]
fn a_checkout_becomes_a_code_at_once_and_is_paid_at_the_next_poll() {
    let world = World::new();
    world.live(async |till| {
        assert_eq!(till.pay("op-1").await, Receipt::Ack);
        till.breathe().await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready"]);
        assert_eq!(till.clock_ms(), 0, "the code is there without any waiting");
        till.until_ms(6_400).await;
        assert!(till.buyer_pays());
        till.until(8).await;
        assert_eq!(till.sink.names("1"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);
        let paid = till.sink.last("1", "payment.paid").unwrap();
        assert_eq!(ms(paid.at), 7_000, "the first poll after the money");
        assert_eq!(paid.body["bank_transaction"], "T1");
        assert_eq!(paid.body["amount"], json!({ "value": 19_800, "currency": "RUB" }));
        assert_eq!(paid.body["credit"], "north:T1");
        assert_eq!(
            paid.event.message_id,
            format!("{}-{}", till.payment_id("op-1").await, paid.body["sequence"])
        );
    });
}

#[test]
fn status_is_asked_every_second_for_30_s_then_every_2_s_to_2_min_then_every_5_s() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(150_500).await;
    });
    let every_second = (1..=30).map(|second| second * 1_000);
    let every_other = (16..=60).map(|pair| pair * 2_000);
    let every_fifth = (25..=30).map(|five| five * 5_000);
    let planned: Vec<u64> = every_second.chain(every_other).chain(every_fifth).collect();
    assert_eq!(world.bank.times(Verb::Status), planned);
}

#[test]
fn slow_answers_do_not_stretch_the_plan() {
    let world = World::new();
    world.bank.always(Verb::Status, crate::kit::Answer::Slowly(std::time::Duration::from_millis(300)));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(10_500).await;
    });
    let planned: Vec<u64> = (1..=10).map(|second| second * 1_000).collect();
    assert_eq!(world.bank.times(Verb::Status), planned);
}

#[test]
fn a_hint_asks_the_bank_once_and_at_once() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(4_500).await;
        assert!(till.buyer_pays());
        let asked = till.bank.count(Verb::Status);
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.engine.hint(order);
        till.breathe().await;
        assert_eq!(till.bank.count(Verb::Status), asked + 1);
        assert_eq!(till.clock_ms(), 4_500);
        assert_eq!(till.status("op-1").await, "paid");
    });
}

#[test]
fn p12_what_a_person_accepts_as_paid_is_told_with_its_own_amount() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
        let payment = till.payment("op-1").await;
        let order = payment.state.attempts[0].id;
        let less = Money::try_new(15_000, Currency::RUB).unwrap();
        till.bank.ledger().orders.get_mut(&order).unwrap().amount = less;
        assert!(till.buyer_pays());
        till.until(2).await;
        let review = till.sink.last("1", "payment.review").unwrap().body;
        assert_eq!(
            (&review["code"], &review["amount"]["value"]),
            (&json!("amount_mismatch"), &json!(19_800))
        );
        let verdict = Verdict::Paid { transaction: BankTransaction::parse("T1").unwrap() };
        let ends =
            Input::EndReview { verdict, who: "petrova".to_owned(), why: "the rest in cash".to_owned() };
        till.engine.feed_by_hand(payment.id, ends).await.unwrap();
        till.send("1", "get", json!({ "operation": "op-1" })).await;
        till.breathe().await;
        for name in ["payment.paid", "payment.state"] {
            let told = till.sink.last("1", name).unwrap().body;
            assert_eq!(
                (&told["status"], &told["amount"]["value"]),
                (&json!("paid"), &json!(15_000)),
                "{name}"
            );
        }
        till.refund("1", "r-1", "op-1", None).await;
        till.until(5).await;
        let back = till.sink.last("1", "refund.completed").unwrap().body;
        assert_eq!(
            (&back["amount"]["value"], &back["refunded_total"]["value"]),
            (&json!(15_000), &json!(15_000))
        );
    });
}

#[test]
fn p12_late_money_is_told_with_its_own_amount() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.cancel("op-1").await;
        till.until(1).await;
        let less = Money::try_new(15_000, Currency::RUB).unwrap();
        till.bank.ledger().orders.get_mut(&order).unwrap().amount = less;
        till.bank.ledger().pay_late(order, till.now());
        till.until(10).await;
        let late = till.sink.last("1", "payment.paid_late").unwrap().body;
        assert_eq!((&late["handling"], &late["amount"]["value"]), (&json!("manual"), &json!(15_000)));
    });
}
