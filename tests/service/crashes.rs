//! `kill -9` of the service, at moments that nobody chose.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::customers::{Customers, Fate};
use crate::lab::{Random, Service, World};

/// Kills the service again and again, spread over the whole crowd, and starts it anew each time; now and then it dies once
/// more while it takes over what it left.
async fn kill(
    service: &mut Service,
    customers: &Customers<'_>,
    crowd: usize,
    kills: usize,
    random: &mut Random,
) {
    let share = crowd / kills;
    for number in 0..kills {
        let moment = number * share + random.index_below(share);
        customers.until_served(moment.min(crowd - share)).await;
        sleep(Duration::from_millis(random.below(700))).await;
        service.kill().await;
        sleep(Duration::from_millis(random.below(1_000))).await;
        if random.below(3) == 0 {
            service.start_without_waiting();
            sleep(Duration::from_millis(random.below(400))).await;
            service.kill().await;
        }
        service.start().await;
    }
}

/// Serves a crowd while the service is killed, and then looks at everything.
async fn survive(mut world: World, crowd: usize, kills: usize, random: &mut Random) {
    let tills = [world.till("1").await, world.till("2").await, world.till("3").await];
    let fates: Vec<Fate> = (0..crowd).map(|_| Fate::drawn(random)).collect();
    let customers = Customers::new(&world.bank, &tills);
    tokio::join!(customers.serve(&fates), kill(&mut world.service, &customers, crowd, kills, random));

    world.books_agree(&tills.iter().collect::<Vec<_>>()).await;
    let (twice, orders) = world.orders_asked_twice();
    assert!(orders > crowd / 2, "the wire was listened to: {orders} orders");
    assert!(twice.is_empty(), "created more than once: {twice:?}");
    assert_eq!(world.waiting("dead").await, 0, "nothing had to be buried");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_p4_p6_p9_killed_again_and_again_the_service_brings_every_payment_to_its_end() {
    let mut random = Random::from_environment("crashes");
    survive(World::start().await, 500, 10, &mut random).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_p4_p7_so_it_does_though_the_bank_is_ill_too() {
    let mut random = Random::from_environment("crashes with an ill bank");
    let world = World::start().await;
    for (call, fault) in [
        ("create", json!({ "fault": "http_500", "after": true })),
        ("create", json!({ "fault": "reset" })),
        ("status", json!({ "fault": "garbage" })),
        ("cancel", json!({ "fault": "reset", "after": true })),
        ("cancel", json!({ "fault": "http_500" })),
        ("refund", json!({ "fault": "html", "after": true })),
        ("refund", json!({ "fault": "reset" })),
        ("status", json!({ "fault": "no_notification" })),
        ("status", json!({ "fault": "duplicate_notification" })),
    ] {
        let mut fault = fault;
        fault["call"] = json!(call);
        fault["times"] = json!(0);
        fault["probability"] = json!(0.1);
        world.bank.fault(&fault).await;
    }
    survive(world, 150, 4, &mut random).await;
}
