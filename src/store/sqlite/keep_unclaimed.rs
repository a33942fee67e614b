//! Money without an order.

use async_trait::async_trait;
use engine::ports::{StoreError, UnclaimedCredit};

use super::job::Work;
use super::script::Script;
use super::session::Session;
use crate::error::unusable;
use crate::rows::UnclaimedColumns;
use crate::sql;

/// Keeps one credit, or confirms it.
pub(super) struct KeepUnclaimed {
    row: UnclaimedColumns,
}

impl KeepUnclaimed {
    pub(super) fn of(credit: &UnclaimedCredit) -> Self {
        Self { row: UnclaimedColumns::of(credit) }
    }
}

#[async_trait]
impl Work for KeepUnclaimed {
    type Done = ();
    type Refusal = StoreError;

    async fn perform(self, session: &mut Session) -> Result<(), StoreError> {
        let row = self.row;
        let mut script = Script::default();
        script
            .statement(sql::KEEP_UNCLAIMED)
            .bind(row.bank_transaction)
            .bind(row.server)
            .bind(row.code)
            .bind(row.amount_minor)
            .bind(row.currency)
            .bind(row.is_confirmed)
            .bind(row.found_at)
            .bind(row.paid_at)
            .bind(row.payer)
            .bind(row.instrument);
        session.run(script).await.error.map_or(Ok(()), |error| Err(unusable(&error)))
    }
}
