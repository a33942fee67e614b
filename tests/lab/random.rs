//! Numbers that look random and come again from the same seed.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A run with this seed again: `INTEGRATOR_TEST_SEED=…`.
const SEED: &str = "INTEGRATOR_TEST_SEED";

/// `SplitMix64`: small, and good enough to choose moments and fates.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// From the seed of the environment, or a new one each time. It is told, so that a failure can be looked into again.
    pub(crate) fn from_environment(test: &str) -> Self {
        let given = std::env::var(SEED).ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        println!("{test}: {SEED}={seed}");
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number below the bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A place in something of this length.
    pub(crate) fn index_below(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).expect("a length of today");
        usize::try_from(self.below(bound)).expect("it is below a length")
    }
}
