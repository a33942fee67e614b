//! What became of events.

use async_trait::async_trait;
use engine::ports::{DeliveryMark, StoreError};

use super::job::Work;
use super::script::Script;
use super::session::Session;
use crate::error::unusable;
use crate::records::DeliveryState;
use crate::rows::signed;
use crate::sql;

/// Marks in one script at most: every number of them is a text of its own that is kept prepared.
const SCRIPT: usize = 16;

/// Marks of events. A delivered event stays delivered.
pub(super) struct Mark {
    rows: Vec<Row>,
}

struct Row {
    delivered: i64,
    payment: String,
    sequence: i64,
    store: String,
    register: String,
}

impl Mark {
    pub(super) fn of(marks: &[DeliveryMark]) -> Result<Self, StoreError> {
        let row = |mark: &DeliveryMark| {
            let state = if mark.parked { DeliveryState::Parked } else { DeliveryState::Delivered };
            Ok(Row {
                delivered: state.number(),
                payment: mark.payment.to_string(),
                sequence: signed("sequence", mark.sequence)?,
                store: mark.destination.store.to_string(),
                register: mark.destination.register.to_string(),
            })
        };
        Ok(Self { rows: marks.iter().map(row).collect::<Result<_, StoreError>>()? })
    }
}

#[async_trait]
impl Work for Mark {
    type Done = ();
    type Refusal = StoreError;

    async fn perform(self, session: &mut Session) -> Result<(), StoreError> {
        let mut rows = self.rows.into_iter();
        while rows.len() > 0 {
            let mut script = Script::default();
            for row in rows.by_ref().take(SCRIPT) {
                script.statement(sql::MARK_EVENT).bind(row.delivered).bind(row.payment).bind(row.sequence);
                script.bind(row.store).bind(row.register);
            }
            if let Some(error) = session.run(script).await.error {
                return Err(unusable(&error));
            }
        }
        Ok(())
    }
}
