//! The service on PostgreSQL: alone, killed, without its database for a while, and as one of several instances.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::customers::{Customers, Fate};
use crate::lab::{Broker, Plan, Postgres, Random, World};
use crate::till::{ask, begin, expect, pay, roubles, story};

async fn world_on(server: &Postgres) -> World {
    let plan = Plan { postgres: Some(server.schema().await), ..Plan::default() };
    World::build(plan, Broker::shared()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_paid_over_a_kill_and_the_money_goes_back() {
    let mut world = world_on(&Postgres::shared()).await;
    let till = world.till("2").await;
    let payload = begin(&till, &pay("a", 19_800)).await;
    world.service.kill().await;
    world.bank.pay(&payload).await;
    world.service.start().await;
    expect(&till, "a", "payment.paid").await;
    assert_eq!(story(&till, "a"), ["payment.accepted", "payment.qr_ready", "payment.paid"]);

    ask(&till, "refund", &json!({ "operation": "r", "payment_operation": "a", "amount": roubles(9_900) }))
        .await;
    expect(&till, "r", "refund.completed").await;
    let shown = world.service.command(&["payments", "list", "--json"]).await;
    assert!(shown.contains("\"paid\""), "{shown}");
    let settings = world.service.command(&["settings", "export"]).await;
    assert!(settings.contains("[servers.sbp]") && settings.contains("sealed"), "{settings}");
    let standing = world.service.command(&["migrate"]).await;
    assert!(standing.contains("up to date"), "{standing}");
    world.books_agree(&[&till]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_served_while_the_database_server_is_killed_and_started_again() {
    let mut random = Random::from_environment("postgres-restarts");
    let server = Postgres::private().await;
    let world = world_on(&server).await;
    let tills = [world.till("2").await, world.till("3").await];
    let fates: Vec<Fate> = (0..60).map(|_| Fate::drawn(&mut random)).collect();
    let customers = Customers::new(&world.bank, &tills);
    let disturbances = async {
        customers.until_served(10).await;
        server.control(&["kill"]).await;
        sleep(Duration::from_secs(2)).await;
        server.control(&["start"]).await;
        customers.until_served(35).await;
        server.control(&["freeze"]).await;
        sleep(Duration::from_secs(3)).await;
        server.control(&["thaw"]).await;
    };
    tokio::join!(customers.serve(&fates), disturbances);
    world.books_agree(&tills.iter().collect::<Vec<_>>()).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_share_the_shop_and_one_takes_over_when_the_other_is_killed() {
    let mut random = Random::from_environment("postgres-instances");
    let mut world = world_on(&Postgres::shared()).await;
    let mut another = world.another_instance().await;
    another.start().await;
    let tills = [world.till("2").await, world.till("3").await];
    let fates: Vec<Fate> = (0..80).map(|_| Fate::drawn(&mut random)).collect();
    let customers = Customers::new(&world.bank, &tills);
    let (service, other) = (&mut world.service, &mut another);
    let disturbances = async {
        customers.until_served(20).await;
        other.kill().await;
        customers.until_served(45).await;
        other.start().await;
        customers.until_served(60).await;
        service.stop().await;
        service.start().await;
    };
    tokio::join!(customers.serve(&fates), disturbances);
    world.books_agree(&tills.iter().collect::<Vec<_>>()).await;
    another.stop().await;
    world.end().await;
}
