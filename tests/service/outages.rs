//! RabbitMQ away for a while.

use std::time::Duration;

use tokio::time::sleep;

use crate::customers::{Customers, Fate};
use crate::lab::{Broker, Plan, Random, World};

const CUSTOMERS: usize = 200;
const AWAY: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn p9_while_rabbitmq_is_away_payments_go_on_and_afterwards_all_events_arrive_in_order() {
    let mut random = Random::from_environment("outages");
    let world = World::build(Plan::default(), Broker::private().await).await;
    let tills = [world.till("1").await, world.till("2").await, world.till("3").await];
    let fates: Vec<Fate> = (0..CUSTOMERS).map(|_| Fate::drawn(&mut random)).collect();
    let customers = Customers::new(&world.bank, &tills);
    let outage = async {
        customers.until_served(CUSTOMERS / 4).await;
        world.broker.control(&["stop"]).await;
        sleep(AWAY).await;
        world.broker.control(&["start"]).await;
    };
    tokio::join!(customers.serve(&fates), outage);

    world.books_agree(&tills.iter().collect::<Vec<_>>()).await;
    assert_eq!(world.waiting("dead").await, 0, "nothing had to be buried");
    world.end().await;
}
