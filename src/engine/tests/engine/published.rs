//! Nothing is promised that is never sent. (That nothing is sent that is not published is seen at the end of every story:
//! `kit/published.rs`.)

use std::collections::BTreeSet;
use std::time::Duration;

use engine::doors::{Hints, Incoming, MoneyTold, Screens};
use engine::settings::Settings;
use payment::{CodeId, ConsoleId, LateMoney, RefusalKind, ServerId};
use serde_json::{Value, json};

use crate::kit::{Answer, Life, OPEN_PLATE, Verb, World, command, pay_body, promised, sent};

/// Fields that this bank gives no cause for.
const NOT_TOLD: [&str; 3] =
    ["payment.declined payable_until", "payment.expired payable_until", "payment.failed payable_until"];

/// Whether some story must tell it. Common fields are seen everywhere; answers about a register have no payment.
fn is_to_be_told(promise: &str) -> bool {
    let (event, field) = promise.split_once(' ').expect("an event and a field");
    let is_null = matches!(field, "operation" | "payment" | "sequence");
    field != "in_reply_to"
        && !(is_null && (event.starts_with("register.") || event == "request.rejected"))
        && !NOT_TOLD.contains(&promise)
}

/// Till 1 sells, and gives back; it asks all that can be asked.
async fn a_day(till: &Life<'_>) {
    till.send("1", "pay", rich_pay("sold")).await;
    till.until(1).await;
    till.send("1", "get", json!({ "operation": "sold" })).await;
    assert!(till.buyer_pays());
    till.until(3).await;
    till.send("1", "fiscalized", receipt("sold")).await;
    till.refund("1", "back", "sold", Some(9_800)).await;
    till.until(4).await;
    till.send("1", "fiscalized", receipt("back")).await;
    till.bank.next(Verb::Refund, &[Answer::No(RefusalKind::InsufficientFunds)]);
    till.refund("1", "refused", "sold", Some(100)).await;
    till.until(6).await;
    for (verb, body) in [
        ("get", json!({ "operation": "sold" })),
        ("get", json!({})),
        ("find", json!({ "receipt": "000123", "from": "2026-11-21", "to": "2026-11-21" })),
        ("totals", json!({ "shift": "42" })),
        ("types", json!({})),
        ("pay", json!({ "operation": "wrong", "amount": 5 })),
    ] {
        till.send("1", verb, body).await;
    }
}

fn rich_pay(operation: &str) -> Value {
    let mut pay = pay_body(operation);
    for (name, value) in [("shift", "42"), ("cashier", "Ivanova")] {
        pay[name] = value.into();
    }
    pay
}

fn receipt(operation: &str) -> Value {
    json!({ "operation": operation, "fn": "9960440300000001", "fd": "17", "fp": "1234567890" })
}

/// Sales that end without money, certain and not, and money that comes late.
async fn what_is_not_sold(till: &Life<'_>) {
    till.pay("left").await;
    till.until(1).await;
    till.bank.next(Verb::Annul, &[Answer::Slowly(Duration::from_millis(300))]);
    till.send("1", "cancel", json!({ "operation": "left", "reason": "the buyer left" })).await;
    till.until(2).await;
    let order = till.payment("left").await.state.attempts[0].id;
    till.bank.ledger().pay_late(order, till.now());
    till.until(20).await;
    till.send("1", "get", json!({ "operation": "left" })).await;
    till.pay("slow").await;
    till.until(600).await;
    till.bank.next(Verb::Issue, &[Answer::No(RefusalKind::Other)]);
    till.pay("refused").await;
    till.until(610).await;
}

async fn shown_on_a_screen(till: &Life<'_>) {
    till.send("7", "pay", pay_body("seen")).await;
    till.until(1).await;
    till.engine.drew(till.payments().remove(0).id, &ConsoleId::parse("k1").unwrap());
    till.until(5).await;
    till.send("7", "get", json!({ "operation": "seen" })).await;
    till.send("7", "cancel", json!({ "operation": "seen" })).await;
    till.until(10).await;
    till.send("7", "pay", pay_body("unseen")).await;
    till.until(15).await;
    till.send("7", "get", json!({ "operation": "unseen" })).await;
}

/// A buyer pays at an open plate.
async fn at_a_plate(till: &Life<'_>) {
    let money = till.bank.ledger().pay_at_plate(OPEN_PLATE, 45_000, till.now());
    let told = MoneyTold { order: None, code: Some(CodeId::parse(OPEN_PLATE).unwrap()), money };
    assert!(till.engine.notified(&ServerId::parse("north").unwrap(), told).await);
    till.send("1", "find", json!({})).await;
}

/// A buyer's bank refuses, money comes for the wrong sale, and what is to go back is neither here nor there.
async fn a_bad_day(till: &Life<'_>) {
    till.pay("tried").await;
    till.until(1).await;
    let order = till.payment("tried").await.state.attempts[0].id;
    till.bank.ledger().decline(order, false);
    till.until(3).await;
    assert_eq!(till.status("tried").await, "awaiting_payment");
    till.bank.ledger().begin_to_pay(order, true);
    till.until(5).await;
    till.bank.ledger().decline(order, true);
    till.until(10).await;
    till.pay("sold").await;
    till.until(11).await;
    assert!(till.buyer_pays());
    till.until(13).await;
    till.send("2", "pay", pay_body("held")).await;
    till.breathe().await;
    let orders: Vec<_> = till.payments().iter().map(|payment| payment.state.attempts[0].id).collect();
    till.bank.ledger().report_for(orders[2], orders[1]);
    till.until(15).await;
    till.bank.ledger().work_on_refunds();
    let back = json!({
        "operation": "back", "payment_operation": "sold", "payment_register": "1", "reason": "it does not fit",
    });
    till.send("2", "refund", back).await;
    till.until(20).await;
}

/// A bank that can't withdraw a code.
async fn left_for_good(till: &Life<'_>) {
    till.pay("left").await;
    till.until(1).await;
    till.cancel("left").await;
    till.until(2).await;
    till.send("1", "get", json!({ "operation": "left" })).await;
}

fn offer(settings: &mut Settings) {
    for store in settings.stores.values_mut() {
        store.late_money = LateMoney::Offer { claim_within: Duration::from_hours(1) };
    }
}

fn told(world: &World) -> BTreeSet<String> {
    world.sink.confirmed().iter().flat_map(|told| sent(&told.body)).collect()
}

#[test]
fn whatever_is_promised_is_sent_in_some_story() {
    let mut all = BTreeSet::new();
    let mut play = |world: &World| all.extend(told(world));

    let world = World::new();
    world.remove_bank("south");
    world.live(a_day);
    play(&world);
    for late in [|_: &mut Settings| (), offer] {
        let world = World::new();
        world.set(late);
        world.live(what_is_not_sold);
        play(&world);
    }
    let world = World::new();
    world.live(shown_on_a_screen);
    play(&world);
    let world = World::new();
    world.live(at_a_plate);
    play(&world);
    let world = World::new().terms("north", |terms| terms.annul = false);
    world.live(left_for_good);
    play(&world);
    let world = World::new().terms("north", |terms| terms.refund.lookup_by_key = false);
    world.live(a_bad_day);
    play(&world);
    let world = World::with_many_open();
    world.live(async |till| {
        let mut drawn = pay_body("drawn");
        let side = json!({ "width": 320 });
        drawn["render"] = json!({ "png": side, "bmp": side, "svg": side, "escpos": { "paper_mm": 80 } });
        till.send("1", "pay", drawn).await;
        for number in 0..51 {
            till.pay(&format!("op-{number}")).await;
        }
        till.send("1", "find", json!({})).await;
        let foreign =
            Incoming { reply_to: Some("elsewhere".to_owned()), ..command("1", "pay", &pay_body("x")) };
        till.receive(foreign).await;
    });
    play(&world);

    let promises = promised().into_iter().filter(|promise| is_to_be_told(promise));
    let never_sent: Vec<String> = promises.filter(|promise| !all.contains(promise)).collect();
    assert_eq!(never_sent, [""; 0], "promised and never sent");
}
