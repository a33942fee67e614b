//! Random stories against a small model of a bank that keeps books of its own. After every step the laws of
//! `common/law.rs` are checked and the bank's books are looked at; in the end everything heals, and the payment must
//! settle with the bank's books and its own in agreement.
//!
//! The seed is fixed, so that the same sources give the same verdict; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` look
//! further. A story that fails becomes a named one in `found.rs` before anything is mended.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

#[path = "../common/mod.rs"]
mod common;

mod audit;
mod bank;
mod calls;
mod found;
mod moves;
mod setting;
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::moves::{Move, a_move};
use crate::setting::{Setting, a_setting};
use crate::world::World;

/// Tells one story to its end.
fn tell(setting: &Setting, moves: &[Move]) {
    let mut world = World::new(setting);
    for one in moves {
        world.make(one);
        audit::on_the_way(&world);
    }
    world.heal();
    audit::at_the_end(&world);
}

/// So many stories in some seconds, always the same ones, unless the environment asks for others.
fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let rng_seed = if asked.rng_seed == RngSeed::Random { RngSeed::Fixed(17) } else { asked.rng_seed };
    let is_asked = |name| std::env::var_os(name).is_some();
    let cases = if is_asked("PROPTEST_CASES") { asked.cases } else { 400 };
    let max_shrink_iters =
        if is_asked("PROPTEST_MAX_SHRINK_ITERS") { asked.max_shrink_iters } else { 20_000 };
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters, ..asked }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p1_p3_p4_p5_p6_p7_p9_whatever_happens_the_books_agree_in_the_end(
        setting in a_setting(),
        moves in vec(a_move(), 0..80),
    ) {
        tell(&setting, &moves);
    }
}
