//! Codes on everything that a register has: pages, displays that take pushes, printers; each is told of, none waits for
//! another.

use std::collections::BTreeMap;
use std::time::Duration;

use console::samples::paper::model;
use device::Profiles;
use serde_json::{Value, json};
use universal_integrator::till::AmqpRegister;
use virtual_printer::{Paper, Script, Trouble, VirtualPrinter};

use crate::lab::{Broker, LIMIT, Plan, PushedDisplay, STORE, Screen, World, until};
use crate::till::{ask, begin, expect, pay};

/// A printer that tells how it is, and draws codes that we draw.
const PROFILE: &str = "atol-rp326";

/// A console, as settings say it.
fn console(register: &str, id: &str, kind: &str, more: &str) -> String {
    format!(
        "\n[stores.{STORE}.registers.{register}.consoles.{id}]\nname = \"{id}\"\nkind = \"{kind}\"\nshow_qr = true\n{more}\n"
    )
}

fn at(address: &str) -> String {
    format!("address = \"{address}\"")
}

fn printer_at(register: &str, id: &str, printer: &VirtualPrinter) -> String {
    let device = format!("{}\nprofile = \"{PROFILE}\"\nthrough_till = false", at(&printer.address()));
    console(register, id, "printer", &device)
}

async fn world(outputs: String) -> World {
    World::build(Plan { outputs, ..Plan::default() }, Broker::shared()).await
}

async fn printer(script: Script) -> VirtualPrinter {
    VirtualPrinter::start(script).await.expect("a free port")
}

fn without_paper() -> Script {
    Script { trouble: Some((0, Trouble::PaperEnd)), ..Script::default() }
}

/// The last word on each console of an operation: its outcome, and why.
fn told(till: &AmqpRegister, operation: &str) -> BTreeMap<String, (String, String)> {
    let mut last = BTreeMap::new();
    for event in till.received() {
        if event.operation() == Some(operation) && event.name() == "payment.shown" {
            for console in event.body["consoles"].as_array().expect("a list") {
                let text = |field: &str| console[field].as_str().unwrap_or_default().to_owned();
                last.insert(text("console"), (text("outcome"), text("reason")));
            }
        }
    }
    last
}

async fn until_told(till: &AmqpRegister, operation: &str, expected: &[(&str, &str)]) {
    let wanted: BTreeMap<&str, &str> = expected.iter().copied().collect();
    let is_told = async || {
        let told = told(till, operation);
        let words: BTreeMap<&str, &str> =
            told.iter().map(|(console, (outcome, _))| (console.as_str(), outcome.as_str())).collect();
        (words == wanted).then_some(())
    };
    let what = format!("{operation} is told {expected:?}");
    let wait = until(&what, is_told);
    tokio::select! {
        () = wait => {}
        () = tokio::time::sleep(LIMIT / 2) => panic!("{operation}: {:?}, not {expected:?}", told(till, operation)),
    }
}

fn printed(printer: &VirtualPrinter) -> String {
    let jobs = printer.jobs();
    assert_eq!((jobs.len(), printer.faults()), (1, Vec::new()), "one slip, and every byte of it understood");
    Paper::print(&model(&Profiles::built_in().printers[PROFILE]), &jobs[0]).expect("a slip").text().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_without_paper_is_told_of_and_delays_neither_the_screens_nor_the_next_tills_printer() {
    let (empty, dead, healthy) = (
        printer(without_paper()).await,
        printer(Script { trouble: Some((0, Trouble::Dead)), ..Script::default() }).await,
        printer(Script::default()).await,
    );
    let outputs = [
        console("1", "display-1", "display", ""),
        printer_at("1", "printer-1", &empty),
        printer_at("2", "printer-2", &healthy),
        printer_at("3", "printer-3", &dead),
    ];
    let world = world(outputs.concat()).await;
    let (first, second, third) = (world.till("1").await, world.till("2").await, world.till("3").await);
    let mut kiosk = Screen::open(world.service.http()).await;
    let mut display = Screen::of(world.service.http(), "1", "display-1").await;

    begin(&third, &pay("c", 300)).await;
    let payload = begin(&first, &pay("a", 100)).await;
    begin(&second, &pay("b", 200)).await;
    for screen in [&mut kiosk, &mut display] {
        assert_eq!(screen.until("code").await["code"]["payload"], json!(payload));
    }
    until_told(&second, "b", &[("printer-2", "printed")]).await;
    let ready = expect(&second, "b", "payment.qr_ready").await.occurred_at().unwrap();
    let shown = expect(&second, "b", "payment.shown").await.occurred_at().unwrap();
    assert!(shown.since(ready) < Duration::from_secs(3), "its printer waited: {:?}", shown.since(ready));
    assert!(printed(&healthy).contains("ТЕСТ, НЕ ОПЛАЧЕНО"), "{}", printed(&healthy));

    until_told(&first, "a", &[("kiosk-1", "shown"), ("display-1", "shown"), ("printer-1", "failed")]).await;
    let (_, reason) = told(&first, "a")["printer-1"].clone();
    assert!(reason.contains("paper"), "the cashier is told what to do: {reason}");
    until_told(&third, "c", &[("printer-3", "failed")]).await;
    assert_eq!((empty.jobs().len(), dead.jobs().len()), (0, 0), "what can't print is sent nothing");

    world.bank.pay(&payload).await;
    expect(&first, "a", "payment.paid").await;
    for screen in [&mut kiosk, &mut display] {
        assert_eq!(screen.until("paid").await["code"], Value::Null);
    }
    for (till, operation) in [(&second, "b"), (&third, "c")] {
        ask(till, "cancel", &json!({ "operation": operation })).await;
        expect(till, operation, "payment.cancelled").await;
    }
    world.books_agree(&[&first, &second, &third]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tills_that_share_a_display_the_second_is_told_busy_and_nothing_is_overwritten() {
    let world = world(console("2", "shared", "display", "also_for = [\"3\"]")).await;
    let (owner, guest) = (world.till("2").await, world.till("3").await);
    let mut display = Screen::of(world.service.http(), "2", "shared").await;

    let payload = begin(&guest, &pay("a", 100)).await;
    let shown = display.until("code").await;
    assert_eq!(shown["code"]["payload"], json!(payload), "the code of the till that it is not set up at");
    until_told(&guest, "a", &[("shared", "shown")]).await;
    begin(&owner, &pay("b", 200)).await;
    until_told(&owner, "b", &[("shared", "busy")]).await;
    let mut again = Screen::of(world.service.http(), "2", "shared").await;
    assert_eq!(again.next().await, shown, "nothing is overwritten");

    world.bank.pay(&payload).await;
    display.until("paid").await;
    ask(&owner, "cancel", &json!({ "operation": "b" })).await;
    expect(&owner, "b", "payment.cancelled").await;
    let next = begin(&owner, &pay("c", 300)).await;
    assert_eq!(display.until("code").await["code"]["payload"], json!(next), "it is free again");
    until_told(&owner, "c", &[("shared", "shown")]).await;
    ask(&owner, "cancel", &json!({ "operation": "c" })).await;
    expect(&owner, "c", "payment.cancelled").await;
    world.books_agree(&[&owner, &guest]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_killed_between_printing_and_telling_does_not_print_again() {
    // Somebody pulls its plug in the middle of the slip: the service waits for a confirmation that does not come.
    let dying = printer(Script { trouble: Some((2_000, Trouble::Dead)), ..Script::default() }).await;
    let mut world = world(printer_at("2", "printer-2", &dying)).await;
    let till = world.till("2").await;
    begin(&till, &pay("a", 100)).await;
    let is_on_paper = async || dying.jobs().first().filter(|job| job.len() >= 2_000).map(drop);
    until("a part of the slip is printed", is_on_paper).await;
    world.service.kill().await;
    assert!(told(&till, "a").is_empty(), "the till has not heard of it");
    world.service.start().await;
    until_told(&till, "a", &[("printer-2", "not_confirmed")]).await;
    ask(&till, "cancel", &json!({ "operation": "a" })).await;
    expect(&till, "a", "payment.cancelled").await;
    assert_eq!(dying.jobs().len(), 1, "it works again at every new connection, and is sent nothing");
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_at_every_end_a_code_is_withdrawn_from_all_that_show_it_also_after_a_crash() {
    let pushed = PushedDisplay::start().await;
    let outputs =
        [console("1", "display-1", "display", ""), console("1", "pushed", "display", &at(&pushed.address()))];
    let mut world = world(outputs.concat()).await;
    let till = world.till("1").await;
    for (operation, end) in [("a", "paid"), ("b", "cancelled"), ("c", "expired"), ("d", "cancelled")] {
        let mut kiosk = Screen::open(world.service.http()).await;
        let mut display = Screen::of(world.service.http(), "1", "display-1").await;
        let mut body = pay(operation, 100);
        body["expires_in_s"] = if end == "expired" { json!(4) } else { json!(120) };
        let payload = begin(&till, &body).await;
        for screen in [&mut kiosk, &mut display] {
            assert_eq!(screen.until("code").await["code"]["payload"], json!(payload), "{operation}");
        }
        let shown = pushed.until("code").await;
        assert_eq!((&shown["payload"], &shown["test"]), (&json!(payload), &json!(true)));
        assert!(shown["svg"].as_str().unwrap().starts_with("<svg"), "{shown}");
        assert_eq!(shown["notice"], "ТЕСТ, НЕ ОПЛАЧЕНО");
        if operation == "d" {
            // It dies with the code on all three; the end comes to another life.
            world.service.kill().await;
            world.service.start().await;
            kiosk = Screen::open(world.service.http()).await;
            display = Screen::of(world.service.http(), "1", "display-1").await;
        }
        match end {
            "paid" => world.bank.pay(&payload).await,
            "cancelled" => drop(ask(&till, "cancel", &json!({ "operation": operation })).await),
            _ => {}
        }
        expect(&till, operation, &format!("payment.{end}")).await;
        for screen in [&mut kiosk, &mut display] {
            assert_eq!(screen.until(end).await["code"], Value::Null, "{operation}");
        }
        pushed.until("idle").await;
    }
    let states: Vec<Value> = pushed.told().iter().map(|told| told["state"].clone()).collect();
    assert_eq!(states, ["code", "idle"].repeat(4), "each once");
    world.books_agree(&[&till]).await;
    world.end().await;
}
