//! How each fault comes and goes.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use universal_integrator::till::{AmqpRegister, BasicProperties, Event, RawMessage};

use crate::disk::set_immutable;
use crate::lab::till::pay;
use crate::lab::{HttpTill, STORE, Weather};
use crate::rows::{Fault, Ill, Neighbour};
use crate::scene::{PATIENCE, Scene};

/// After so long without a sign of life an instance's rows are taken over, in seconds.
pub(crate) const LAPSE_S: u64 = 10;
/// The register whose checkouts come over HTTP.
pub(crate) const HTTP_REGISTER: &str = "6";
/// A database that can't write must be noticed within so many checkouts.
const REFUSED_WITHIN: usize = 2_000;
/// RabbitMQ 3.10 may leave a quorum queue without a leader for good that is younger than this when it is killed.
const YOUNG: Duration = Duration::from_secs(3);
/// The service is killed again and again for about so long.
pub(crate) const KILLED_FOR: Duration = Duration::from_mins(5);
/// How many checkouts come from a register that hears nothing.
const UNHEARD: usize = 20;

/// Plays a fault while customers are served, until it is over and some more have been.
pub(crate) async fn play(fault: Fault, scene: &mut Scene<'_>) {
    scene.served_more(10).await;
    match fault {
        Fault::ServiceKilled => kill_the_service(scene).await,
        Fault::Broker(ill) => {
            let (begin, end) = verbs(ill);
            sleep(YOUNG).await;
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
        Fault::DiskFull => fill_the_disk(scene).await,
        Fault::ReadOnly => forbid_writing(scene).await,
        Fault::ClockStepped => step_the_clock(scene).await,
        Fault::InstanceKilled => {
            scene.begins();
            scene.another().kill().await;
            scene.is_over().await;
            scene.hold(LAPSE_S + 2, LAPSE_S * 2).await;
            scene.another().start().await;
        }
        Fault::InstanceFrozen => {
            scene.begins();
            scene.another().freeze().await;
            scene.hold(LAPSE_S + 5, LAPSE_S * 3).await;
            scene.another().thaw().await;
            scene.is_over().await;
        }
        Fault::NoQueue => pay_without_a_queue(scene).await,
        Fault::InstanceKilledAtRate | Fault::ManyOpen | Fault::Script(_) => {
            unreachable!("it has a stage of its own")
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
    let kills = if scene.is_quick { 10 } else { 100 };
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

async fn fill_the_disk(scene: &mut Scene<'_>) {
    let disk = scene.disk.expect("the stage has one");
    scene.begins();
    disk.fill();
    let refused = until_refused(scene).await;
    scene.hold(4, 20).await;
    disk.make_room();
    if let Some(server) = scene.server {
        // It may have ended: its log was not to be written.
        server.control(&["start"]).await;
    }
    scene.is_over().await;
    ask_again(scene, refused).await;
}

async fn forbid_writing(scene: &mut Scene<'_>) {
    scene.begins();
    set_read_only(scene, true).await;
    let refused = until_refused(scene).await;
    scene.hold(4, 20).await;
    set_read_only(scene, false).await;
    scene.is_over().await;
    ask_again(scene, refused).await;
}

async fn set_read_only(scene: &Scene<'_>, is_read_only: bool) {
    match scene.server {
        Some(server) => {
            let word = if is_read_only { "on" } else { "off" };
            let set = format!("ALTER SYSTEM SET default_transaction_read_only = {word}");
            server.control(&["sql", "-c", &set, "-c", "SELECT pg_reload_conf()"]).await;
        }
        None => set_immutable(&scene.files, is_read_only).expect("root can do this on ext4"),
    }
}

/// Asks for payments over HTTP until one is refused; returns its operation.
async fn until_refused(scene: &mut Scene<'_>) -> String {
    let till = HttpTill::at(scene.service.http(), HTTP_REGISTER);
    for number in 0..REFUSED_WITHIN {
        let operation = format!("refused-{number}");
        let (status, answer) = till.pay(&operation, 100).await;
        if status == 503 {
            let code = answer["code"].as_str().unwrap_or("no code");
            scene.notes.seen.push(format!("new checkouts: 503 {code}"));
            return operation;
        }
        if status != 201 {
            scene.notes.wrong.push(format!("a new checkout was answered {status} {answer}"));
        }
        let (status, answer) = till.cancel(&format!("op:{STORE}:{HTTP_REGISTER}:{operation}")).await;
        if status >= 400 && status != 503 {
            scene.notes.wrong.push(format!("a cancel was answered {status} {answer}"));
        }
    }
    scene.notes.wrong.push(format!("{REFUSED_WITHIN} new checkouts were all taken"));
    "refused-0".to_owned()
}

/// Sends all that was asked over HTTP again: now it is taken, and ends.
async fn ask_again(scene: &mut Scene<'_>, refused: String) {
    let till = HttpTill::at(scene.service.http(), HTTP_REGISTER);
    let (status, answer) = till.pay(&refused, 100).await;
    if !matches!(status, 200 | 201) {
        scene.notes.wrong.push(format!("what was refused is not taken afterwards: {status} {answer}"));
    }
    let last: usize = refused.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
    for number in 0..=last {
        till.cancel(&format!("op:{STORE}:{HTTP_REGISTER}:refused-{number}")).await;
    }
}

async fn step_the_clock(scene: &mut Scene<'_>) {
    let file = scene.clock.clone().expect("the stage has one");
    for ahead_s in ["+3600", "-3600", "+0"] {
        scene.begins();
        set_clock(&file, ahead_s);
        scene.is_over().await;
        scene.hold(4, 20).await;
    }
    let alarms = scene.service.log().lines().filter(|line| line.contains("clock jumped")).count();
    match alarms {
        0 => scene.notes.wrong.push("no alarm in the log".to_owned()),
        _ => scene.notes.seen.push(format!("{alarms} alarms")),
    }
}

/// The service's wall clock is so many seconds ahead from now on.
pub(crate) fn set_clock(file: &Path, ahead_s: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, ahead_s).and_then(|()| std::fs::rename(&new, file)).expect("the folder is ours");
}

async fn pay_without_a_queue(scene: &mut Scene<'_>) {
    scene.begins();
    let register = scene.late.register.as_str().to_owned();
    for number in 0..UNHEARD {
        let properties = BasicProperties::default().with_content_type("application/json".into());
        let mut body = pay(&format!("unheard-{number}"), 100);
        // Nobody sees the code.
        body["expires_in_s"] = json!(3);
        let routing_key = format!("v1.{STORE}.{register}.pay");
        let message = RawMessage { routing_key, properties, body: body.to_string().into_bytes() };
        scene.till.publish_raw(message).await.expect("the broker is there");
    }
    scene.hold(8, 20).await;
    let late = AmqpRegister::connect(scene.late.clone()).await.expect("the broker is there");
    scene.is_over().await;
    for number in 0..UNHEARD {
        let operation = format!("unheard-{number}");
        let is_end = |event: &Event| matches!(event.name(), "payment.expired" | "payment.failed");
        let asked = late.ask("get", &json!({ "operation": operation }), PATIENCE).await;
        let ended = late.wait_for(&operation, is_end, PATIENCE).await;
        if asked.is_err() || ended.is_err() {
            scene.notes.wrong.push(format!("{operation}: its events did not come"));
        }
    }
    scene.notes.at_risk += UNHEARD;
    scene.notes.came_late = Some(late);
}
