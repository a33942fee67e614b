//! One row: a world of its own, a crowd, and the fault.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::disk::SmallDisk;
use crate::lab::customers::{Customers, Fate};
use crate::lab::{API_KEY_SHA256, Broker, Plan, Postgres, Random, Ways, World};
use crate::play::{HTTP_REGISTER, KILLED_FOR, play, set_clock};
use crate::rows::{Database, Fault, Row};
use crate::scene::{Notes, PATIENCE, Scene};
use crate::settle::{Outcome, Played, settle};

/// Where codes of the crowd go to be paid, and one till for itself.
const REGISTERS: [&str; 3] = ["1", "2", "3"];
const PROBE: &str = "4";
/// The register that makes its queue late.
const LATE: &str = "5";

/// Names the library that plays the clock of a process; `cargo xtask faults` sees that it is there.
const FAKETIME: &str = "INTEGRATOR_TEST_FAKETIME";

/// Plays a row.
pub(crate) async fn run(row: &Row, is_quick: bool) -> Outcome {
    let began = Instant::now();
    let mut random = Random::from_environment(&row.name);
    let disk = (row.fault == Fault::DiskFull).then(|| SmallDisk::mount(disk_mb(row.database)));
    let disk = disk.transpose().expect("a file system in memory can be mounted by root");
    let server = server(row, disk.as_ref()).await;
    let mut world = world(row, server.as_ref(), disk.as_ref()).await;
    let clock = (row.fault == Fault::ClockStepped).then(|| play_the_clock(&mut world));
    world.service.start().await;
    let mut another = None;
    if matches!(row.fault, Fault::InstanceKilled | Fault::InstanceFrozen) {
        another = Some(world.another_instance().await);
    }
    if let Some(another) = &mut another {
        another.start().await;
    }
    let tills =
        [world.till(REGISTERS[0]).await, world.till(REGISTERS[1]).await, world.till(REGISTERS[2]).await];
    let probe = world.till(PROBE).await;
    let (files, late) = (world.database_files(), world.options(LATE));

    let customers = Customers::new(&world.bank, &tills).with_patience(patience(row));
    let mut fates = random.clone();
    let (tell, told) = oneshot::channel::<()>();
    let mut scene = Scene {
        service: &mut world.service,
        broker: &world.broker,
        server: server.as_ref(),
        another: another.as_mut(),
        disk: disk.as_ref(),
        files,
        clock,
        late,
        networks: world.networks.as_ref().expect("the plan wants them"),
        customers: &customers,
        till: &probe,
        random: &mut random,
        is_quick,
        notes: Notes::default(),
    };
    let crowd = customers.serve_until(std::iter::repeat_with(|| Fate::drawn(&mut fates)), async {
        // Dropped: the play broke off.
        let _ = told.await;
    });
    let disturbance = async {
        play(row.fault, &mut scene).await;
        let _ = tell.send(());
    };
    let (surprises, ()) = tokio::join!(crowd, disturbance);
    let notes = scene.notes;

    let payments = customers.came() + notes.probes;
    let tills = tills.iter().chain([&probe]).chain(&notes.came_late).cloned().collect();
    settle(world, Played { row, began, tills, another, surprises, notes, payments }).await
}

/// How long a customer waits for each thing. Whoever starts again and again serves those who stand at a till first each time; the
/// watch of codes that are dead, and with it late money, may have to wait until that is over. With a database that others may
/// share a start calls no bank for its first two seconds, until an instance that died has lost its share.
fn patience(row: &Row) -> Duration {
    if row.fault == Fault::ServiceKilled { KILLED_FOR + PATIENCE } else { PATIENCE }
}

/// Room for what an empty database takes, and some payments.
fn disk_mb(database: Database) -> u32 {
    match database {
        Database::Sqlite => 8,
        Database::Postgres => 160,
    }
}

/// The server of the run, or one of the row's own where it is not fit to be used afterwards.
async fn server(row: &Row, disk: Option<&SmallDisk>) -> Option<Postgres> {
    match (row.database, row.fault, disk) {
        (Database::Sqlite, ..) => None,
        (_, Fault::DiskFull, Some(disk)) => Some(Postgres::with_data_in(disk.path()).await),
        (_, Fault::ReadOnly, _) => Some(Postgres::private().await),
        _ => Some(Postgres::shared()),
    }
}

async fn world(row: &Row, server: Option<&Postgres>, disk: Option<&SmallDisk>) -> World {
    let postgres = match server {
        Some(server) => Some(server.schema().await),
        None => None,
    };
    let database_folder =
        disk.filter(|_| row.database == Database::Sqlite).map(|disk| disk.path().to_owned());
    let registers = REGISTERS.iter().chain(&[PROBE, LATE, HTTP_REGISTER]).map(|name| (*name).to_owned());
    let plan = Plan {
        postgres,
        database_folder,
        registers: registers.collect(),
        ways: Ways::Networks,
        api_key_sha256: Some(API_KEY_SHA256),
        ..Plan::default()
    };
    World::prepare(plan, Broker::shared()).await
}

/// The service's wall clock is what a file says from its start on; its monotonic clock is left alone, as when a clock is set.
/// The whole process sees it, database library and all, which a clock of the product's own would not show.
fn play_the_clock(world: &mut World) -> PathBuf {
    let library =
        std::env::var(FAKETIME).expect("INTEGRATOR_TEST_FAKETIME is not set: run `cargo xtask faults`");
    let file = world.folder().join("clock");
    set_clock(&file, "+0");
    for (name, value) in [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", file.to_str().expect("a path of text")),
        ("FAKETIME_CACHE_DURATION", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ] {
        world.service.put_in_environment(name, value);
    }
    file
}
