//! The start of an instance.

use async_trait::async_trait;
use engine::ports::StoreError;
use payment::Timestamp;

use super::job::Work;
use super::session::Session;
use crate::error::unusable;
use crate::rows::signed;
use crate::sql;

/// Begins the next epoch. From its commit on, changes of earlier epochs are refused.
pub(super) struct BeginEpoch {
    pub(super) now: Timestamp,
}

#[async_trait]
impl Work for BeginEpoch {
    type Done = u64;
    type Refusal = StoreError;

    async fn perform(self, session: &mut Session) -> Result<u64, StoreError> {
        let epoch = session.newest_epoch + 1;
        sqlx::query(sql::INSERT_INSTANCE)
            .bind(signed("epoch", epoch)?)
            .bind(self.now.as_micros())
            .execute(session.connection().await?)
            .await
            .map_err(|error| unusable(&error))?;
        // If the batch fails, the session goes with it and the next one asks the table.
        session.newest_epoch = epoch;
        Ok(epoch)
    }
}
