//! The tables, and how a change is made to them.

mod reads;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::ports::{
    Change, CommitError, CreditRow, DeliveryMark, Destination, EventDraft, LinkKey, OperationRecord,
    PaymentChange, Round, UnclaimedCredit,
};
use engine::settings::Settings;
use payment::{ConsoleId, OperationId, Payment, PaymentId, RegisterId, StoreId, Timestamp};

use super::inspections::RoundRow;
use super::jobs::JobRow;
use crate::records::{DeliveryState, EventRecord, FactRecord};
use crate::rows::holds_register;

/// All that is stored. The sets are what indexes are in a database.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) payments: BTreeMap<PaymentId, PaymentRow>,
    pub(super) due: BTreeSet<(Timestamp, PaymentId)>,
    of_register: BTreeSet<(StoreId, RegisterId, Timestamp, PaymentId)>,
    journal_rows: i64,
    /// Where the event with this journal number is, unless it is delivered.
    undelivered: BTreeMap<i64, (PaymentId, usize)>,
    /// Where each register's event with this journal number is.
    register_events: BTreeMap<(Destination, i64), (PaymentId, usize)>,
    operations: BTreeMap<(OperationId, RegisterId, StoreId), OperationRecord>,
    /// The one open payment of each register that may have one only.
    holders: BTreeMap<(StoreId, RegisterId), PaymentId>,
    /// Money that a payment knows of: the bank's id, the payment, the server, whether it is believed.
    known_credits: BTreeSet<(String, PaymentId, String, bool)>,
    /// Money that a payment believes in.
    credits: BTreeSet<(String, String)>,
    /// Money without an order, by server and transaction.
    unclaimed: BTreeMap<(String, String), UnclaimedCredit>,
    links: BTreeMap<LinkKey, PaymentId>,
    pub(super) jobs: BTreeMap<(PaymentId, ConsoleId), JobRow>,
    pub(super) console_holds: BTreeMap<(StoreId, RegisterId, ConsoleId), PaymentId>,
    epochs: Vec<Timestamp>,
    pub(super) rounds: BTreeMap<Round, RoundRow>,
    pub(super) settings: Settings,
}

pub(super) struct PaymentRow {
    pub(super) payment: Arc<Payment>,
    pub(super) wake_at: Option<Timestamp>,
    pub(super) epoch: u64,
    pub(super) facts: Vec<FactRecord>,
    events: Vec<EventRecord>,
}

impl Tables {
    /// Looks at everything that may refuse the change first, then makes all of it.
    pub(super) fn commit(&mut self, change: Change) -> Result<(), CommitError> {
        if change.epoch < self.newest_epoch() {
            return Err(CommitError::Lapsed);
        }
        if let Some(operation) = &change.operation
            && self.operations.contains_key(&key_of(operation))
        {
            return Err(CommitError::Duplicate);
        }
        if let Some(payment) = &change.payment {
            self.ensure_fits(payment)?;
        }
        if let Some(operation) = change.operation {
            self.operations.insert(key_of(&operation), operation);
        }
        if let Some(payment) = change.payment {
            self.write_payment(payment, change.epoch, change.at);
        }
        Ok(())
    }

    pub(super) fn keep_unclaimed(&mut self, credit: &UnclaimedCredit) {
        let key = (credit.server.to_string(), credit.transaction.to_string());
        match self.unclaimed.get_mut(&key) {
            Some(kept) if credit.is_confirmed && !kept.is_confirmed => {
                *kept = UnclaimedCredit { found_at: kept.found_at, ..credit.clone() };
            }
            Some(_) => {}
            None => {
                self.unclaimed.insert(key, credit.clone());
            }
        }
    }

    pub(super) fn mark(&mut self, marks: &[DeliveryMark]) {
        for mark in marks {
            let Some(row) = self.payments.get_mut(&mark.payment) else { continue };
            let meant = |event: &&mut EventRecord| {
                event.sequence == mark.sequence
                    && event.destination == mark.destination
                    && event.delivery != DeliveryState::Delivered
            };
            for event in row.events.iter_mut().filter(meant) {
                if mark.parked {
                    event.delivery = DeliveryState::Parked;
                } else {
                    event.delivery = DeliveryState::Delivered;
                    self.undelivered.remove(&event.number);
                }
            }
        }
    }

    pub(super) fn begin_epoch(&mut self, now: Timestamp) -> u64 {
        self.epochs.push(now);
        self.newest_epoch()
    }

    pub(super) fn newest_epoch(&self) -> u64 {
        self.epochs.len() as u64
    }

    fn ensure_fits(&self, change: &PaymentChange) -> Result<(), CommitError> {
        let stored = self.payments.get(&change.payment.id).map(|row| row.payment.state.sequence);
        if stored != change.expected_sequence {
            return Err(CommitError::Conflict);
        }
        if change.expected_sequence.is_none() && holds_register(&change.payment) {
            self.ensure_free(&change.payment)?;
        }
        if change.credits.iter().any(|credit| self.known_credits.contains(&known(change.payment.id, credit)))
        {
            return Err(CommitError::CreditTaken);
        }
        let mut credits = BTreeSet::new();
        for credit in change.credits.iter().filter(|credit| credit.is_believed) {
            let key = (credit.server.to_string(), credit.transaction.to_string());
            if self.credits.contains(&key) || !credits.insert(key) {
                return Err(CommitError::CreditTaken);
            }
        }
        if change.links.taken.iter().any(|link| self.links.contains_key(link)) {
            return Err(CommitError::LinkTaken);
        }
        Ok(())
    }

    fn ensure_free(&self, payment: &Payment) -> Result<(), CommitError> {
        let checkout = &payment.checkout;
        let holder = self.holders.get(&(checkout.store.clone(), checkout.register.clone()));
        let holder = holder.and_then(|id| self.payments.get(id));
        let is_superseded =
            |row: &PaymentRow| Some(&row.payment.checkout.operation) == checkout.supersedes.as_ref();
        if holder.is_none_or(is_superseded) { Ok(()) } else { Err(CommitError::RegisterBusy) }
    }

    /// Takes the register's place for a new payment, gives it up at an end or review.
    fn hold_register(&mut self, payment: &Payment, is_new: bool) {
        let place = (payment.checkout.store.clone(), payment.checkout.register.clone());
        if is_new && holds_register(payment) {
            self.holders.insert(place, payment.id);
        } else if !payment.is_open() && self.holders.get(&place) == Some(&payment.id) {
            self.holders.remove(&place);
        }
    }

    fn write_payment(&mut self, change: PaymentChange, epoch: u64, at: Timestamp) {
        let payment = change.payment;
        let id = payment.id;
        self.hold_register(&payment, change.expected_sequence.is_none());
        self.known_credits.extend(change.credits.iter().map(|credit| known(id, credit)));
        let believed = change.credits.iter().filter(|credit| credit.is_believed);
        self.credits
            .extend(believed.map(|credit| (credit.server.to_string(), credit.transaction.to_string())));
        self.links.extend(change.links.taken.into_iter().map(|link| (link, id)));
        for link in change.links.freed {
            if self.links.get(&link) == Some(&id) {
                self.links.remove(&link);
            }
        }
        let mut row = self.payments.remove(&id).unwrap_or_else(|| PaymentRow {
            payment: Arc::clone(&payment),
            wake_at: None,
            epoch,
            facts: Vec::new(),
            events: Vec::new(),
        });
        if let Some(was_due) = row.wake_at {
            self.due.remove(&(was_due, id));
        }
        if let Some(wake_at) = change.wake_at {
            self.due.insert((wake_at, id));
        }
        let checkout = &payment.checkout;
        let place = (checkout.store.clone(), checkout.register.clone(), payment.opened_at, id);
        self.of_register.insert(place);
        for written in change.journal {
            let first = self.next_number();
            row.facts.push(FactRecord { number: first, sequence: written.sequence, at, fact: written.fact });
            for (copy, event) in written.events.into_iter().enumerate() {
                let number = if copy == 0 { first } else { self.next_number() };
                let place = (id, row.events.len());
                if !event.is_delivered {
                    self.undelivered.insert(number, place);
                }
                self.register_events.insert((event.destination.clone(), number), place);
                row.events.push(recorded(number, written.sequence, at, event));
            }
        }
        self.payments.insert(id, PaymentRow { payment, wake_at: change.wake_at, epoch, ..row });
    }

    fn next_number(&mut self) -> i64 {
        self.journal_rows += 1;
        self.journal_rows
    }
}

fn key_of(operation: &OperationRecord) -> (OperationId, RegisterId, StoreId) {
    let key = &operation.key;
    (key.operation.clone(), key.register.clone(), key.store.clone())
}

fn recorded(number: i64, sequence: u64, at: Timestamp, event: EventDraft) -> EventRecord {
    EventRecord {
        number,
        sequence,
        at,
        destination: event.destination,
        operation: event.operation,
        name: event.name.to_owned(),
        body: event.body,
        delivery: if event.is_delivered { DeliveryState::Delivered } else { DeliveryState::Pending },
    }
}

fn known(payment: PaymentId, credit: &CreditRow) -> (String, PaymentId, String, bool) {
    (credit.transaction.to_string(), payment, credit.server.to_string(), credit.is_believed)
}
