//! One row: a world of its own, a crowd, the fault, and what everything came to.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::lab::customers::{Customers, Fate};
use crate::lab::{Broker, Plan, Postgres, Random, Ways, World};
use crate::play::play;
use crate::rows::{Database, Row};
use crate::scene::{Notes, PATIENCE, Scene};
use crate::verdict::Verdict;

/// How long the books may take to agree after the last customer: an owner must lapse, a watch must end.
const SETTLED_WITHIN: Duration = Duration::from_mins(2);

/// Where codes of the crowd go to be paid, and one till for itself.
const REGISTERS: [&str; 3] = ["1", "2", "3"];
const PROBE: &str = "4";

/// What a row came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) notes: Notes,
    /// Payments in all.
    pub(crate) payments: usize,
    /// From the last customer to books that agree.
    pub(crate) settled_after: Duration,
    /// How many lines for people the service logged.
    pub(crate) loud_lines: usize,
    pub(crate) took: Duration,
}

/// Plays a row.
pub(crate) async fn run(row: &Row, is_quick: bool) -> Outcome {
    let began = Instant::now();
    let mut random = Random::from_environment(&row.name);
    let server = (row.database == Database::Postgres).then(Postgres::shared);
    let postgres = match &server {
        Some(server) => Some(server.schema().await),
        None => None,
    };
    let registers = REGISTERS.iter().chain([&PROBE]).map(|name| (*name).to_owned()).collect();
    let plan = Plan { postgres, registers, ways: Ways::Networks, ..Plan::default() };
    let mut world = World::build(plan, Broker::shared()).await;
    let tills =
        [world.till(REGISTERS[0]).await, world.till(REGISTERS[1]).await, world.till(REGISTERS[2]).await];
    let probe = world.till(PROBE).await;

    let customers = Customers::new(&world.bank, &tills).with_patience(PATIENCE);
    let mut fates = random.clone();
    let (tell, told) = oneshot::channel::<()>();
    let mut scene = Scene {
        service: &mut world.service,
        broker: &world.broker,
        server: server.as_ref(),
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

    let payments = customers.came() + notes.times;
    let mut verdict = Verdict::default();
    verdict.take_surprises(row, surprises);
    verdict.unexpected.extend(notes.wrong.iter().cloned());
    let ended_at = Instant::now();
    let all: Vec<_> = tills.iter().chain([&probe]).collect();
    let findings = world.books_within(SETTLED_WITHIN, &all).await;
    let settled_after = ended_at.elapsed();
    let (records, ledger) = (world.records().await, world.bank.ledger().await);
    let (asked_twice, _) = world.orders_asked_twice();
    verdict.take_books(&records, &ledger, asked_twice, &findings);
    let buried = world.waiting("dead").await;
    if buried > 0 {
        verdict.lost.push(format!("{buried} messages were buried"));
    }
    world.service.stop().await;
    let loud = world.loud_lines();
    verdict.unexpected.extend(loud.iter().filter(|line| line.contains("panicked")).cloned());
    if verdict.is_good() {
        world.tidy().await
    } else {
        world.keep()
    }
    Outcome { verdict, notes, payments, settled_after, loud_lines: loud.len(), took: began.elapsed() }
}
