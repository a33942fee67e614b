//! This instance's epoch: calls under way bear it, so that everybody can tell when nobody waits for their answers.

use crate::engine::Engine;
use crate::ports::StoreError;

impl Engine {
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
