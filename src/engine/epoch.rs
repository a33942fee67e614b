//! This instance's epoch: calls under way bear it, so that everybody can tell when nobody waits for their answers.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::Engine;
use crate::ports::StoreError;

impl Engine {
    /// Whether the instance of another epoch is gone. What has lapsed stays so, and is asked once.
    pub(crate) async fn is_gone(&self, epoch: u64) -> Result<bool, StoreError> {
        if lock(self.gone()).contains(&epoch) {
            return Ok(true);
        }
        let is_gone = self.parts().store.has_lapsed(epoch, self.now()).await?;
        if is_gone {
            lock(self.gone()).insert(epoch);
        }
        Ok(is_gone)
    }

    /// Takes a new epoch if the one that is given, found lapsed, is still ours. Calls that were made in it count as lost
    /// from now on; what they are answered is fed all the same.
    pub(crate) async fn renew_epoch(&self, lapsed: u64) -> Result<(), StoreError> {
        let _one_at_a_time = self.renewing().lock().await;
        if self.epoch() == lapsed {
            let epoch = self.parts().store.begin_epoch(self.now()).await?;
            self.set_epoch(epoch);
            tracing::warn!(
                lapsed,
                epoch,
                "another instance had taken over: this one goes on with a new epoch"
            );
        }
        Ok(())
    }
}

fn lock(gone: &Mutex<BTreeSet<u64>>) -> MutexGuard<'_, BTreeSet<u64>> {
    gone.lock().unwrap_or_else(PoisonError::into_inner)
}
