//! Fresh ids.

use engine::ports::Ids;
use uuid::Uuid;

/// `UUIDv7` from the operating system's randomness and time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RandomIds;

impl Ids for RandomIds {
    fn fresh(&self) -> u128 {
        Uuid::now_v7().as_u128()
    }
}
