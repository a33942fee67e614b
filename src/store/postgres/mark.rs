//! What became of events.

use std::collections::BTreeMap;

use engine::ports::{DeliveryMark, StoreError};

use super::{Database, on_connection};
use crate::error::unusable;
use crate::records::DeliveryState;
use crate::rows::signed;
use crate::sql;

/// Marks events, all in one statement. A delivered event stays delivered.
pub(super) async fn mark(database: &Database, marks: &[DeliveryMark]) -> Result<(), StoreError> {
    let mut columns = Columns::default();
    for ((payment, sequence, destination), state) in last_words(marks) {
        columns.payments.push(payment.to_string());
        columns.sequences.push(signed("sequence", sequence)?);
        columns.stores.push(destination.store.to_string());
        columns.registers.push(destination.register.to_string());
        columns.delivered.push(state.number());
    }
    on_connection!(database, |connection| sqlx::query(sql::postgres::MARK_EVENTS)
        .bind(columns.payments)
        .bind(columns.sequences)
        .bind(columns.stores)
        .bind(columns.registers)
        .bind(columns.delivered)
        .execute(connection)
        .await)
    .map(drop)
    .map_err(|error| unusable(&error))
}

#[derive(Default)]
struct Columns {
    payments: Vec<String>,
    sequences: Vec<i64>,
    stores: Vec<String>,
    registers: Vec<String>,
    delivered: Vec<i64>,
}

type Place<'marks> = (payment::PaymentId, u64, &'marks engine::ports::Destination);

/// What several marks of one event come to: one statement must not meet a row twice. Ordered, so that two instances that
/// mark the same events do not wait for each other.
fn last_words(marks: &[DeliveryMark]) -> BTreeMap<Place<'_>, DeliveryState> {
    let mut words = BTreeMap::new();
    for mark in marks {
        let place = (mark.payment, mark.sequence, &mark.destination);
        let state = words.entry(place).or_insert(DeliveryState::Parked);
        if !mark.parked {
            *state = DeliveryState::Delivered;
        }
    }
    words
}
