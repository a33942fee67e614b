//! One open payment per register, unless it is set to many; and pays that supersede it.

use engine::settings::OpenPayments;
use futures_util::future::join_all;
use payment::{RefusalKind, RegisterId};
use serde_json::{Value, json};

use crate::kit::{Answer, Life, Verb, World, pay_body};

/// A pay that supersedes another operation.
fn superseding(operation: &str, superseded: &str) -> Value {
    let mut body = pay_body(operation);
    body["supersedes"] = json!(superseded);
    body
}

async fn supersede(till: &Life<'_>, operation: &str, superseded: &str) {
    till.send("1", "pay", superseding(operation, superseded)).await;
    till.breathe().await;
}

fn rejected(till: &Life<'_>) -> Value {
    till.sink.last("1", "request.rejected").expect("a rejection").body
}

#[test]
fn another_pay_is_register_busy_and_the_answer_names_the_open_operation() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.pay("op-2").await;
        let answer = rejected(till);
        assert_eq!((&answer["code"], &answer["operation"]), (&json!("register_busy"), &json!("op-2")));
        assert!(answer["reason"].as_str().unwrap().contains("operation op-1"), "{answer}");
        assert_eq!(till.bank.count(Verb::Issue), 1, "no bank was asked");
        till.pay("op-1").await;
        assert_eq!(
            till.sink.names("1").last().unwrap(),
            "payment.state",
            "a repeat of the open one is no other"
        );
        till.send("2", "pay", pay_body("op-1")).await;
        till.breathe().await;
        assert_eq!(
            till.sink.names("2"),
            ["payment.accepted", "payment.qr_ready"],
            "another register is free"
        );
        till.until(5).await;
        till.cancel("op-1").await;
        till.breathe().await;
        till.pay("op-2").await;
        assert_eq!(rejected(till)["reason"], answer["reason"], "a repeat gets the same answer");
        till.pay("op-3").await;
        till.breathe().await;
        assert_eq!(till.status("op-3").await, "awaiting_payment", "the told end frees the register");
    });
}

#[test]
fn paid_and_review_free_the_register_and_cancelling_does_not() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(500).await;
        assert!(till.buyer_pays());
        till.until_ms(1_500).await;
        till.pay("op-2").await;
        till.breathe().await;
        assert_eq!((till.status("op-1").await, till.status("op-2").await), ("paid", "awaiting_payment"));
        till.bank.always(Verb::Annul, Answer::Broken);
        till.cancel("op-2").await;
        till.breathe().await;
        assert_eq!(till.status("op-2").await, "cancelling");
        till.pay("op-3").await;
        assert_eq!(rejected(till)["code"], "register_busy");
        let (first, second) = {
            let payments = till.payments();
            (payments[0].state.attempts[0].id, payments[1].state.attempts[0].id)
        };
        till.bank.ledger().report_for(second, first);
        till.until_ms(5_000).await;
        assert_eq!(till.status("op-2").await, "review");
        till.pay("op-4").await;
        till.breathe().await;
        assert_eq!(till.status("op-4").await, "awaiting_payment");
    });
}

#[test]
fn of_pays_at_once_one_is_accepted() {
    let world = World::new();
    world.live(async |till| {
        let operations: Vec<String> = (1..=10).map(|number| format!("op-{number}")).collect();
        join_all(operations.iter().map(|operation| till.pay(operation))).await;
        till.breathe().await;
        assert_eq!(till.bank.count(Verb::Issue), 1);
        let names = till.sink.names("1");
        let count = |name: &str| names.iter().filter(|told| *told == name).count();
        assert_eq!((count("payment.accepted"), count("request.rejected")), (1, 9));
    });
}

#[test]
fn a_register_set_to_many_opens_as_many_as_it_asks_for() {
    let world = World::new();
    world.set(|settings| {
        let store = settings.stores.values_mut().next().unwrap();
        store.registers.get_mut(&RegisterId::parse("1").unwrap()).unwrap().open_payments = OpenPayments::Many;
    });
    world.live(async |till| {
        for operation in ["op-1", "op-2", "op-3"] {
            till.pay(operation).await;
        }
        till.breathe().await;
        assert_eq!(till.bank.count(Verb::Issue), 3);
        supersede(till, "op-4", "op-2").await;
        assert_eq!((till.status("op-2").await, till.status("op-4").await), ("cancelled", "awaiting_payment"));
        assert_eq!(till.status("op-1").await, "awaiting_payment", "the others go on");
    });
}

#[test]
fn what_is_superseded_is_ended_first_and_then_the_new_pay_starts() {
    let world = World::new();
    world.bank.always(Verb::Annul, Answer::Slowly(std::time::Duration::from_secs(3)));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        supersede(till, "op-2", "op-1").await;
        assert_eq!((till.status("op-1").await, till.status("op-2").await), ("cancelling", "accepted"));
        till.until_ms(4_900).await;
        assert_eq!(till.bank.count(Verb::Issue), 1, "no second code while the first may be paid");
        till.until_ms(5_100).await;
        assert_eq!((till.status("op-1").await, till.status("op-2").await), ("cancelled", "awaiting_payment"));
        let cancelled = till.sink.last("1", "payment.cancelled").unwrap().body;
        assert_eq!(cancelled["reason"], "superseded by operation op-2");
        till.pay("op-3").await;
        assert!(rejected(till)["reason"].as_str().unwrap().contains("op-2"));
    });
}

#[test]
fn it_starts_also_after_an_uncertain_end() {
    let world = World::new();
    world.bank.always(Verb::Annul, Answer::No(RefusalKind::Other));
    world.bank.always(Verb::Status, Answer::No(RefusalKind::Other));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        supersede(till, "op-2", "op-1").await;
        till.until(63).await;
        let cancelled = till.sink.last("1", "payment.cancelled").unwrap().body;
        assert_eq!((&cancelled["operation"], &cancelled["certain"]), (&json!("op-1"), &json!(false)));
        assert_eq!(till.status("op-2").await, "awaiting_payment");
    });
}

#[test]
fn when_the_superseded_one_is_or_proves_paid_the_new_pay_fails_and_no_bank_is_asked() {
    for pays_before in [true, false] {
        let world = World::new();
        world.live(async |till| {
            till.pay("op-1").await;
            till.until_ms(1_500).await;
            assert!(till.buyer_pays());
            if pays_before {
                till.until_ms(3_000).await;
            }
            supersede(till, "op-2", "op-1").await;
            till.until_ms(6_000).await;
            assert_eq!((till.status("op-1").await, till.status("op-2").await), ("paid", "failed"));
            let failed = till.sink.last("1", "payment.failed").unwrap().body;
            assert_eq!((&failed["code"], &failed["certain"]), (&json!("superseded_paid"), &json!(true)));
            assert_eq!(till.bank.count(Verb::Issue), 1);
        });
    }
}

#[test]
fn a_pay_whose_turn_comes_after_its_not_after_is_stale_and_its_register_is_free() {
    let world = World::new();
    world.bank.always(Verb::Annul, Answer::Slowly(std::time::Duration::from_secs(3)));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        let mut body = pay_body("op-2");
        body["supersedes"] = "op-1".into();
        body["not_after"] = till.now().plus(std::time::Duration::from_secs(1)).to_string().into();
        till.send("1", "pay", body).await;
        till.until(6).await;
        assert_eq!((till.status("op-1").await, till.status("op-2").await), ("cancelled", "failed"));
        let failed = till.sink.last("1", "payment.failed").unwrap().body;
        assert_eq!((&failed["code"], &failed["certain"]), (&json!("stale"), &json!(true)));
        assert_eq!(till.bank.count(Verb::Issue), 1, "no bank was asked");
        till.pay("op-3").await;
        till.until(7).await;
        assert_eq!(till.status("op-3").await, "awaiting_payment");
    });
}

#[test]
fn an_unknown_operation_is_made_a_tombstone_and_the_new_pay_starts() {
    let world = World::new();
    world.live(async |till| {
        supersede(till, "op-2", "op-1").await;
        assert_eq!(till.status("op-2").await, "awaiting_payment");
        till.pay("op-1").await;
        let cancelled = till.sink.last("1", "payment.cancelled").unwrap().body;
        assert_eq!((&cancelled["operation"], &cancelled["payment"]), (&json!("op-1"), &Value::Null));
        assert_eq!(till.bank.count(Verb::Issue), 1);
    });
}

#[test]
fn a_waiting_pay_outlives_a_crash() {
    let world = World::new();
    world.bank.always(Verb::Annul, Answer::Silent);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        supersede(till, "op-2", "op-1").await;
        assert_eq!(till.status("op-2").await, "accepted");
    });
    world.bank.always(Verb::Annul, Answer::Well);
    world.live(async |till| {
        till.until(30).await;
        assert_eq!((till.status("op-1").await, till.status("op-2").await), ("cancelled", "awaiting_payment"));
    });
}

#[test]
fn who_supersedes_a_waiting_pay_waits_for_what_that_one_waited_for() {
    let world = World::new();
    world.bank.always(Verb::Annul, Answer::Slowly(std::time::Duration::from_secs(3)));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        supersede(till, "op-2", "op-1").await;
        supersede(till, "op-3", "op-2").await;
        assert_eq!(till.status("op-2").await, "cancelled");
        assert_eq!((till.status("op-1").await, till.status("op-3").await), ("cancelling", "accepted"));
        assert_eq!(till.bank.count(Verb::Issue), 1);
        till.until(6).await;
        assert_eq!(till.status("op-3").await, "awaiting_payment");
        assert_eq!(till.bank.count(Verb::Issue), 2);
    });
}

#[test]
fn a_pay_cannot_supersede_itself_or_another_than_the_open_one() {
    let world = World::new();
    world.live(async |till| {
        supersede(till, "op-1", "op-1").await;
        assert_eq!(rejected(till)["field"], "supersedes");
        till.pay("op-2").await;
        till.breathe().await;
        supersede(till, "op-3", "op-0").await;
        assert_eq!(rejected(till)["code"], "register_busy");
        assert_eq!(till.status("op-2").await, "awaiting_payment");
    });
}

#[test]
fn who_waits_for_an_end_starts_with_it_and_not_a_moment_later() {
    let world = World::new();
    world.bank.always(Verb::Annul, Answer::Slowly(std::time::Duration::from_millis(2_500)));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        supersede(till, "op-2", "op-1").await;
        till.until_ms(4_550).await;
        assert_eq!((till.status("op-1").await, till.status("op-2").await), ("cancelled", "awaiting_payment"));
        assert_eq!(till.bank.times(Verb::Issue), [0, 4_500]);
    });
}

#[test]
fn nothing_starts_in_place_of_a_pay_on_which_a_person_must_decide() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.pay("op-1").await;
        till.pay("op-2").await;
        till.until_ms(500).await;
        assert!(till.buyer_pays());
        let (first, second) = {
            let payments = till.payments();
            (payments[0].state.attempts[0].id, payments[1].state.attempts[0].id)
        };
        till.bank.ledger().report_for(first, second);
        till.until(3).await;
        let statuses = [till.status("op-1").await, till.status("op-2").await];
        let in_review = if statuses[0] == "review" { "op-1" } else { "op-2" };
        assert_eq!(till.status(in_review).await, "review", "{statuses:?}");
        supersede(till, "op-3", in_review).await;
        assert_eq!(till.status("op-3").await, "failed");
        let failed = till.sink.last("1", "payment.failed").unwrap().body;
        assert_eq!((&failed["code"], &failed["certain"]), (&json!("superseded_paid"), &json!(true)));
        assert_eq!(till.bank.count(Verb::Issue), 2, "no bank was asked");
    });
}

#[test]
fn what_a_pay_that_had_started_superseded_before_is_not_looked_at_again() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(300).await;
        let mut loads = Vec::new();
        for number in 2..=4 {
            till.store.forget_calls();
            supersede(till, &format!("op-{number}"), &format!("op-{}", number - 1)).await;
            loads.push(till.store.calls()["load"]);
            till.until_ms(till.clock_ms() + 200).await;
        }
        assert_eq!(loads, [loads[0]; 3], "each costs what the first one did");
    });
}
