#![doc = include_str!("../README.md")]

mod audit;
mod bank;
mod broker;
mod buyers;
mod database;
mod devices;
mod dice;
mod instance;
mod judge;
mod manager;
mod notes;
mod people;
mod plan;
mod promise;
mod screens;
mod tills;
mod time;
mod told;
mod trace;
mod weather;
mod world;

use std::sync::Arc;

pub use promise::{Promise, Tally};
use world::World;

/// What came of one seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// Risks and broken promises.
    pub tally: Tally,
    /// Payments that were opened.
    pub checkouts: u64,
    /// The hash of everything that was told.
    pub hash: u64,
    /// Everything that was told, if it was wanted.
    pub text: Option<String>,
}

/// Lives through the run that a seed is, on a runtime of its own. `is_told`: the story is kept.
pub fn run(seed: u64, is_told: bool) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread needs nothing but memory");
    let world = runtime.block_on(async {
        let world = Arc::new(World::new(seed, is_told));
        world.live().await;
        world
    });
    drop(runtime); // The tasks hold the world,
    world.forget_instances(); // and the engines that no task holds do.
    let world =
        Arc::into_inner(world).expect("nothing of a run outlives it: thousands follow in one process");
    let checkouts = world.database.tables().payments.len() as u64;
    Run { seed, tally: world.tally(), checkouts, hash: world.trace().hash(), text: world.trace().text() }
}
