//! Orderly stops: updates and reboots in the middle of business.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::customers::{Customers, Fate};
use crate::lab::{Random, Screen, World};
use crate::till::{ask, begin, expect, pay};

/// The patience of the configuration, and what a busy machine adds.
const STOPS_WITHIN: Duration = Duration::from_secs(25);

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_loses_nothing_and_comes_in_order() {
    let mut random = Random::from_environment("restarts");
    let mut world = World::start().await;
    let tills = [world.till("2").await, world.till("3").await];
    let fates: Vec<Fate> = (0..60).map(|_| Fate::drawn(&mut random)).collect();
    let customers = Customers::new(&world.bank, &tills);
    let (service, mut durations) = (&mut world.service, Vec::new());
    let restarts = async {
        for served in [10, 30] {
            customers.until_served(served).await;
            let began = Instant::now();
            service.stop().await;
            durations.push(began.elapsed());
            service.start().await;
        }
    };
    tokio::join!(customers.serve(&fates), restarts);
    println!("stops took {durations:?}");
    assert!(durations.iter().all(|duration| *duration < STOPS_WITHIN), "{durations:?}");

    let log = world.service.log();
    let words: Vec<&str> = log
        .lines()
        .filter_map(|line| {
            ["the service is up", "stopping", "stopped"].into_iter().find(|word| line.contains(word))
        })
        .collect();
    let once = ["the service is up", "stopping", "stopped"];
    assert_eq!(words, [&once[..], &once, &once[..1]].concat(), "in the log, in this order");
    world.books_agree(&tills.iter().collect::<Vec<_>>()).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_the_kiosk_is_right_again_after_a_restart() {
    let mut world = World::start().await;
    let till = world.till("1").await;
    let mut screen = Screen::open(world.service.http()).await;
    assert_eq!(screen.next().await["state"], "idle", "a snapshot comes first");
    let paid_later = begin(&till, &pay("a", 19_800)).await;
    let before = screen.until("code").await;
    assert_eq!(before["code"]["payload"], json!(paid_later));

    world.service.kill().await;
    world.service.start().await;
    let mut screen = Screen::open(world.service.http()).await;
    assert_eq!(screen.next().await, before, "the same code, amount and end as before");
    world.bank.pay(&paid_later).await;
    screen.until("paid").await;
    expect(&till, "a", "payment.paid").await;

    begin(&till, &pay("b", 5_000)).await;
    screen.until("code").await;
    world.service.stop().await;
    till.send("cancel", &json!({ "operation": "b" })).await.unwrap();
    world.service.start().await;
    let mut screen = Screen::open(world.service.http()).await;
    let over = screen.until("cancelled").await;
    assert!(over["code"].is_null(), "a code that is over is shown nowhere: {over}");
    expect(&till, "b", "payment.cancelled").await;
    ask(&till, "get", &json!({ "operation": "b" })).await;
    world.books_agree(&[&till]).await;
    world.end().await;
}
