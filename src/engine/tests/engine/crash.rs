//! The process dies at every point of a payment's way, and the next one goes on: then bank, journal and tills agree.

use std::collections::BTreeSet;
use std::time::Duration;

use payment::{EndWord, Phase, Status};
use serde_json::{Value, json};

use crate::kit::{Answer, Buyers, CrashPoint, Port, Reaction, Side, Verb, World, pay_body};

/// A payment's way, told by what the shop floor does.
struct Scenario {
    name: &'static str,
    setup: fn(World) -> World,
    buyers: Buyers,
    react: Reaction,
    /// Whether it comes out the same whenever the service is killed; else buyers may be faster, or too late.
    comes_out_the_same: bool,
    /// What must have come of it, whatever happened.
    end: fn(&World),
}

const SCENARIOS: [Scenario; 11] = [
    Scenario {
        name: "paid, half refunded, then the rest",
        setup: pay,
        buyers: Buyers::Pay(Duration::from_millis(2_500)),
        react: refund_twice,
        comes_out_the_same: true,
        end: |world| {
            assert!(is_paid(world), "the buyer paid in time");
            assert_eq!(world.bank.ledger().refunded_of("T1"), 19_800);
        },
    },
    Scenario {
        name: "cancelled after the code was shown",
        setup: pay,
        buyers: Buyers::Walk,
        react: cancel_when_shown,
        comes_out_the_same: true,
        end: |world| assert_eq!(end_word(world), Some(EndWord::Cancelled)),
    },
    Scenario {
        name: "cancelled and paid at the same time, the withdrawal unclear",
        setup: |world| {
            world.bank.next(Verb::Annul, &[Answer::Broken, Answer::Lost]);
            pay(world)
        },
        buyers: Buyers::Pay(Duration::from_millis(100)),
        react: cancel_when_shown,
        comes_out_the_same: false,
        end: |_| {},
    },
    Scenario {
        name: "paid after it was cancelled",
        setup: pay,
        buyers: Buyers::PayLate(Duration::from_secs(4)),
        react: cancel_when_shown,
        comes_out_the_same: false,
        end: |world| assert_eq!(world.bank.ledger().money.len(), 1),
    },
    Scenario {
        name: "expired",
        setup: |world| pay(world.terms("north", |terms| terms.code_life = Duration::from_secs(20))),
        buyers: Buyers::Walk,
        react: |_| None,
        comes_out_the_same: true,
        end: |world| assert_eq!(end_word(world), Some(EndWord::Expired)),
    },
    Scenario {
        name: "the first code's answer was lost",
        setup: |world| {
            world.bank.next(Verb::Issue, &[Answer::Lost]);
            pay(world)
        },
        buyers: Buyers::Pay(Duration::from_millis(1_500)),
        react: |_| None,
        comes_out_the_same: true,
        end: |world| assert!(is_paid(world)),
    },
    Scenario {
        name: "cancelled before its pay",
        setup: |world| {
            world.floor.post("1", "cancel", &json!({ "operation": "op-1" }));
            pay(world)
        },
        buyers: Buyers::Walk,
        react: |_| None,
        comes_out_the_same: true,
        end: |world| assert_eq!((world.payments().len(), world.bank.calls().len()), (0, 0)),
    },
    Scenario {
        name: "the first bank can't be reached",
        setup: |world| {
            world.bank.always(Verb::Issue, Answer::NotSent);
            let body = json!({ "operation": "op-1", "payment_type": "any", "amount": { "value": 500, "currency": "RUB" } });
            world.floor.post("1", "pay", &body);
            world
        },
        buyers: Buyers::Pay(Duration::from_millis(1_500)),
        react: |_| None,
        comes_out_the_same: true,
        end: |world| assert_eq!((is_paid(world), world.south.ledger().money.len()), (true, 1)),
    },
    Scenario {
        name: "two sales on one plate, the second asked for while the first is armed",
        setup: pay_twice_at_the_plate,
        buyers: Buyers::Pay(Duration::from_millis(1_500)),
        react: |_| None,
        comes_out_the_same: false,
        end: |world| {
            let ledger = world.bank.ledger();
            let orders: BTreeSet<_> = ledger.money.iter().map(|money| money.order.payment()).collect();
            let paid = world.payments().iter().filter(|payment| payment.status() == Status::Paid).count();
            assert_eq!((ledger.money.len(), orders.len()), (paid, paid), "each by its own money");
            assert!(world.payments().iter().all(|payment| !payment.is_open()));
        },
    },
    Scenario {
        name: "the arming of a plate stays unknown",
        setup: |world| {
            world.bank.next(Verb::Issue, &[Answer::Broken, Answer::Lost]);
            pay_twice_at_the_plate(world)
        },
        buyers: Buyers::Walk,
        react: |_| None,
        comes_out_the_same: false,
        end: |world| assert!(world.payments().iter().all(|payment| !payment.is_open())),
    },
    Scenario {
        name: "refunds stay unknown",
        setup: |world| {
            world.bank.next(Verb::Refund, &[Answer::Broken, Answer::Lost, Answer::NotSent]);
            pay(world)
        },
        buyers: Buyers::Pay(Duration::from_millis(1_500)),
        react: refund_twice,
        comes_out_the_same: true,
        end: |world| assert_eq!(world.bank.ledger().refunded_of("T1"), 19_800),
    },
];

fn pay(world: World) -> World {
    world.floor.post("1", "pay", &pay_body("op-1"));
    world
}

fn pay_twice_at_the_plate(world: World) -> World {
    for register in ["5", "6"] {
        let mut body = pay_body(&format!("op-{register}"));
        body["qr"] = "cash_link".into();
        world.floor.post(register, "pay", &body);
    }
    world
}

fn refund_twice(event: &Value) -> Option<(&'static str, Value)> {
    let first = || json!({ "operation": "r-1", "payment": event["payment"], "amount": { "value": 5_000, "currency": "RUB" } });
    match (event["event"].as_str()?, event["operation"].as_str()?) {
        ("payment.paid", _) => Some(("refund", first())),
        ("refund.completed", "r-1") => {
            Some(("refund", json!({ "operation": "r-2", "payment": event["payment"] })))
        }
        _ => None,
    }
}

fn cancel_when_shown(event: &Value) -> Option<(&'static str, Value)> {
    (event["event"] == "payment.qr_ready").then(|| ("cancel", json!({ "operation": "op-1" })))
}

fn is_paid(world: &World) -> bool {
    matches!(world.payments()[0].state.phase, Phase::Paid { .. })
}

fn end_word(world: &World) -> Option<EndWord> {
    match &world.payments()[0].state.phase {
        Phase::Ended(ending) => Some(ending.word),
        _ => None,
    }
}

/// Lives through a scenario with these crashes, checks everything, and lets everything run twice.
fn live_through(scenario: &Scenario, crashes: &[CrashPoint]) -> World {
    let world = live_once(scenario, crashes);
    repeats_change_nothing(&world, scenario, crashes.len());
    world
}

fn live_once(scenario: &Scenario, crashes: &[CrashPoint]) -> World {
    let world = (scenario.setup)(World::new());
    for crash in crashes {
        world.crash_at(*crash);
    }
    live_on(&world, scenario, scenario.buyers, scenario.react, crashes.len());
    assert_eq!(world.floor.dead(), [""; 0], "{}: dead letters", scenario.name);
    world.check_laws();
    (scenario.end)(&world);
    world
}

fn live_on(world: &World, scenario: &Scenario, buyers: Buyers, react: Reaction, crashes: usize) {
    let mut lives = 0..=crashes;
    let is_through =
        lives.any(|_| world.live_unless_crashed(async |till| till.work(buyers, react).await).is_some());
    assert!(is_through, "{}: no life without a crash", scenario.name);
}

/// Each command comes again, long after it was answered.
fn repeats_change_nothing(world: &World, scenario: &Scenario, crashes: usize) {
    let before = (world.outcome(), facts(world), world.bank.ledger().money.len());
    world.floor.post_all_again();
    live_on(world, scenario, Buyers::Walk, |_| None, crashes);
    let after = (world.outcome(), facts(world), world.bank.ledger().money.len());
    assert_eq!(after, before, "{}: a repeat changed something", scenario.name);
}

fn facts(world: &World) -> Vec<usize> {
    world.records().iter().map(|record| record.facts.len()).collect()
}

#[test]
fn without_a_crash_every_scenario_ends_as_it_should() {
    for scenario in &SCENARIOS {
        live_through(scenario, &[]);
    }
}

/// Crashes once at each of the first calls of a port, before and after it has happened.
fn crash_everywhere(port: Port, at_most: usize) {
    for scenario in &SCENARIOS {
        let undisturbed = live_once(scenario, &[]);
        let calls = undisturbed.crash.count(port).min(at_most);
        for number in 1..=calls {
            for side in [Side::Before, Side::After] {
                let point = CrashPoint { port, number, side };
                let context = format!("{}: {point:?}", scenario.name);
                let world = announce(&context, || live_through(scenario, &[point]));
                if scenario.comes_out_the_same {
                    assert_eq!(world.outcome(), undisturbed.outcome(), "{context}");
                }
            }
        }
    }
}

/// Says which crash it was when a check fails.
fn announce<T>(context: &str, check: impl FnOnce() -> T) -> T {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check));
    result.unwrap_or_else(|_| panic!("failed in {context}"))
}

#[test]
fn a_crash_at_any_commit_is_harmless() {
    crash_everywhere(Port::Commit, usize::MAX);
}

#[test]
fn a_crash_at_any_call_of_a_bank_is_harmless() {
    crash_everywhere(Port::Bank, 40);
}

#[test]
fn a_crash_at_any_publishing_is_harmless() {
    crash_everywhere(Port::Publish, usize::MAX);
}

#[test]
fn a_crash_at_any_delivery_mark_is_harmless() {
    crash_everywhere(Port::Mark, usize::MAX);
}

#[test]
fn several_crashes_in_a_row_are_harmless() {
    for seed in 1..=300_u64 {
        let mut dice = Dice(seed);
        let scenario = &SCENARIOS[dice.roll(SCENARIOS.len())];
        let crashes: Vec<CrashPoint> = (0..=dice.roll(4))
            .map(|_| CrashPoint {
                port: Port::ALL[dice.roll(4)],
                number: 1 + dice.roll(14),
                side: if dice.roll(2) == 0 { Side::Before } else { Side::After },
            })
            .collect();
        let context = format!("seed {seed}, {}: {crashes:?}", scenario.name);
        announce(&context, || drop(live_through(scenario, &crashes)));
    }
}

#[test]
fn the_same_story_is_told_twice_byte_for_byte() {
    let tell = || {
        let crash = CrashPoint { port: Port::Commit, number: 3, side: Side::After };
        let world = live_through(&SCENARIOS[0], &[crash]);
        let events: Vec<String> = world.sink.confirmed().into_iter().map(|one| one.event.body).collect();
        (world.records(), events, world.bank.calls())
    };
    assert_eq!(tell(), tell());
}

/// A small generator of numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}
