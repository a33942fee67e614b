//! Events that are not delivered, as people look at them: by register.

use engine::ports::{Destination, EventRow, StoreError};
use payment::{RegisterId, StoreId, Timestamp};

use super::limit;
use crate::Db;
use crate::error::unusable;
use crate::pool::on_pool;
use crate::records::DeliveryState;
use crate::rows::{EventColumns, parsed, unsigned};
use crate::sql;

/// What waits to be delivered to one register, in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEvents {
    /// The register.
    pub register: Destination,
    /// Its queue was not there; else they are still on their way to the broker.
    pub is_parked: bool,
    /// How many.
    pub events: u64,
    /// Since when the oldest waits.
    pub oldest: Timestamp,
}

impl Db {
    /// The registers for which events wait, by store and register.
    pub async fn waiting_events(&self) -> Result<Vec<WaitingEvents>, StoreError> {
        let rows: Vec<(String, String, i64, i64, i64)> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::WAITING_EVENTS)
                .fetch_all(connections)
                .await)
            .map_err(|error| unusable(&error))?;
        rows.into_iter().map(waiting).collect()
    }

    /// The events that wait for a register, oldest first, at most `rows`.
    pub async fn events_waiting_for(
        &self,
        register: &Destination,
        rows: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let found: Vec<EventColumns> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::EVENTS_WAITING_FOR)
                .bind(register.store.to_string())
                .bind(register.register.to_string())
                .bind(limit(rows))
                .fetch_all(connections)
                .await)
            .map_err(|error| unusable(&error))?;
        found.into_iter().map(EventColumns::row).collect()
    }
}

fn waiting(
    (store, register, delivered, events, oldest): (String, String, i64, i64, i64),
) -> Result<WaitingEvents, StoreError> {
    let what = "an undelivered event";
    Ok(WaitingEvents {
        register: Destination {
            store: parsed(what, StoreId::parse(&store))?,
            register: parsed(what, RegisterId::parse(&register))?,
        },
        is_parked: DeliveryState::of_number(delivered) == DeliveryState::Parked,
        events: unsigned(what, events)?,
        oldest: Timestamp::from_micros(oldest),
    })
}
