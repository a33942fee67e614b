//! Sets of consoles: printers, displays and what several tills share; each is told of, none delays another.

use std::collections::BTreeSet;

use engine::doors::Screens;
use engine::ports::Destination;
use engine::settings::{ConsoleKind, ConsoleSettings, Settings};
use payment::{ConsoleId, PaymentTypeCode, RegisterId, StoreId, Timestamp};
use serde_json::{Value, json};

use crate::kit::{CrashPoint, Life, Manner, Port, Side, World, pay_body};

const PRINTER: &str = "tcp://printer-1:9100";
const NEXT_PRINTER: &str = "tcp://printer-2:9100";
const DISPLAY: &str = "http://display-1/code";
const LINE_DISPLAY: &str = "serial:///dev/ttyS0";

fn device(kind: ConsoleKind, address: &str) -> ConsoleSettings {
    ConsoleSettings { address: Some(address.to_owned()), ..ConsoleSettings::new("Device", kind) }
}

fn with(settings: &mut Settings, register: &str, console: &str, its: ConsoleSettings) {
    let store = settings.stores.get_mut(&StoreId::parse("17").unwrap()).unwrap();
    let register = store.registers.get_mut(&RegisterId::parse(register).unwrap()).unwrap();
    register.consoles.insert(ConsoleId::parse(console).unwrap(), its);
}

/// Till 1 with a printer and a display, till 2 with a printer of its own.
fn shop() -> World {
    let world = World::new();
    world.set(|settings| {
        with(settings, "1", "p1", device(ConsoleKind::Printer, PRINTER));
        with(settings, "1", "d1", device(ConsoleKind::Display, DISPLAY));
        with(settings, "2", "p2", device(ConsoleKind::Printer, NEXT_PRINTER));
    });
    world
}

fn shared_display() -> World {
    let world = World::new();
    world.set(|settings| {
        let also_for = BTreeSet::from([RegisterId::parse("2").unwrap()]);
        let display = ConsoleSettings { also_for, ..device(ConsoleKind::Display, DISPLAY) };
        with(settings, "1", "d1", display);
    });
    world
}

fn on(operation: &str, show_on: &[&str]) -> Value {
    let mut body = pay_body(operation);
    body["show_on"] = json!(show_on);
    body
}

/// The last word on each console, as the register was told: `d1 shown`.
fn told(till: &Life<'_>, register: &str) -> BTreeSet<String> {
    let mut last = std::collections::BTreeMap::new();
    for event in till.sink.confirmed() {
        if event.event.register.as_str() == register && event.event.name == "payment.shown" {
            for console in event.body["consoles"].as_array().unwrap() {
                let (id, outcome) =
                    (console["console"].as_str().unwrap(), console["outcome"].as_str().unwrap());
                last.insert(id.to_owned(), outcome.to_owned());
            }
        }
    }
    last.into_iter().map(|(console, outcome)| format!("{console} {outcome}")).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[test]
fn a_code_goes_to_every_console_that_shows_codes_and_each_is_told_of() {
    shop().live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.until_ms(900).await;
        assert_eq!(told(till, "1"), set(&["p1 printed", "d1 shown"]));
        assert_eq!(till.output.lit(), set(&[DISPLAY]));
    });
}

#[test]
fn a_printer_without_paper_is_told_of_and_neither_the_others_nor_the_next_till_wait_for_it() {
    let world = shop();
    world.output.set(PRINTER, Manner::Silent);
    world.live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.send("2", "pay", pay_body("op-2")).await;
        till.until_ms(900).await;
        assert_eq!(told(till, "1"), set(&["d1 shown"]));
        assert_eq!(
            told(till, "2"),
            set(&["p2 printed"]),
            "the healthy printer of the next till is not delayed"
        );
        till.until(10).await;
        assert_eq!(told(till, "1"), set(&["d1 shown", "p1 not_confirmed"]));
    });
}

#[test]
fn a_driver_that_breaks_down_is_told_of_at_once_and_its_device_is_free_for_the_next_code() {
    let world = shop();
    for device in [PRINTER, DISPLAY] {
        world.output.set(device, Manner::Breaks);
    }
    world.live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.until_ms(900).await;
        assert_eq!(told(till, "1"), set(&["d1 not_confirmed", "p1 not_confirmed"]));
        till.cancel("op-1").await;
        till.until(3).await;
        assert_eq!(till.output.done(), [format!("clear op-1 at {DISPLAY}")], "something may be there");
        for device in [PRINTER, DISPLAY] {
            till.output.set(device, Manner::Works);
        }
        till.pay("op-2").await;
        till.until_ms(3_900).await;
        assert_eq!(told(till, "1"), set(&["d1 shown", "p1 printed"]));
    });
}

#[test]
fn p8_what_can_be_cleared_is_cleared_at_the_end_and_paper_is_not() {
    shop().live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.until(2).await;
        assert!(till.buyer_pays());
        till.until(5).await;
        assert_eq!(till.output.lit(), BTreeSet::new());
        let cleared: Vec<String> =
            till.output.done().into_iter().filter(|done| done.starts_with("clear")).collect();
        assert_eq!(cleared, [format!("clear op-1 at {DISPLAY}")]);
    });
}

#[test]
fn of_two_tills_that_share_a_display_the_second_is_told_busy_until_the_first_is_over() {
    shared_display().live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.until_ms(500).await;
        till.send("2", "pay", pay_body("op-2")).await;
        till.until_ms(1_500).await;
        assert_eq!(told(till, "1"), set(&["d1 shown"]));
        assert_eq!(told(till, "2"), set(&["d1 busy"]));
        assert_eq!(till.output.done(), [format!("show op-1 at {DISPLAY}")], "nothing is overwritten");
        till.cancel("op-1").await;
        till.send("2", "cancel", json!({ "operation": "op-2" })).await;
        till.until(4).await;
        till.send("2", "pay", pay_body("op-3")).await;
        till.until(6).await;
        assert_eq!(till.output.done().last().unwrap(), &format!("show op-3 at {DISPLAY}"));
    });
}

#[test]
fn when_nothing_that_was_asked_for_shows_the_code_the_next_console_steps_in() {
    let world = shop();
    world.output.set(PRINTER, Manner::Refuses);
    world.live(async |till| {
        till.send("1", "pay", on("op-1", &["printer"])).await;
        till.until(2).await;
        assert_eq!(told(till, "1"), set(&["p1 failed", "d1 shown"]));
    });
}

#[test]
fn a_job_that_nobody_begins_within_three_seconds_is_withdrawn_for_good() {
    let world = shop();
    world.output.drive(&["another-site"]);
    world.live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.until(5).await;
        assert_eq!(told(till, "1"), set(&["p1 failed", "d1 failed"]));
    });
    world.output.drive(&["main"]);
    world.live(async |till| {
        till.until(20).await;
        assert_eq!(till.output.done(), Vec::<String>::new());
    });
}

#[test]
fn a_slip_is_never_printed_twice_wherever_the_service_dies() {
    for side in [Side::Before, Side::After] {
        let world = shop();
        world.crash_at(CrashPoint { port: Port::Output, number: 1, side });
        let paid = world.live_unless_crashed(async |till| {
            till.send("1", "pay", on("op-1", &["p1"])).await;
            till.until(2).await;
        });
        assert!(paid.is_none(), "it died at the printer");
        world.live(async |till| {
            till.until(60).await;
            let printed = till.output.done().iter().filter(|done| done.contains(PRINTER)).count();
            assert_eq!(printed, usize::from(side == Side::After));
            let register = told(till, "1");
            assert!(register.contains("p1 not_confirmed"), "{register:?}");
        });
    }
}

#[test]
fn a_pay_that_nothing_could_show_ends_before_a_bank_is_asked() {
    let world = World::new();
    world.set(|settings| {
        let out_of_order_until = Some(Timestamp::parse("2100-01-01T00:00:00Z").unwrap());
        let broken = ConsoleSettings { out_of_order_until, ..device(ConsoleKind::Printer, PRINTER) };
        with(settings, "1", "p1", broken);
        with(settings, "1", "l1", device(ConsoleKind::LineDisplay, LINE_DISPLAY));
    });
    world.live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.until(1).await;
        let rejected = till.sink.last("1", "request.rejected").unwrap().body;
        assert_eq!(rejected["code"], "no_output");
        assert!(rejected["reason"].as_str().unwrap().contains("p1: "), "{rejected}");
        assert!(till.bank.calls().is_empty());
    });
}

#[test]
fn a_page_that_is_out_of_order_counts_as_nothing_to_show_a_code_on() {
    let world = World::new();
    world.set(|settings| {
        let out_of_order_until = Some(Timestamp::parse("2100-01-01T00:00:00Z").unwrap());
        let page = ConsoleSettings { out_of_order_until, ..ConsoleSettings::new("Page", ConsoleKind::Kiosk) };
        with(settings, "1", "k1", page);
    });
    world.live(async |till| {
        till.send("1", "pay", on("op-1", &["k1"])).await;
        assert_eq!(till.sink.last("1", "request.rejected").unwrap().body["code"], "no_output");
        assert!(till.bank.calls().is_empty());
    });
}

#[test]
fn p8_a_code_that_outlives_five_minutes_and_cant_be_annulled_is_not_printed() {
    let world = shop().terms("north", |terms| {
        terms.annul = false;
        terms.code_life = std::time::Duration::from_mins(30);
    });
    world.live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.until(1).await;
        assert_eq!(told(till, "1"), set(&["d1 shown", "p1 failed"]));
        assert_eq!(till.output.done(), [format!("show op-1 at {DISPLAY}")]);
    });
}

#[test]
fn p8_whether_paper_may_carry_a_code_is_judged_by_the_life_that_the_code_will_have() {
    for (type_says, till_says, is_printed) in [
        (None, None, false),
        (Some(300), None, true),
        (Some(301), None, false),
        (Some(1_800), Some(300), true),
        (Some(300), Some(301), false),
    ] {
        let world = World::new().terms("north", |terms| {
            terms.annul = false;
            terms.code_life = std::time::Duration::from_mins(30);
        });
        world.set(|settings| {
            with(settings, "1", "p1", device(ConsoleKind::Printer, PRINTER));
            let store = settings.stores.get_mut(&StoreId::parse("17").unwrap()).unwrap();
            let tender = store.payment_types.get_mut(&PaymentTypeCode::parse("sbp").unwrap()).unwrap();
            tender.code_life_s = type_says;
        });
        world.live(async |till| {
            let mut body = pay_body("op-1");
            body["expires_in_s"] = json!(till_says);
            till.send("1", "pay", body).await;
            till.until(1).await;
            let rejected = till.sink.last("1", "request.rejected").map(|event| event.body["code"].clone());
            assert_eq!(rejected, (!is_printed).then(|| json!("no_output")), "{type_says:?} {till_says:?}");
            assert_eq!(till.bank.calls().is_empty(), !is_printed, "{type_says:?} {till_says:?}");
        });
    }
}

#[test]
fn what_a_bank_can_withdraw_may_be_printed_whatever_its_life() {
    let world = World::new().terms("north", |terms| terms.code_life = std::time::Duration::from_mins(30));
    world.set(|settings| with(settings, "1", "p1", device(ConsoleKind::Printer, PRINTER)));
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        assert_eq!(told(till, "1"), set(&["p1 printed"]));
    });
}

#[test]
fn a_device_gets_a_code_as_soon_as_there_is_one_and_the_next_as_soon_as_it_is_free() {
    let world = World::with_many_open();
    world.set(|settings| with(settings, "1", "p1", device(ConsoleKind::Printer, PRINTER)));
    world.live(async |till| {
        till.until_ms(1_100).await; // between two looks for jobs that nobody told of
        till.pay("op-1").await;
        till.pay("op-2").await;
        till.breathe().await;
        assert_eq!((till.output.done().len(), till.clock_ms()), (2, 1_100));
    });
}

#[test]
fn a_line_of_text_never_steps_in_for_a_code() {
    let world = World::new();
    world.set(|settings| {
        with(settings, "1", "p1", device(ConsoleKind::Printer, PRINTER));
        with(settings, "1", "l1", device(ConsoleKind::LineDisplay, LINE_DISPLAY));
    });
    world.output.set(PRINTER, Manner::Refuses);
    world.live(async |till| {
        till.send("1", "pay", on("op-1", &["p1"])).await;
        till.until(5).await;
        let consoles = till.payment("op-1").await.checkout.consoles.clone();
        assert_eq!(consoles.iter().map(|terms| terms.console.as_str()).collect::<Vec<_>>(), ["p1"]);
        assert_eq!(told(till, "1"), set(&["p1 failed"]));
    });
}

/// Who has got hold of a console of till 1, as its page reads it.
async fn holder(till: &Life<'_>, console: &str) -> Option<String> {
    let owner =
        Destination { store: StoreId::parse("17").unwrap(), register: RegisterId::parse("1").unwrap() };
    let holder = till.engine.holder(&owner, &ConsoleId::parse(console).unwrap()).await.unwrap();
    holder.map(|payment| payment.checkout.operation.to_string())
}

#[test]
fn a_page_that_two_tills_share_shows_the_code_of_the_second_while_the_first_has_none() {
    let world = World::new();
    world.set(|settings| {
        let also_for = BTreeSet::from([RegisterId::parse("2").unwrap()]);
        let page = ConsoleSettings { also_for, ..ConsoleSettings::new("Page", ConsoleKind::Display) };
        with(settings, "1", "d1", page);
    });
    world.live(async |till| {
        assert_eq!(holder(till, "d1").await, None);
        till.send("2", "pay", pay_body("op-2")).await;
        till.until_ms(500).await;
        assert_eq!(holder(till, "d1").await.as_deref(), Some("op-2"), "the page shows it");
        till.engine.drew(till.payments()[0].id, &ConsoleId::parse("d1").unwrap());
        till.send("1", "pay", pay_body("op-1")).await;
        till.until_ms(1_500).await;
        assert_eq!(told(till, "2"), set(&["d1 shown"]));
        assert_eq!(told(till, "1"), set(&["d1 busy"]), "nothing is overwritten");
        assert_eq!(holder(till, "d1").await.as_deref(), Some("op-2"));
    });
}

#[test]
fn of_many_payments_of_one_till_its_page_shows_the_first_until_it_is_over() {
    let world = World::with_many_open();
    world.set(|settings| with(settings, "1", "d1", ConsoleSettings::new("Page", ConsoleKind::Display)));
    world.live(async |till| {
        for number in 1..=12 {
            till.send("1", "pay", pay_body(&format!("op-{number}"))).await;
            till.until_ms(300 * number).await;
        }
        assert_eq!(
            holder(till, "d1").await.as_deref(),
            Some("op-1"),
            "also when it is older than all that pages read"
        );
        assert_eq!(told(till, "1"), set(&["d1 busy"]), "the others are told so");
        till.cancel("op-1").await;
        till.until(6).await;
        till.send("1", "pay", pay_body("op-13")).await;
        till.until(7).await;
        assert_eq!(holder(till, "d1").await.as_deref(), Some("op-13"));
    });
}

#[test]
fn a_printer_that_tills_share_prints_for_all_of_them() {
    let world = World::new();
    world.set(|settings| {
        let also_for = BTreeSet::from([RegisterId::parse("2").unwrap()]);
        with(settings, "1", "p1", ConsoleSettings { also_for, ..device(ConsoleKind::Printer, PRINTER) });
    });
    world.live(async |till| {
        till.send("1", "pay", pay_body("op-1")).await;
        till.send("2", "pay", pay_body("op-2")).await;
        till.until(2).await;
        assert_eq!((told(till, "1"), told(till, "2")), (set(&["p1 printed"]), set(&["p1 printed"])));
    });
}
