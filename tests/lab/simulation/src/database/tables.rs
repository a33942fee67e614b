//! What is recorded: everything that may refuse a change is looked at before anything of it is made.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use engine::ports::{
    Change, CommitError, DeliveryMark, Destination, EventDraft, EventRow, Left, LinkKey, OperationKey,
    OperationRecord, PaymentChange, Stored, UnclaimedCredit, UnclaimedSearch,
};
use payment::{BankTransaction, Fact, Payment, PaymentId, RegisterId, ServerId, StoreId, Timestamp};

use super::jobs::Jobs;

/// All that is recorded. The sets are what indexes are in a database.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) payments: BTreeMap<PaymentId, Row>,
    due: BTreeSet<(Timestamp, PaymentId)>,
    of_register: BTreeMap<(StoreId, RegisterId), Vec<PaymentId>>,
    last_number: i64,
    undelivered: BTreeMap<i64, (PaymentId, usize)>,
    register_events: BTreeMap<(Destination, i64), (PaymentId, usize)>,
    operations: BTreeMap<OperationKey, OperationRecord>,
    holders: BTreeMap<(StoreId, RegisterId), PaymentId>,
    credits: BTreeSet<(ServerId, BankTransaction)>,
    links: BTreeMap<LinkKey, PaymentId>,
    unsettled: usize,
    /// Money of no order of ours.
    pub(crate) unclaimed: BTreeMap<(ServerId, BankTransaction), UnclaimedCredit>,
    pub(super) jobs: Jobs,
}

/// A payment and all that is recorded of it.
pub(crate) struct Row {
    pub(crate) payment: Arc<Payment>,
    pub(crate) wake_at: Option<Timestamp>,
    /// The epoch that committed last, or took over.
    owner: u64,
    /// The facts, with the epoch and the time of their commits.
    pub(crate) facts: Vec<(Timestamp, Fact)>,
    pub(crate) events: Vec<EventRecord>,
    /// How many of the events are neither delivered nor parked.
    pending: usize,
}

/// An event and what became of it.
pub(crate) struct EventRecord {
    pub(crate) row: EventRow,
    pub(crate) is_delivered: bool,
}

impl Tables {
    pub(super) fn commit(&mut self, change: Change) -> Result<(), CommitError> {
        if change.operation.as_ref().is_some_and(|operation| self.operations.contains_key(&operation.key)) {
            return Err(CommitError::Duplicate);
        }
        if let Some(payment) = &change.payment {
            self.ensure_fits(payment)?;
        }
        if let Some(operation) = change.operation {
            self.operations.insert(operation.key.clone(), operation);
        }
        if let Some(payment) = change.payment {
            self.write(payment, change.at, change.epoch);
        }
        Ok(())
    }

    fn ensure_fits(&self, change: &PaymentChange) -> Result<(), CommitError> {
        let payment = &change.payment;
        let stored = self.payments.get(&payment.id).map(|row| row.payment.state.sequence);
        if stored != change.expected_sequence {
            return Err(CommitError::Conflict);
        }
        let holds_register = payment.is_open() && !payment.checkout.shares_register;
        if stored.is_none() && holds_register && !self.is_free_for(payment) {
            return Err(CommitError::RegisterBusy);
        }
        let mut believed = BTreeSet::new();
        for credit in change.credits.iter().filter(|credit| credit.is_believed) {
            let key = (credit.server.clone(), credit.transaction.clone());
            if self.credits.contains(&key) || !believed.insert(key) {
                return Err(CommitError::CreditTaken);
            }
        }
        if change.links.taken.iter().any(|link| self.links.contains_key(link)) {
            return Err(CommitError::LinkTaken);
        }
        Ok(())
    }

    fn is_free_for(&self, payment: &Payment) -> bool {
        let holder = self.holders.get(&place_of(payment)).and_then(|id| self.payments.get(id));
        holder.is_none_or(|row| Some(&row.payment.checkout.operation) == payment.checkout.supersedes.as_ref())
    }

    fn write(&mut self, change: PaymentChange, at: Timestamp, epoch: u64) {
        let PaymentChange { expected_sequence, payment, wake_at, journal, credits, links } = change;
        let (id, place) = (payment.id, place_of(&payment));
        if expected_sequence.is_none() {
            self.of_register.entry(place.clone()).or_default().push(id);
            if payment.is_open() && !payment.checkout.shares_register {
                self.holders.insert(place.clone(), id);
            }
        }
        if !payment.is_open() && self.holders.get(&place) == Some(&id) {
            self.holders.remove(&place);
        }
        let believed = credits.into_iter().filter(|credit| credit.is_believed);
        self.credits.extend(believed.map(|credit| (credit.server, credit.transaction)));
        for link in links.freed {
            if self.links.get(&link) == Some(&id) {
                self.links.remove(&link);
            }
        }
        self.links.extend(links.taken.into_iter().map(|link| (link, id)));
        let mut row = self.payments.remove(&id).unwrap_or_else(|| Row::new(&payment));
        if let Some(was_due) = row.wake_at {
            self.due.remove(&(was_due, id));
        } else if expected_sequence.is_some() {
            self.unsettled += 1;
        }
        if expected_sequence.is_none() {
            self.unsettled += 1;
        }
        match wake_at {
            Some(wake_at) => drop(self.due.insert((wake_at, id))),
            None => self.unsettled -= 1,
        }
        for written in journal {
            row.facts.push((at, written.fact));
            for event in written.events {
                self.last_number += 1;
                row.take(self.last_number, written.sequence, at, event, self);
            }
        }
        row.payment = payment;
        row.wake_at = wake_at;
        row.owner = epoch;
        self.payments.insert(id, row);
    }

    pub(super) fn mark(&mut self, marks: &[DeliveryMark]) {
        for mark in marks {
            let Some(row) = self.payments.get_mut(&mark.payment) else { continue };
            let is_meant = |event: &&mut EventRecord| {
                let row = &event.row;
                row.sequence == mark.sequence && row.destination == mark.destination && !event.is_delivered
            };
            for event in row.events.iter_mut().filter(is_meant) {
                if !event.row.parked {
                    row.pending -= 1;
                }
                event.row.parked = mark.parked;
                event.is_delivered = !mark.parked;
                if event.is_delivered {
                    self.undelivered.remove(&event.row.number);
                }
            }
        }
    }

    /// Kept money stays as it is, but once it was confirmed it stays confirmed.
    pub(super) fn keep_unclaimed(&mut self, credit: &UnclaimedCredit) {
        let kept = self.unclaimed.entry((credit.server.clone(), credit.transaction.clone()));
        let kept = kept.or_insert_with(|| credit.clone());
        if credit.is_confirmed && !kept.is_confirmed {
            *kept = UnclaimedCredit { found_at: kept.found_at, ..credit.clone() };
        }
    }

    /// Money of no order of ours that no payment believes in, newest first.
    pub(super) fn unclaimed(&self, search: &UnclaimedSearch, limit: usize) -> Vec<UnclaimedCredit> {
        let left = self.unclaimed.iter().filter(|(name, _)| !self.credits.contains(name));
        let mut found: Vec<_> = left
            .map(|(_, credit)| credit)
            .filter(|credit| {
                search.server.as_ref().is_none_or(|server| credit.server == *server)
                    && search.code.as_ref().is_none_or(|code| credit.code == *code)
                    && search.transaction.as_ref().is_none_or(|wanted| credit.transaction == *wanted)
            })
            .collect();
        found.sort_by_key(|credit| std::cmp::Reverse(credit.found_at));
        found.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn load(&self, payment: PaymentId) -> Option<Stored> {
        let row = self.payments.get(&payment)?;
        Some(Stored { payment: Payment::clone(&row.payment), delivered: row.pending == 0, owner: row.owner })
    }

    pub(crate) fn operation(&self, key: &OperationKey) -> Option<&OperationRecord> {
        self.operations.get(key)
    }

    pub(super) fn due(
        &self,
        until: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
        limit: usize,
        is_meant: impl Fn(u64) -> bool,
    ) -> Vec<(Timestamp, PaymentId)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let due = self.due.range((from, Bound::Unbounded)).take_while(|(at, _)| *at <= until);
        let own = due.filter(|(_, id)| self.payments.get(id).is_some_and(|row| is_meant(row.owner)));
        own.take(limit).copied().collect()
    }

    /// The payments of a register, oldest first.
    pub(crate) fn of_register(
        &self,
        store: &StoreId,
        register: &RegisterId,
    ) -> impl DoubleEndedIterator<Item = &Arc<Payment>> {
        let ids = self.of_register.get(&(store.clone(), register.clone())).into_iter().flatten();
        ids.filter_map(|id| self.payments.get(id)).map(|row| &row.payment)
    }

    pub(super) fn undelivered(
        &self,
        after: i64,
        limit: usize,
        mut is_meant: impl FnMut(u64) -> bool,
    ) -> Vec<EventRow> {
        let behind = self.undelivered.range((Bound::Excluded(after), Bound::Unbounded));
        let meant =
            behind.filter(|(_, (id, _))| self.payments.get(id).is_some_and(|row| is_meant(row.owner)));
        meant.filter_map(|(_, place)| self.event(*place)).take(limit).collect()
    }

    /// What is not delivered of one payment.
    pub(super) fn undelivered_of(&self, payment: PaymentId) -> Vec<EventRow> {
        let events = self.payments.get(&payment).into_iter().flat_map(|row| &row.events);
        events.filter(|event| !event.is_delivered).map(|event| event.row.clone()).collect()
    }

    /// Makes an instance the owner of payments whose owners are gone.
    pub(super) fn take_over(
        &mut self,
        epoch: u64,
        left: Left,
        limit: usize,
        mut is_gone: impl FnMut(u64) -> bool,
    ) -> Vec<PaymentId> {
        let candidates: BTreeSet<PaymentId> = match left {
            Left::Due(until) => {
                self.due.iter().take_while(|(at, _)| *at <= until).map(|(_, id)| *id).collect()
            }
            Left::Events { parked } => {
                let is_meant = |(id, index): &(PaymentId, usize)| {
                    let event = self.payments.get(id).and_then(|row| row.events.get(*index));
                    event.is_some_and(|event| parked || !event.row.parked)
                };
                self.undelivered.values().filter(|place| is_meant(place)).map(|(id, _)| *id).collect()
            }
        };
        let is_left = |id: &PaymentId| self.payments.get(id).is_some_and(|row| is_gone(row.owner));
        let taken: Vec<PaymentId> = candidates.into_iter().filter(is_left).take(limit).collect();
        for id in &taken {
            if let Some(row) = self.payments.get_mut(id) {
                row.owner = epoch;
            }
        }
        taken
    }

    pub(super) fn register_events(&self, to: &Destination, after: i64, limit: usize) -> Vec<EventRow> {
        let place = |number| (to.clone(), number);
        let range = (Bound::Excluded(place(after)), Bound::Included(place(i64::MAX)));
        self.register_events.range(range).filter_map(|(_, place)| self.event(*place)).take(limit).collect()
    }

    pub(super) fn newest_register_event(&self, to: &Destination) -> i64 {
        let place = |number| (to.clone(), number);
        let newest = self.register_events.range(place(i64::MIN)..=place(i64::MAX)).next_back();
        newest.map_or(0, |((_, number), _)| *number)
    }

    fn event(&self, (payment, index): (PaymentId, usize)) -> Option<EventRow> {
        Some(self.payments.get(&payment)?.events.get(index)?.row.clone())
    }

    /// How many payments have something left to do.
    pub(crate) fn unsettled(&self) -> usize {
        self.unsettled
    }

    /// How many events are neither delivered nor parked.
    pub(crate) fn on_their_way(&self) -> usize {
        self.undelivered.len()
    }
}

impl Row {
    fn new(payment: &Arc<Payment>) -> Self {
        Self {
            payment: Arc::clone(payment),
            wake_at: None,
            owner: 0,
            facts: Vec::new(),
            events: Vec::new(),
            pending: 0,
        }
    }

    fn take(&mut self, number: i64, sequence: u64, at: Timestamp, event: EventDraft, tables: &mut Tables) {
        let place = (self.payment.id, self.events.len());
        tables.register_events.insert((event.destination.clone(), number), place);
        if !event.is_delivered {
            tables.undelivered.insert(number, place);
            self.pending += 1;
        }
        let row = EventRow {
            number,
            payment: self.payment.id,
            sequence,
            destination: event.destination,
            name: event.name.to_owned(),
            operation: event.operation,
            body: event.body,
            at,
            parked: false,
        };
        self.events.push(EventRecord { row, is_delivered: event.is_delivered });
    }
}

fn place_of(payment: &Payment) -> (StoreId, RegisterId) {
    (payment.checkout.store.clone(), payment.checkout.register.clone())
}
