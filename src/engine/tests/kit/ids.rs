//! Ids in order, so that the same story has the same names each time.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::ports::Ids;

/// Counts from 1, above the bits that a payment's parts are numbered with.
#[derive(Default)]
pub(crate) struct TestIds {
    last: AtomicU64,
}

impl Ids for TestIds {
    fn fresh(&self) -> u128 {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        0x0191_f7e2_5d3a_7000_8000_0000_0000_0000 + (u128::from(number) << 12)
    }
}
