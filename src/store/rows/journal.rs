//! Rows of `journal`: facts, and the events that tell registers of them.

use engine::ports::{Destination, EventRow, JournalRow, StoreError};
use payment::{Fact, OperationId, PaymentId, RegisterId, StoreId, Timestamp};

use super::{parsed, signed, unsigned};
use crate::records::{DeliveryState, EventRecord, FactRecord};
use crate::versioned;

/// One row as it is written.
pub(crate) struct JournalColumns {
    pub(crate) sequence: i64,
    pub(crate) copy: i64,
    pub(crate) fact: Option<String>,
    pub(crate) event: Option<WrittenEvent>,
}

/// The event of a row as it is written.
pub(crate) struct WrittenEvent {
    pub(crate) store: String,
    pub(crate) register: String,
    pub(crate) operation: String,
    pub(crate) name: &'static str,
    pub(crate) body: String,
    pub(crate) delivered: i64,
}

/// The rows of a change: one a fact, and one more for each further register that must know of it.
pub(crate) fn journal_columns(journal: &[JournalRow]) -> Result<Vec<JournalColumns>, StoreError> {
    let mut rows = Vec::with_capacity(journal.len());
    for row in journal {
        let sequence = signed("sequence", row.sequence)?;
        let mut events = row.events.iter().map(|event| WrittenEvent {
            store: event.destination.store.to_string(),
            register: event.destination.register.to_string(),
            operation: event.operation.to_string(),
            name: event.name,
            body: event.body.clone(),
            delivered: if event.is_delivered { DeliveryState::Delivered } else { DeliveryState::Pending }
                .number(),
        });
        rows.push(JournalColumns {
            sequence,
            copy: 0,
            fact: Some(versioned::write(&row.fact)?),
            event: events.next(),
        });
        let copies = (1..).zip(events);
        rows.extend(copies.map(|(copy, event)| JournalColumns {
            sequence,
            copy,
            fact: None,
            event: Some(event),
        }));
    }
    Ok(rows)
}

/// An event as it is read.
#[derive(sqlx::FromRow)]
pub(crate) struct EventColumns {
    number: i64,
    payment: String,
    sequence: i64,
    at: i64,
    store: String,
    register: String,
    operation: String,
    event: String,
    body: String,
    delivered: i64,
}

impl EventColumns {
    pub(crate) fn row(self) -> Result<EventRow, StoreError> {
        let what = format!("journal row {}", self.number);
        Ok(EventRow {
            number: self.number,
            payment: parsed(&what, self.payment.parse::<PaymentId>())?,
            sequence: unsigned(&what, self.sequence)?,
            destination: Destination {
                store: parsed(&what, StoreId::parse(&self.store))?,
                register: parsed(&what, RegisterId::parse(&self.register))?,
            },
            name: self.event,
            operation: parsed(&what, OperationId::parse(&self.operation))?,
            body: self.body,
            at: Timestamp::from_micros(self.at),
            parked: self.delivered == DeliveryState::Parked.number(),
        })
    }

    pub(crate) fn record(self) -> Result<EventRecord, StoreError> {
        let delivery = DeliveryState::of_number(self.delivered);
        let row = self.row()?;
        Ok(EventRecord {
            number: row.number,
            sequence: row.sequence,
            at: row.at,
            destination: row.destination,
            operation: row.operation,
            name: row.name,
            body: row.body,
            delivery,
        })
    }
}

/// A fact as it is read.
#[derive(sqlx::FromRow)]
pub(crate) struct FactColumns {
    number: i64,
    sequence: i64,
    at: i64,
    fact: String,
}

impl FactColumns {
    pub(crate) fn record(self) -> Result<FactRecord, StoreError> {
        let what = format!("journal row {}", self.number);
        Ok(FactRecord {
            number: self.number,
            sequence: unsigned(&what, self.sequence)?,
            at: Timestamp::from_micros(self.at),
            fact: versioned::read::<Fact>(&what, &self.fact)?,
        })
    }
}
