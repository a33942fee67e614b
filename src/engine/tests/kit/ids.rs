//! Ids in order, so that the same story has the same names each time.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::ports::Ids;

use super::time::START;

/// Counts from 1, above the bits that a payment's parts are numbered with.
#[derive(Default)]
pub(crate) struct TestIds {
    last: AtomicU64,
}

impl Ids for TestIds {
    fn fresh(&self) -> u128 {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let began_ms = u128::try_from(START.as_micros() / 1_000).expect("the world began after 1970");
        (began_ms << 80) + 0x7000_8000_0000_0000_0000 + (u128::from(number) << 12)
    }
}
