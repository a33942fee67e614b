//! Events on their way out, as commits and rows give them.

use payment::{Payment, PaymentId, Timestamp};

use super::queues::{Key, Letter};
use crate::ports::{Destination, EventRow, JournalRow, OutgoingEvent};

/// What the names of refunds' events begin with. All others are the pay's own.
const OF_REFUNDS: &str = "refund.";

/// A durable event, addressed.
pub(crate) struct Outgoing {
    pub(super) key: Key,
    pub(super) letter: Letter,
    /// Nothing is to be sent: its register asks for its events.
    pub(super) is_delivered: bool,
}

impl Outgoing {
    /// The events of a commit.
    pub(crate) fn of_journal(payment: &Payment, journal: &[JournalRow], at: Timestamp) -> Vec<Self> {
        let details = &payment.checkout.details;
        let mut letters = Vec::new();
        for row in journal {
            for draft in &row.events {
                let is_own = !draft.name.starts_with(OF_REFUNDS); // another register may call its refund alike
                let event = OutgoingEvent {
                    message_id: message_id(payment.id, row.sequence),
                    correlation_id: Some(draft.operation.to_string()),
                    name: draft.name.to_owned(),
                    store: draft.destination.store.clone(),
                    register: draft.destination.register.clone(),
                    body: draft.body.clone(),
                    occurred_at: at,
                    reply_to: details.reply_to.clone().filter(|_| is_own),
                };
                let key = (draft.destination.clone(), payment.id);
                letters.push(Self {
                    key,
                    letter: Letter { sequence: row.sequence, event },
                    is_delivered: draft.is_delivered,
                });
            }
        }
        letters
    }

    /// The number of its fact.
    pub(crate) fn sequence(&self) -> u64 {
        self.letter.sequence
    }

    /// To whom.
    pub(crate) fn destination(&self) -> &Destination {
        &self.key.0
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.letter.event.name
    }

    /// An event that was read.
    pub(super) fn of_row(row: EventRow) -> Self {
        let event = OutgoingEvent {
            message_id: message_id(row.payment, row.sequence),
            correlation_id: Some(row.operation.to_string()),
            name: row.name,
            store: row.destination.store.clone(),
            register: row.destination.register.clone(),
            body: row.body,
            occurred_at: row.at,
            reply_to: None, // copies are best effort, and were tried when the event was new
        };
        Self {
            key: (row.destination, row.payment),
            letter: Letter { sequence: row.sequence, event },
            is_delivered: false, // only rows that are not are read
        }
    }
}

fn message_id(payment: PaymentId, sequence: u64) -> String {
    format!("{payment}-{sequence}")
}
