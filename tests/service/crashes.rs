//! `kill -9` of the service, at moments that nobody chose.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;

use crate::customers::{Customers, Fate};
use crate::lab::{Random, Service, World};

const CUSTOMERS: usize = 500;
const KILLS: usize = 10;

/// Kills the service again and again, spread over the whole crowd, and starts it anew each time.
async fn kill(service: &mut Service, customers: &Customers<'_>, random: &mut Random) {
    for number in 0..KILLS {
        let share = CUSTOMERS / KILLS;
        let moment = number * share + usize::try_from(random.below(40)).expect("a small number");
        customers.until_served(moment.min(CUSTOMERS - share)).await;
        sleep(Duration::from_millis(random.below(700))).await;
        service.kill().await;
        sleep(Duration::from_millis(random.below(1_000))).await;
        service.start().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_p4_p6_p9_killed_again_and_again_the_service_brings_every_payment_to_its_end() {
    let mut random = Random::from_environment("crashes");
    let mut world = World::start().await;
    let tills = [world.till("1").await, world.till("2").await, world.till("3").await];
    let fates: Vec<Fate> = (0..CUSTOMERS).map(|_| Fate::drawn(&mut random)).collect();
    let customers = Customers::new(&world.bank, &tills);
    tokio::join!(customers.serve(&fates), kill(&mut world.service, &customers, &mut random));

    world.books_agree(&tills.iter().collect::<Vec<_>>()).await;
    each_order_was_asked_for_once(&world);
    assert_eq!(world.waiting("dead").await, 0, "nothing had to be buried");
    world.end().await;
}

/// Counted on the wire, so that neither the service nor the bank has a say in it.
fn each_order_was_asked_for_once(world: &World) {
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for call in world.wire.calls() {
        if call.method == "POST" && call.path.ends_with("/qrs") {
            *asked.entry(call.body["order"].to_string()).or_default() += 1;
        }
    }
    assert!(asked.len() > CUSTOMERS / 2, "the wire was listened to: {} orders", asked.len());
    let twice: Vec<_> = asked.into_iter().filter(|(_, times)| *times > 1).collect();
    assert!(twice.is_empty(), "created more than once: {twice:?}");
}
