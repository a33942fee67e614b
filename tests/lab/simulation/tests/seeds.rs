//! A short run of the simulation, and that a seed is the whole run.

use simulation::{Promise, Tally, run};

/// So many seeds in every test run; `cargo xtask simulate` goes further.
const SEEDS: std::ops::Range<u64> = 1..41;
/// Seeds that once failed, of runs that nobody repeats with every change: a display kept a dead code, since the next one that
/// was being put there counted as there (P8, the first four); an event overtook another while its payment was taken over (P9);
/// the judge overlooked a failure that an instance knew of, of a call that it gave up while it stood still (P13).
const FAILED_ONCE: [u64; 6] = [1477, 4338, 5753, 9419, 5764, 1557];

#[test]
fn p11_the_same_seed_tells_the_same_story_byte_for_byte() {
    for seed in [1, 17, 42] {
        let (first, second) = (run(seed, true), run(seed, true));
        let (told, again) = (first.text.clone().unwrap(), second.text.clone().unwrap());
        let differs = told.lines().zip(again.lines()).find(|(one, other)| one != other);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!((first.hash, told.len()), (second.hash, again.len()));
        assert_eq!(run(seed, false).hash, first.hash, "keeping the story changes nothing");
    }
    assert_ne!(run(1, false).hash, run(2, false).hash);
}

#[test]
fn the_promises_hold_in_every_run_and_each_is_at_risk() {
    let mut all = Tally::default();
    for seed in SEEDS.chain(FAILED_ONCE) {
        let found = run(seed, false);
        assert_eq!(found.tally.broken, [], "seed {seed}: see `cargo xtask simulate --seed {seed} --trace`");
        all.add(&found.tally);
    }
    for promise in Promise::ALL {
        let times = all.at_risk.get(&promise).copied().unwrap_or_default();
        assert!(times > 0, "{} was never at risk: it is not tested", promise.name());
    }
}
