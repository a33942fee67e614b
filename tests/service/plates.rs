//! Cash links and static codes: several payments on one code, and no sale closed by another's money.

use std::time::Duration;

use payment::Timestamp;
use serde_json::{Value, json};
use universal_integrator::till::{AmqpRegister, Event};

use crate::lab::{World, within};
use crate::till::{ask, begin, expect, pay, story};

/// One of the simulated bank's printed plates.
const PLATE: &str = "BS1R0000000000000000000000000001";

fn with_code(kind: &str, operation: &str, minor: i64) -> Value {
    let mut body = pay(operation, minor);
    body["qr"] = kind.into();
    body
}

/// Gives the printed plate to registers, one after the other: it stands between them.
async fn bind(world: &World, registers: &[&str]) -> String {
    let mut told = String::new();
    for register in registers {
        let named = ["--store", "17", "--register", register, "--server", "sbp", "--printed", PLATE];
        told = world.service.command(&[&["plates", "bind"], &named[..]].concat()).await;
    }
    told.split_whitespace().nth(1).expect("the plate's text").to_owned()
}

async fn plates(world: &World) -> Vec<Value> {
    let told = world.service.command(&["plates", "list", "--json"]).await;
    told.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

async fn prepared(registers: &[&str]) -> (World, String) {
    let mut world = World::prepare(crate::lab::Plan::default(), crate::lab::Broker::shared()).await;
    let payload = bind(&world, registers).await;
    world.service.start().await;
    (world, payload)
}

async fn paid_by(till: &AmqpRegister, operation: &str) -> String {
    expect(till, operation, "payment.paid").await.text("bank_transaction").expect("its money").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sales_in_a_row_on_one_plate_the_second_armed_while_the_first_is_paid_close_with_their_own_money()
{
    let (world, plate) = prepared(&["2", "3"]).await;
    let (first, second) = (world.till("2").await, world.till("3").await);
    assert_eq!(begin(&first, &with_code("cash_link", "a", 10_000)).await, plate, "it is on the counter");
    world.bank.scan(&plate).await;
    expect(&first, "a", "payment.processing").await;
    ask(&second, "pay", &with_code("cash_link", "b", 20_000)).await;
    let holder = |list: &[Value]| list.iter().map(|line| line["payment"].clone()).collect::<Vec<_>>();
    let held = holder(&plates(&world).await);
    assert!(held[0].is_string() && held[0] == held[1], "one sale has it at both registers: {held:?}");
    assert_eq!(story(&second, "b"), ["payment.accepted"]);

    world.bank.pay(&plate).await;
    let money_of_a = paid_by(&first, "a").await;
    expect(&second, "b", "payment.qr_ready").await;
    assert!(!story(&second, "b").contains(&"payment.paid".to_owned()), "the money of a is not b's");
    world.bank.pay(&plate).await;
    assert_ne!(paid_by(&second, "b").await, money_of_a);
    assert!(!world.bank.try_to_pay(&plate).await, "nobody has armed it");
    world.books_agree(&[&first, &second]).await;
    assert_eq!(holder(&plates(&world).await), [Value::Null, Value::Null], "free again");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plate_is_kept_and_waited_for_through_kill_9() {
    let (mut world, plate) = prepared(&["2", "3"]).await;
    let (first, second) = (world.till("2").await, world.till("3").await);
    begin(&first, &with_code("cash_link", "a", 10_000)).await;
    ask(&second, "pay", &with_code("cash_link", "b", 20_000)).await;
    world.service.kill().await;
    world.bank.pay(&plate).await;
    world.service.start().await;
    let money_of_a = paid_by(&first, "a").await;
    expect(&second, "b", "payment.qr_ready").await;
    world.service.kill().await;
    world.bank.pay(&plate).await;
    world.service.start().await;
    assert_ne!(paid_by(&second, "b").await, money_of_a);
    world.books_agree(&[&first, &second]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_sale_frees_its_plate_and_one_that_waits_too_long_is_told_so() {
    let (world, _) = prepared(&["2", "3"]).await;
    let (first, second) = (world.till("2").await, world.till("3").await);
    begin(&first, &with_code("cash_link", "a", 10_000)).await;
    let mut impatient = with_code("cash_link", "b", 20_000);
    let accepted = expect(&first, "a", "payment.accepted").await;
    let then = Timestamp::parse(accepted.text("occurred_at").expect("its time")).expect("RFC 3339");
    let soon = then.plus(Duration::from_secs(10));
    impatient["not_after"] = soon.to_string().into();
    ask(&second, "pay", &impatient).await;
    let failed = expect(&second, "b", "payment.failed").await;
    assert_eq!((failed.text("code"), &failed.body["certain"]), (Some("link_busy"), &json!(true)));
    ask(&first, "cancel", &json!({ "operation": "a" })).await;
    assert_eq!(expect(&first, "a", "payment.cancelled").await.body["certain"], true);
    begin(&second, &with_code("cash_link", "c", 20_000)).await;
    ask(&second, "cancel", &json!({ "operation": "c" })).await;
    expect(&second, "c", "payment.cancelled").await;
    world.books_agree(&[&first, &second]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_payment_on_a_static_code_goes_back_by_its_own_transaction() {
    let world = World::start().await;
    let till = world.till("2").await;
    world.bank.fault(&json!({ "call": "cancel", "fault": "http_500", "times": 3 })).await;
    let payload = begin(&till, &with_code("static", "a", 15_000)).await;
    world.bank.pay(&payload).await;
    let first = paid_by(&till, "a").await;
    world.bank.pay(&payload).await;
    let late = expect(&till, "a", "payment.paid_late").await;
    assert_eq!(late.text("handling"), Some("refunding"));
    assert_ne!(late.text("bank_transaction"), Some(first.as_str()));
    let mut events = till.events();
    let refund =
        within("it goes back", events.find(|event: &Event| event.name() == "refund.completed")).await;
    assert_eq!(refund.text("origin"), Some("late"));
    world.books_agree(&[&till]).await;
    let ledger = world.bank.ledger().await;
    let returned: Vec<&str> = ledger.refunds.iter().map(|refund| refund.transaction.as_str()).collect();
    assert_eq!(returned, [late.text("bank_transaction").expect("its money")]);
    world.end().await;
}

/// Status shows the latest money only: what came just before it is known from the bank's notification.
#[tokio::test(flavor = "multi_thread")]
async fn money_on_a_static_code_that_no_status_shows_is_kept_for_a_person() {
    let world = World::start().await;
    let till = world.till("2").await;
    let payload = begin(&till, &with_code("static", "a", 15_000)).await;
    world.bank.fault(&json!({ "call": "status", "fault": "http_500", "times": 0 })).await;
    world.bank.pay(&payload).await;
    world.bank.pay(&payload).await;
    world.bank.mend().await;
    let shown = paid_by(&till, "a").await;
    let kept = expect(&till, "a", "payment.paid_late").await;
    assert_eq!(kept.text("handling"), Some("manual"));
    assert_ne!(kept.text("bank_transaction"), Some(shown.as_str()));
    world.books_agree(&[&till]).await;
    world.end().await;
}

async fn unclaimed(till: &AmqpRegister) -> Vec<Value> {
    let mut events = till.events();
    events.skip_to_now();
    till.send("find", &json!({})).await.expect("it is sent");
    let found = within("an answer", events.find(|event: &Event| event.name() == "register.found")).await;
    found.body["unclaimed"].as_array().expect("a list").clone()
}

/// The bank tells of money without an order; a register of the store claims it, another does not get it again, and goods
/// that come back are paid for by that money.
#[tokio::test(flavor = "multi_thread")]
async fn money_at_an_open_plate_survives_kill_9_is_claimed_once_and_goes_back() {
    let mut world = World::prepare(crate::lab::Plan::default(), crate::lab::Broker::shared()).await;
    let place = ["plates", "bind", "--store", "17", "--register", "2", "--server", "sbp", "--open"];
    let told = world.service.command(&place).await;
    let payload = told.split_whitespace().nth(1).expect("the plate's text").to_owned();
    world.service.start().await;
    let (till, other) = (world.till("2").await, world.till("3").await);
    assert!(unclaimed(&till).await.is_empty());

    let mut money = Vec::new();
    for (number, minor) in [(1, 45_000), (2, 12_300)] {
        world.bank.pay_sum(&payload, minor).await;
        let arrived = async || Some(unclaimed(&till).await).filter(|money| money.len() == number);
        money = crate::lab::until("the money is known", arrived).await;
    }
    world.service.kill().await;
    world.service.start().await;
    assert_eq!(unclaimed(&till).await, money);
    let listed = world.service.command(&["plates", "unclaimed", "--json"]).await;
    assert_eq!(listed.lines().count(), 2);

    let credit = money.iter().find(|credit| credit["amount"]["value"] == 45_000).expect("the first");
    let claim = |operation: &str| json!({ "operation": operation, "credit": credit["credit"] });
    ask(&till, "claim", &claim("sale")).await;
    let paid = expect(&till, "sale", "payment.paid").await;
    assert_eq!((&paid.body["credit"], &paid.body["amount"]["value"]), (&credit["credit"], &json!(45_000)));
    ask(&other, "claim", &claim("again")).await;
    let refused = expect(&other, "again", "request.rejected").await;
    assert_eq!(refused.text("code"), Some("nothing_to_claim"));
    assert_eq!(unclaimed(&other).await.len(), 1);

    let back = json!({ "operation": "back", "payment_operation": "sale", "payment_register": "2",
        "amount": { "value": 5_000, "currency": "RUB" } });
    ask(&till, "refund", &back).await;
    expect(&till, "back", "refund.completed").await;
    let ledger = world.bank.ledger().await;
    let returned: Vec<i64> = ledger.refunds.iter().map(|refund| refund.amount).collect();
    assert_eq!(returned, [5_000]);
    assert_eq!(ledger.refunds[0].transaction, paid.text("bank_transaction").expect("its money"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plate_gets_a_poster_is_checked_and_is_released_once_no_sale_has_it() {
    let (mut world, plate) = prepared(&["2"]).await;
    let named = ["--store", "17", "--register", "2", "--server", "sbp"];
    let file = |name: &str| world.folder().join(name).display().to_string();
    let (svg, pdf) = (file("plate.svg"), file("plate.pdf"));
    let told = world
        .service
        .command(&[&["plates", "poster", "--svg", &svg, "--pdf", &pdf], &named[..]].concat())
        .await;
    assert!(told.contains(&format!("NFC: write one URI record to the tag, and lock it:\n{plate}")), "{told}");
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg"));
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF"));
    let told = world.service.command(&[&["plates", "check", "--read", &plate], &named[..]].concat()).await;
    assert!(told.contains("no payment has it\nwhat was read is what the plate must say"), "{told}");

    let till = world.till("2").await;
    begin(&till, &with_code("cash_link", "a", 10_000)).await;
    let told = world.service.command(&[&["plates", "check"], &named[..]].concat()).await;
    assert!(told.contains("has it") && !told.contains("no payment"), "{told}");
    ask(&till, "cancel", &json!({ "operation": "a" })).await;
    expect(&till, "a", "payment.cancelled").await;
    world.books_agree(&[&till]).await;
    world.service.stop().await;
    let told = world.service.command(&[&["plates", "release"], &named[..]].concat()).await;
    assert!(told.contains("has the plate"), "{told}");
    assert!(plates(&world).await.is_empty());
    world.tidy().await;
}
