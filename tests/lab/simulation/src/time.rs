//! Time and ids that the run owns.

use std::sync::Arc;

use engine::ports::{Clock, Ids};
use payment::Timestamp;

use crate::world::World;

/// When every run begins: 2026-11-21T09:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_795_251_600_000_000);

/// The clock of all instances: tokio's paused time.
pub(crate) struct ClockPort {
    pub(crate) world: Arc<World>,
}

impl Clock for ClockPort {
    fn now(&self) -> Timestamp {
        self.world.now()
    }
}

/// Ids in order.
pub(crate) struct IdPort {
    pub(crate) world: Arc<World>,
}

impl Ids for IdPort {
    fn fresh(&self) -> u128 {
        // The lowest twelve bits number a payment's parts.
        0x0191_f7e2_5d3a_7000_8000_0000_0000_0000 + (u128::from(self.world.next_id()) << 12)
    }
}
