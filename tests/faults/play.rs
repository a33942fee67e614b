//! How each fault comes and goes.

use std::time::Duration;

use tokio::time::sleep;

use crate::lab::Weather;
use crate::rows::{Fault, Ill, Neighbour};
use crate::scene::Scene;

/// Plays a fault while customers are served, until it is over and some more have been.
pub(crate) async fn play(fault: Fault, scene: &mut Scene<'_>) {
    scene.served_more(10).await;
    match fault {
        Fault::ServiceKilled => kill_the_service(scene).await,
        Fault::Broker(ill) => {
            let (begin, end) = verbs(ill);
            scene.begins();
            scene.broker.control(&[begin]).await;
            scene.hold(4, 20).await;
            scene.broker.control(&[end]).await;
            scene.is_over().await;
        }
        Fault::Server(ill) => {
            let (begin, end) = verbs(ill);
            let server = scene.server.expect("it is on PostgreSQL");
            scene.begins();
            server.control(&[begin]).await;
            scene.hold(4, 20).await;
            server.control(&[end]).await;
            scene.is_over().await;
        }
        Fault::BrokerAlarm => {
            scene.begins();
            scene.broker.control(&["ctl", "set_vm_memory_high_watermark", "0"]).await;
            scene.hold(5, 20).await;
            scene.broker.control(&["ctl", "set_vm_memory_high_watermark", "0.6"]).await;
            scene.is_over().await;
        }
        Fault::Network(neighbour, weather) => {
            let network = match neighbour {
                Neighbour::Broker => &scene.networks.broker,
                Neighbour::Bank => &scene.networks.bank,
                Neighbour::Server => scene.networks.database.as_ref().expect("it is on PostgreSQL"),
            };
            scene.begins();
            network.set(weather);
            scene.hold(6, 25).await;
            network.set(Weather::Fair);
            scene.is_over().await;
        }
    }
    scene.served_more(10).await;
}

fn verbs(ill: Ill) -> (&'static str, &'static str) {
    match ill {
        Ill::Killed => ("kill", "start"),
        Ill::Frozen => ("freeze", "thaw"),
    }
}

/// One time in three it dies once more while it takes over what it left.
async fn kill_the_service(scene: &mut Scene<'_>) {
    let kills = if scene.is_quick { 10 } else { 50 };
    for _ in 0..kills {
        sleep(Duration::from_millis(scene.random.below(1_000))).await;
        scene.begins();
        scene.service.kill().await;
        if scene.random.below(3) == 0 {
            scene.service.start_without_waiting();
            sleep(Duration::from_millis(scene.random.below(400))).await;
            scene.service.kill().await;
        }
        scene.service.start_without_waiting();
        scene.is_over().await;
    }
}
