//! Banks that are ill for long (P13): not called but for probes, nothing judged by it, no other bank slowed.

use std::time::Duration;

use payment::ServerId;
use serde_json::{Value, json};

use crate::kit::{Answer, Life, Verb, World, pay_body};

const VERBS: [Verb; 5] = [Verb::Issue, Verb::Status, Verb::Annul, Verb::Refund, Verb::RefundStatus];

fn make(world: &World, answer: Answer) {
    for verb in VERBS {
        world.bank.always(verb, answer);
    }
}

fn pay_of_type(operation: &str, payment_type: &str) -> Value {
    let mut body = pay_body(operation);
    body["payment_type"] = json!(payment_type);
    body
}

/// So many pays that find out that the first bank does not answer.
async fn find_out(till: &Life<'_>) {
    for number in 0..4 {
        till.pay(&format!("finds-out-{number}")).await;
    }
    till.until_ms(till.clock_ms() + 2_500).await;
}

/// How long each pay of a healthy bank's buyers took to its code, in milliseconds, sorted; `flood`: so many come to the
/// other bank, which never answers, each time.
fn latencies_ms(flood: usize) -> Vec<u64> {
    const PAYS: u64 = 100;
    const EVERY_MS: u64 = 50;
    let world = World::with_many_open();
    world.set(|settings| {
        for server in settings.servers.values_mut() {
            (server.rate_per_s, server.concurrency) = (100, 8);
        }
    });
    make(&world, Answer::Deaf);
    world.south.always(Verb::Issue, Answer::Slowly(Duration::from_millis(80)));
    world.south.always(Verb::Status, Answer::Slowly(Duration::from_millis(40)));
    world.live(async |till| {
        for number in 0..PAYS {
            for ill in 0..flood {
                till.pay(&format!("ill-{number}-{ill}")).await;
            }
            till.send("2", "pay", pay_of_type(&format!("well-{number}"), "south")).await;
            till.until_ms((number + 1) * EVERY_MS).await;
        }
        till.until(30).await;
        let shown = till.sink.to("2").into_iter().filter(|told| told.event.name == "payment.qr_ready");
        let took = shown.map(|told| {
            let number: u64 = told.body["operation"].as_str().unwrap()[5..].parse().unwrap();
            crate::kit::ms(told.at) - number * EVERY_MS
        });
        let mut took: Vec<u64> = took.collect();
        took.sort_unstable();
        assert_eq!(took.len() as u64, PAYS);
        took
    })
}

#[test]
fn p13_a_flood_at_a_bank_that_hangs_leaves_a_healthy_bank_as_quick_as_it_was() {
    let (calm, flooded) = (latencies_ms(0), latencies_ms(6));
    let p99 = |took: &[u64]| took[took.len() * 99 / 100];
    assert!(p99(&calm) >= 80, "{calm:?}");
    assert!(p99(&flooded) * 10 <= p99(&calm) * 11, "{} ms instead of {} ms", p99(&flooded), p99(&calm));
}

#[test]
fn p13_pays_go_to_the_next_bank_at_once_and_end_at_once_where_there_is_none() {
    let world = World::with_many_open();
    make(&world, Answer::NotSent);
    world.live(async |till| {
        find_out(till).await;
        let (before, calls) = (till.clock_ms(), till.bank.count(Verb::Issue));
        till.send("2", "pay", pay_of_type("next", "any")).await;
        till.pay("alone").await;
        till.breathe().await;
        assert_eq!(till.clock_ms(), before);
        assert_eq!(till.sink.last("2", "payment.qr_ready").unwrap().body["bank"], "south");
        let failed = till.sink.last("1", "payment.failed").unwrap().body;
        assert_eq!(
            (&failed["operation"], &failed["code"], &failed["certain"]),
            (&json!("alone"), &json!("bank_unavailable"), &json!(true))
        );
        assert_eq!(till.bank.count(Verb::Issue), calls, "it was not called");
    });
}

#[test]
fn p13_who_waits_for_a_turn_goes_to_the_next_bank_when_the_first_one_turns_out_to_be_ill() {
    let world = World::with_many_open();
    make(&world, Answer::Deaf);
    world.set(|settings| {
        settings.servers.get_mut(&ServerId::parse("north").unwrap()).unwrap().concurrency = 7;
    });
    world.live(async |till| {
        for number in 0..7 {
            till.pay(&format!("op-{number}")).await;
        }
        till.until_ms(9_500).await;
        for number in 0..20 {
            till.send("2", "pay", pay_of_type(&format!("waits-{number}"), "any")).await;
        }
        till.until_ms(9_999).await;
        assert_eq!(till.sink.last("2", "payment.qr_ready").map(|told| told.body), None);
        till.until_ms(10_050).await; // each is told two milliseconds after the one before
        let shown: Vec<_> =
            till.sink.to("2").into_iter().filter(|told| told.event.name == "payment.qr_ready").collect();
        assert!(shown.iter().all(|told| told.body["bank"] == "south"));
        assert!((14..=20).contains(&shown.len()), "but those that got a turn before: {}", shown.len());
    });
}

/// Whether a payment type can be used, as registers are told.
async fn is_available(till: &Life<'_>, code: &str) -> bool {
    till.send("2", "types", json!({})).await;
    till.breathe().await;
    let told = till.sink.last("2", "register.types").unwrap().body;
    let types = told["types"].as_array().unwrap();
    types.iter().any(|one| one["code"] == code && one["available"] == true)
}

#[test]
fn p13_types_say_that_a_bank_does_not_answer_and_when_it_does_again() {
    let world = World::with_many_open();
    make(&world, Answer::NotSent);
    world.live(async |till| {
        let available = async || {
            till.send("2", "types", json!({})).await;
            till.breathe().await;
            let told = till.sink.last("2", "register.types").unwrap().body;
            let types = told["types"].as_array().unwrap().clone();
            types.into_iter().map(|one| (one["code"].clone(), one["available"].clone())).collect::<Vec<_>>()
        };
        let all = |sbp: bool| {
            vec![(json!("any"), json!(true)), (json!("sbp"), json!(sbp)), (json!("south"), json!(true))]
        };
        assert_eq!(available().await, all(true));
        find_out(till).await;
        assert_eq!(available().await, all(false));
        make(till, Answer::Well);
        till.until_ms(till.clock_ms() + 12_000).await;
        till.pay("again").await;
        till.breathe().await;
        assert_eq!(
            till.status("again").await,
            "awaiting_payment",
            "a pay is the probe where nothing is watched"
        );
        assert_eq!(available().await, all(true));
    });
}

#[test]
fn p13_status_of_live_codes_finds_the_bank_well_again_and_is_all_that_is_asked_until_then() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..5 {
            till.pay(&format!("op-{number}")).await;
        }
        till.until(3).await;
        make(till, Answer::NotSent);
        till.until(20).await;
        let before = till.bank.calls().len();
        till.until(80).await;
        let probes = till.bank.calls()[before..].to_vec();
        assert!(probes.iter().all(|call| call.verb == Verb::Status), "{probes:?}");
        assert!((6..=8).contains(&probes.len()), "one at a time, 8 to 10 s apart: {}", probes.len());
        till.buyer_pays_order("op-3").await;
        make(till, Answer::Well);
        till.until(92).await;
        assert_eq!(till.status("op-3").await, "paid");
        let others = [till.status("op-0").await, till.status("op-4").await];
        assert_eq!(others, ["awaiting_payment"; 2], "nothing was judged meanwhile");
    });
}

#[test]
fn p7_withdrawals_and_refunds_wait_for_an_ill_bank_and_are_then_made_once() {
    let world = World::with_many_open();
    world.live(async |till| {
        for operation in ["refunds", "cancels", "live"] {
            till.pay(operation).await;
        }
        till.buyer_pays_order("refunds").await;
        till.until(3).await;
        assert_eq!(till.status("refunds").await, "paid");
        make(till, Answer::NotSent);
        till.until(20).await;
        let before = till.bank.calls().len();
        till.cancel("cancels").await;
        till.refund("1", "back", "refunds", None).await;
        till.until(60).await;
        let calls = till.bank.calls()[before..].to_vec();
        assert!(calls.iter().all(|call| call.verb == Verb::Status), "{calls:?}");
        assert!(till.sink.last("1", "refund.failed").is_none());
        make(till, Answer::Well);
        till.until(120).await;
        assert_eq!((till.bank.count(Verb::Annul), till.bank.count(Verb::Refund)), (1, 1));
        assert_eq!(till.status("cancels").await, "cancelled");
        assert!(till.sink.last("1", "refund.completed").is_some());
    });
}

#[test]
fn a_code_that_would_come_when_nobody_waits_for_it_is_not_asked_for() {
    let world =
        World::with_many_open().terms("north", |terms| terms.response_timeout = Duration::from_secs(11));
    world.set(|settings| {
        settings.servers.get_mut(&ServerId::parse("north").unwrap()).unwrap().concurrency = 1;
    });
    world.bank.next(Verb::Issue, &[Answer::Silent, Answer::Silent]);
    world.live(async |till| {
        till.pay("first").await;
        till.pay("second").await;
        till.until(40).await;
        assert_eq!(till.status("second").await, "failed");
        let late: Vec<u64> = till.bank.times(Verb::Issue).into_iter().filter(|at| *at > 11_000).collect();
        assert_eq!(late, [0; 0], "both had given up by then");
    });
}

#[test]
fn a_turn_that_comes_after_the_buyer_was_told_to_go_is_not_taken() {
    let world =
        World::with_many_open().terms("north", |terms| terms.response_timeout = Duration::from_secs(4));
    world.set(|settings| {
        settings.servers.get_mut(&ServerId::parse("north").unwrap()).unwrap().concurrency = 1;
    });
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_millis(7_500))]);
    world.live(async |till| {
        till.pay("first").await;
        till.until(3).await;
        till.pay("second").await; // it gives up at 7 s
        till.until(20).await;
        assert_eq!(till.status("second").await, "failed");
        assert_eq!(till.bank.times(Verb::Issue), [0]);
    });
}

/// Pays that are paid, so many.
async fn sell(till: &Life<'_>, count: usize) {
    for number in 0..count {
        let operation = format!("goods-{number}");
        till.pay(&operation).await;
        till.breathe().await;
        till.buyer_pays_order(&operation).await;
    }
    till.until(3).await;
}

#[test]
fn p13_a_bank_that_gives_no_money_back_goes_on_with_codes_and_gives_it_back_later_once() {
    let world = World::with_many_open();
    world.live(async |till| {
        sell(till, 8).await;
        for verb in [Verb::Refund, Verb::RefundStatus] {
            till.bank.always(verb, Answer::NotSent);
        }
        for number in 0..8 {
            till.refund("1", &format!("back-{number}"), &format!("goods-{number}"), None).await;
        }
        till.until(60).await;
        let before = till.bank.count(Verb::Refund);
        till.until(120).await;
        let probes = till.bank.count(Verb::Refund) - before;
        assert!((5..=8).contains(&probes), "one at a time, 8 to 10 s apart: {probes}");

        assert!(is_available(till, "sbp").await, "codes are made as always");
        till.pay("cancels").await;
        till.breathe().await;
        assert_eq!(till.status("cancels").await, "awaiting_payment");
        till.cancel("cancels").await;
        till.until(122).await;
        assert_eq!(till.status("cancels").await, "cancelled", "and are withdrawn as always");

        make(till, Answer::Well);
        till.until(300).await;
        let ledger = till.bank.ledger();
        let moved: Vec<usize> = ledger.refunds.values().map(|refund| refund.moved).collect();
        assert_eq!(moved, [1; 8]);
    });
    world.check_laws();
}

#[test]
fn p13_a_bank_that_makes_no_codes_goes_on_with_everything_that_was_sold_before() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.pay("cancels").await;
        sell(till, 1).await;
        till.bank.always(Verb::Issue, Answer::NotSent);
        find_out(till).await;
        assert!(!is_available(till, "sbp").await);
        assert!(is_available(till, "any").await);
        let calls = till.bank.count(Verb::Issue);
        till.refund("1", "back", "goods-0", None).await;
        till.cancel("cancels").await;
        till.until_ms(till.clock_ms() + 900).await;
        assert_eq!(till.bank.count(Verb::Issue), calls, "no code is asked for");
        assert_eq!(till.status("cancels").await, "cancelled");
        assert!(till.sink.last("1", "refund.completed").is_some());
    });
}

#[test]
fn p13_a_bank_that_withdraws_nothing_goes_on_with_codes_and_refunds() {
    let world = World::with_many_open();
    world.live(async |till| {
        sell(till, 1).await;
        till.bank.always(Verb::Annul, Answer::NotSent);
        for number in 0..8 {
            till.pay(&format!("cancels-{number}")).await;
        }
        till.breathe().await;
        for number in 0..8 {
            till.cancel(&format!("cancels-{number}")).await;
        }
        till.until(10).await;
        assert!(is_available(till, "sbp").await);
        till.refund("1", "back", "goods-0", None).await;
        till.pay("next").await;
        till.until(12).await;
        assert_eq!(till.status("next").await, "awaiting_payment");
        assert!(till.sink.last("1", "refund.completed").is_some());
        till.bank.always(Verb::Annul, Answer::Well);
        till.until(60).await;
        for number in 0..8 {
            assert_eq!(till.status(&format!("cancels-{number}")).await, "cancelled");
        }
    });
}

#[test]
fn p13_where_orders_can_not_be_asked_for_no_code_is_made_since_nobody_would_see_it_paid() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.pay("live").await;
        till.until(3).await;
        till.bank.always(Verb::Status, Answer::NotSent);
        till.until(30).await;
        assert!(!is_available(till, "sbp").await);
        let calls = till.bank.count(Verb::Issue);
        till.pay("alone").await;
        till.breathe().await;
        assert_eq!((till.status("alone").await, till.bank.count(Verb::Issue)), ("failed", calls));
    });
}

#[test]
fn p13_buyers_are_seen_to_pay_while_what_became_of_refunds_can_not_be_learned() {
    let world = World::with_many_open();
    world.live(async |till| {
        sell(till, 8).await;
        till.bank.always(Verb::Refund, Answer::Broken);
        till.bank.always(Verb::RefundStatus, Answer::NotSent);
        for number in 0..8 {
            till.refund("1", &format!("back-{number}"), &format!("goods-{number}"), None).await;
        }
        till.until(40).await;
        assert!(till.bank.count(Verb::RefundStatus) >= 7, "refunds are ill by now");
        till.pay("next").await;
        till.until(42).await;
        till.buyer_pays_order("next").await;
        till.until(45).await;
        assert_eq!(till.status("next").await, "paid");
    });
}
