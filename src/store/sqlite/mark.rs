//! What became of events.

use async_trait::async_trait;
use engine::ports::{DeliveryMark, StoreError};

use super::writer::{Session, Work};
use crate::error::unusable;
use crate::records::DeliveryState;
use crate::rows::signed;
use crate::sql;

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
        for row in self.rows {
            sqlx::query(sql::MARK_EVENT)
                .bind(row.delivered)
                .bind(row.payment)
                .bind(row.sequence)
                .bind(row.store)
                .bind(row.register)
                .execute(&mut session.connection)
                .await
                .map_err(|error| unusable(&error))?;
        }
        Ok(())
    }
}
