//! Chance, made from the seed: the same seed throws the same dice.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The dice of one run. Everything that could go one way or the other asks them, in the order in which it happens.
pub(crate) struct Dice {
    state: Mutex<u64>,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds must not throw alike from the first moment on.
        let dice =
            Self { state: Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D) };
        dice.next();
        dice
    }

    /// `SplitMix64`: small, and good enough for dice.
    fn next(&self) -> u64 {
        let mut state = self.lock();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `sides - 1`; 0 where there are no sides.
    pub(crate) fn below(&self, sides: u64) -> u64 {
        if sides == 0 { 0 } else { self.next() % sides }
    }

    /// An index of a list of this length.
    pub(crate) fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("an index fits")
    }

    /// A number from the first to the second, both included.
    pub(crate) fn between(&self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// Yes, so many times in a thousand. No dice are thrown for what never happens.
    pub(crate) fn chance(&self, per_mille: u64) -> bool {
        per_mille > 0 && self.below(1_000) < per_mille
    }

    /// Yes, so many times in a hundred thousand.
    pub(crate) fn rarely(&self, per_100_000: u64) -> bool {
        per_100_000 > 0 && self.below(100_000) < per_100_000
    }

    /// A time between two numbers of milliseconds.
    pub(crate) fn millis(&self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.between(least, most))
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&self, among: &'a [T]) -> &'a T {
        &among[self.index(among.len())]
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p11_the_same_seed_throws_the_same_dice_and_another_one_does_not() {
        let thrown = |seed| {
            let dice = Dice::new(seed);
            (0..20).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(thrown(7), thrown(7));
        assert_ne!(thrown(7), thrown(8));
        assert!((0..2_000).all(|seed| (3..=5).contains(&Dice::new(seed).between(3, 5))));
    }
}
