//! Reading the tables.

use std::cmp::Reverse;
use std::ops::Bound;

use engine::ports::{
    Destination, EventRow, OperationKey, OperationRecord, Search, Stored, UnclaimedCredit, UnclaimedSearch,
};
use payment::{BankTransaction, OperationId, Payment, PaymentId, RegisterId, Status, StoreId, Timestamp};

use super::{PaymentRow, Tables};
use crate::records::{DeliveryState, EventRecord, PaymentFilter, PaymentRecord, PaymentSummary};
use crate::rows::{last_payer, newest_code};

impl Tables {
    pub(in crate::memory) fn load(&self, payment: PaymentId) -> Option<Stored> {
        let row = self.payments.get(&payment)?;
        let delivered = !row.events.iter().any(|event| event.delivery == DeliveryState::Pending);
        Some(Stored { payment: Payment::clone(&row.payment), delivered, owner: row.epoch })
    }

    pub(in crate::memory) fn is_open(&self, payment: PaymentId) -> Option<bool> {
        self.payments.get(&payment).map(|row| row.payment.is_open())
    }

    pub(in crate::memory) fn status_of(&self, payment: PaymentId) -> Option<Status> {
        self.payments.get(&payment).map(|row| row.payment.status())
    }

    pub(in crate::memory) fn operation(&self, key: &OperationKey) -> Option<OperationRecord> {
        self.operations.get(&place_of(key)).cloned()
    }

    pub(in crate::memory) fn due(
        &self,
        now: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
        limit: usize,
    ) -> Vec<(Timestamp, PaymentId)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let due = self.due.range((from, Bound::Unbounded));
        due.take_while(|(wake_at, _)| *wake_at <= now).take(limit).copied().collect()
    }

    pub(in crate::memory) fn open_payments(&self, store: &StoreId, register: &RegisterId) -> Vec<PaymentId> {
        self.rows_of(store, register).filter(|row| row.payment.is_open()).map(|row| row.payment.id).collect()
    }

    pub(in crate::memory) fn newest_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
        limit: usize,
    ) -> Vec<Payment> {
        self.rows_of(store, register).rev().take(limit).map(|row| Payment::clone(&row.payment)).collect()
    }

    pub(in crate::memory) fn search(&self, search: &Search, limit: usize) -> Vec<Payment> {
        let mut found: Vec<&Payment> = self
            .payments
            .values()
            .map(|row| &*row.payment)
            .filter(|payment| self.is_found(payment, search))
            .collect();
        found.sort_by_key(|payment| Reverse((payment.opened_at, payment.id)));
        found.into_iter().take(limit).cloned().collect()
    }

    fn is_found(&self, payment: &Payment, search: &Search) -> bool {
        let checkout = &payment.checkout;
        let details = &checkout.details;
        let knows = |transaction: &BankTransaction| {
            let first = (transaction.to_string(), payment.id, String::new(), false);
            let found = self.known_credits.range(first..).next();
            found.is_some_and(|(name, of, ..)| name == transaction.as_str() && *of == payment.id)
        };
        checkout.store == search.store
            && search.register.as_ref().is_none_or(|register| checkout.register == *register)
            && search.receipt.as_ref().is_none_or(|receipt| details.receipt.as_ref() == Some(receipt))
            && search.operation.as_ref().is_none_or(|operation| self.is_named_by(payment.id, operation))
            && search.transaction.as_ref().is_none_or(knows)
            && search.code.as_ref().is_none_or(|code| newest_code(payment).as_deref() == Some(code.as_str()))
            && (search.payer.is_none() || last_payer(payment) == search.payer)
            && search.status.is_none_or(|status| payment.status() == status)
            && search.amount.is_none_or(|amount| checkout.amount == amount)
            && search.shift.as_ref().is_none_or(|shift| details.shift.as_ref() == Some(shift))
            && search.from.is_none_or(|from| payment.opened_at >= from)
            && search.to.is_none_or(|to| payment.opened_at < to)
            && search.before.is_none_or(|before| (payment.opened_at, payment.id) < before)
    }

    pub(in crate::memory) fn unclaimed(
        &self,
        search: &UnclaimedSearch,
        limit: usize,
    ) -> Vec<UnclaimedCredit> {
        let is_found = |credit: &&UnclaimedCredit| {
            search.server.as_ref().is_none_or(|server| credit.server == *server)
                && search.code.as_ref().is_none_or(|code| credit.code == *code)
                && search.transaction.as_ref().is_none_or(|transaction| credit.transaction == *transaction)
        };
        let free = self.unclaimed.iter().filter(|(key, _)| !self.credits.contains(key));
        let mut found: Vec<&UnclaimedCredit> = free.map(|(_, credit)| credit).filter(is_found).collect();
        found.sort_by_key(|credit| Reverse((credit.found_at, credit.transaction.clone())));
        found.into_iter().take(limit).cloned().collect()
    }

    pub(in crate::memory) fn undelivered(&self, after: i64, limit: usize) -> Vec<EventRow> {
        let behind = self.undelivered.range((Bound::Excluded(after), Bound::Unbounded));
        let event = |(payment, index): &(PaymentId, usize)| {
            let event = self.payments.get(payment)?.events.get(*index)?;
            Some(event_row(*payment, event))
        };
        behind.filter_map(|(_, place)| event(place)).take(limit).collect()
    }

    pub(in crate::memory) fn register_events(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Vec<EventRow> {
        let place = |number| (destination.clone(), number);
        let behind =
            self.register_events.range((Bound::Excluded(place(after)), Bound::Included(place(i64::MAX))));
        let event = |(payment, index): &(PaymentId, usize)| {
            let event = self.payments.get(payment)?.events.get(*index)?;
            Some(event_row(*payment, event))
        };
        behind.filter_map(|(_, place)| event(place)).take(limit).collect()
    }

    pub(in crate::memory) fn newest_register_event(&self, destination: &Destination) -> i64 {
        let place = |number| (destination.clone(), number);
        let newest = self.register_events.range(place(i64::MIN)..=place(i64::MAX)).next_back();
        newest.map_or(0, |((_, number), _)| *number)
    }

    pub(in crate::memory) fn parked(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Vec<EventRow> {
        let mut rows = self.undelivered(after, usize::MAX);
        rows.retain(|row| row.parked && row.destination == *destination);
        rows.truncate(limit);
        rows
    }

    pub(in crate::memory) fn undelivered_of(&self, payment: PaymentId) -> Vec<EventRow> {
        let Some(row) = self.payments.get(&payment) else { return Vec::new() };
        let waiting = row.events.iter().filter(|event| event.delivery != DeliveryState::Delivered);
        waiting.map(|event| event_row(payment, event)).collect()
    }

    pub(in crate::memory) fn payment_events(&self, payment: PaymentId) -> Vec<EventRow> {
        let Some(row) = self.payments.get(&payment) else { return Vec::new() };
        row.events.iter().map(|event| event_row(payment, event)).collect()
    }

    pub(in crate::memory) fn find_payments(&self, filter: &PaymentFilter) -> Vec<PaymentSummary> {
        let until = filter.before.map_or(Bound::Unbounded, Bound::Excluded);
        let newest_first = self.payments.range((Bound::Unbounded, until)).rev();
        let found = newest_first.map(|(_, row)| summary(row)).filter(|payment| self.matches(payment, filter));
        found.take(filter.limit).collect()
    }

    pub(in crate::memory) fn payment_record(&self, payment: PaymentId) -> Option<PaymentRecord> {
        let row = self.payments.get(&payment)?;
        Some(PaymentRecord {
            payment: Payment::clone(&row.payment),
            wake_at: row.wake_at,
            epoch: row.epoch,
            facts: row.facts.clone(),
            events: row.events.clone(),
        })
    }

    pub(in crate::memory) fn payments_after(&self, after: Option<PaymentId>, limit: usize) -> Vec<PaymentId> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.payments.range((from, Bound::Unbounded)).take(limit).map(|(id, _)| *id).collect()
    }

    pub(in crate::memory) fn operations_after(
        &self,
        after: Option<&OperationKey>,
        limit: usize,
    ) -> Vec<OperationRecord> {
        let from = after.map_or(Bound::Unbounded, |key| Bound::Excluded(place_of(key)));
        self.operations
            .range((from, Bound::Unbounded))
            .take(limit)
            .map(|(_, record)| record.clone())
            .collect()
    }

    /// A register's payments, oldest first.
    fn rows_of(
        &self,
        store: &StoreId,
        register: &RegisterId,
    ) -> impl DoubleEndedIterator<Item = &PaymentRow> {
        let lowest = PaymentId::from_uuid(0);
        let highest = PaymentId::from_uuid(u128::MAX);
        let from = (store.clone(), register.clone(), Timestamp::from_micros(i64::MIN), lowest);
        let to = (store.clone(), register.clone(), Timestamp::from_micros(i64::MAX), highest);
        self.of_register.range(from..=to).filter_map(|(.., id)| self.payments.get(id))
    }

    fn matches(&self, payment: &PaymentSummary, filter: &PaymentFilter) -> bool {
        filter.store.as_ref().is_none_or(|store| payment.store == *store)
            && filter.register.as_ref().is_none_or(|register| payment.register == *register)
            && filter.status.is_none_or(|status| payment.status == status)
            && filter.receipt.as_ref().is_none_or(|receipt| payment.receipt.as_ref() == Some(receipt))
            && filter.operation.as_ref().is_none_or(|operation| self.is_named_by(payment.id, operation))
            && (!filter.open_only || payment.is_open)
            && (!filter.not_fiscalized || self.is_fiscal_due(payment.id))
    }

    fn is_fiscal_due(&self, payment: PaymentId) -> bool {
        self.payments.get(&payment).is_some_and(|row| row.payment.is_fiscal_due())
    }

    fn is_named_by(&self, payment: PaymentId, operation: &OperationId) -> bool {
        use engine::ports::OperationKind::{Pay, Refund};
        self.operations.values().any(|record| {
            record.key.operation == *operation && matches!(record.kind, Pay(of) | Refund(of) if of == payment)
        })
    }
}

fn place_of(key: &OperationKey) -> (OperationId, RegisterId, StoreId) {
    (key.operation.clone(), key.register.clone(), key.store.clone())
}

fn event_row(payment: PaymentId, event: &EventRecord) -> EventRow {
    EventRow {
        number: event.number,
        payment,
        sequence: event.sequence,
        destination: event.destination.clone(),
        name: event.name.clone(),
        operation: event.operation.clone(),
        body: event.body.clone(),
        at: event.at,
        parked: event.delivery == DeliveryState::Parked,
    }
}

fn summary(row: &PaymentRow) -> PaymentSummary {
    let payment = &row.payment;
    let checkout = &payment.checkout;
    PaymentSummary {
        id: payment.id,
        store: checkout.store.clone(),
        register: checkout.register.clone(),
        operation: checkout.operation.clone(),
        payment_type: checkout.payment_type.clone(),
        amount: checkout.amount,
        receipt: checkout.details.receipt.clone(),
        status: payment.status(),
        is_open: payment.is_open(),
        settled: payment.state.settled,
        opened_at: payment.opened_at,
    }
}
