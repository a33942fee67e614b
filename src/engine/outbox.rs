//! The way out: events in order per payment and register, each sent until it is confirmed or its register has no queue.
//!
//! What is here is durable already. It gets here in three ways: from the commit that made it, from the database at the
//! start, and from the database when it is not known whether a commit was made.

mod marks;
mod outgoing;
mod queues;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::{Payment, PaymentId};

use crate::engine::Engine;
use crate::ports::{Delivery, DeliveryMark, Destination, EventRow, StoreError};
use crate::settings::EventsBy;
use marks::Marks;
pub(crate) use outgoing::Outgoing;
use queues::{Key, Letter, Put, Queues};

const PAGE: usize = 1_000;
/// Parked events are tried again this often, beside their register's next sign of life.
const PARKED_AGAIN_EVERY: Duration = Duration::from_mins(1);
const SEND_AGAIN_AFTER: Duration = Duration::from_millis(500);
const MARK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Events that are durable but not delivered.
#[derive(Default)]
pub(crate) struct Outbox {
    queues: Mutex<Queues>,
    marks: Marks,
    /// Payments with a commit of which it is not known whether it was made.
    doubtful: Mutex<BTreeSet<PaymentId>>,
}

impl Outbox {
    /// Takes the events of a commit. Callers keep the order of commits per payment.
    pub(crate) fn hand_over(&self, engine: &Engine, letters: Vec<Outgoing>) {
        for letter in letters.into_iter().filter(|letter| !letter.is_delivered) {
            self.put(engine, letter);
        }
    }

    /// Takes over what was durable but not delivered when the service last stopped.
    pub(crate) async fn take_over(&self, engine: &Engine) -> Result<(), StoreError> {
        each_undelivered(engine, |row| self.put_row(engine, row)).await
    }

    /// Whatever is durable and not delivered is in doubt: it may be this instance's to deliver without its knowing.
    pub(crate) async fn doubt_everything(&self, engine: &Engine) -> Result<(), StoreError> {
        each_undelivered(engine, |row| self.doubt(row.payment)).await
    }

    /// Takes the events of a commit that made this instance the owner of the payment: behind those that the owner before has
    /// not delivered. They may go out twice, and stay in order.
    pub(crate) async fn take_up(&self, engine: &Engine, before: &Payment, letters: Vec<Outgoing>) {
        match self.take_up_rows(engine, before.id, before.state.sequence).await {
            Ok(()) => self.hand_over(engine, letters),
            Err(error) => {
                tracing::warn!(payment.id = %before.id, %error, "its events wait for the database");
                self.doubt(before.id);
            }
        }
    }

    /// Notes that it is not known whether a commit of this payment was made.
    pub(crate) fn doubt(&self, payment: PaymentId) {
        lock(&self.doubtful).insert(payment);
    }

    /// Whether it is in doubt what of a payment is durable and was not delivered.
    pub(crate) fn is_in_doubt(&self, payment: PaymentId) -> bool {
        lock(&self.doubtful).contains(&payment)
    }

    /// Payments in doubt.
    pub(crate) fn doubtful(&self) -> Vec<PaymentId> {
        lock(&self.doubtful).iter().copied().collect()
    }

    /// There is no such payment: the commit in doubt was not made.
    pub(crate) fn no_doubt(&self, payment: PaymentId) {
        lock(&self.doubtful).remove(&payment);
    }

    /// Ends the doubt about a payment: events of it that are durable but unknown here are taken over. To be called
    /// while nobody else can commit changes of it.
    pub(crate) async fn end_doubt(&self, engine: &Engine, payment: PaymentId) -> Result<(), StoreError> {
        if !lock(&self.doubtful).contains(&payment) {
            return Ok(());
        }
        self.take_up_rows(engine, payment, u64::MAX).await?;
        lock(&self.doubtful).remove(&payment);
        Ok(())
    }

    /// Takes up what is durable of a payment up to a fact, not delivered, and unknown here.
    async fn take_up_rows(&self, engine: &Engine, payment: PaymentId, until: u64) -> Result<(), StoreError> {
        let rows = engine.parts().store.undelivered_of(payment).await?;
        for row in rows.into_iter().filter(|row| row.sequence <= until) {
            let key = (row.destination.clone(), row.payment);
            let is_known = self.queues().has(&key, row.sequence);
            if !is_known && !self.marks.has(&key.0, row.payment, row.sequence) {
                self.put_row(engine, row);
            }
        }
        Ok(())
    }

    fn put_row(&self, engine: &Engine, row: EventRow) {
        let (is_parked, outgoing) = (row.parked, Outgoing::of_row(row));
        if is_parked && goes_by_queue(engine, &outgoing.key.0) {
            self.queues().put_parked(&outgoing.key, outgoing.letter);
        } else {
            self.put(engine, outgoing);
        }
    }

    fn put(&self, engine: &Engine, Outgoing { key, letter, .. }: Outgoing) {
        let sequence = letter.sequence;
        if !goes_by_queue(engine, &key.0) {
            return self.mark(&key, sequence, false);
        }
        let put = self.queues().put(&key, letter);
        match put {
            Put::First => start(engine, key),
            Put::Behind => {}
            Put::Parked => self.mark(&key, sequence, true),
        }
    }

    /// Sends one queue, each event after the one before is confirmed.
    async fn send(&self, engine: &Engine, key: Key) {
        loop {
            let front = self.queues().front(&key);
            let Some(letter) = front else { return self.read_what_was_left(engine, &key.0) };
            match engine.parts().events.publish(&letter.event).await {
                Delivery::Confirmed => {
                    self.queues().pop(&key);
                    self.mark(&key, letter.sequence, false);
                    self.release(engine, &key.0);
                }
                Delivery::Unroutable => return self.park(engine, &key),
                Delivery::Failed(reason) => {
                    tracing::debug!(
                        message = letter.event.message_id,
                        reason,
                        "an event waits for the broker"
                    );
                    if engine.pause(SEND_AGAIN_AFTER).await.is_err() {
                        return; // stopping: the row is still undelivered and is sent at the next start
                    }
                }
            }
        }
    }

    fn park(&self, engine: &Engine, key: &Key) {
        let (sequences, is_news) = self.queues().park(key);
        if !goes_by_queue(engine, &key.0) {
            let discarded = self.queues().discard(&key.0);
            return discarded.into_iter().for_each(|(key, sequence)| self.mark(&key, sequence, false));
        }
        if is_news {
            tracing::warn!(
                store = %key.0.store, register = %key.0.register,
                "the register has no queue: its events are parked until it does"
            );
        }
        for sequence in sequences {
            self.mark(key, sequence, true);
        }
    }

    /// Tries what is parked for a register again: one payment's events first, the others if they arrive.
    pub(crate) fn release_parked(&self, engine: &Engine, destination: &Destination) {
        let probe = self.queues().probe(destination);
        match probe {
            Some(key) => start(engine, key),
            None => self.read_what_was_left(engine, destination),
        }
    }

    /// Sends the events of a payment once more to its registers, in their order, each under the id that it had. Where some of
    /// them are still to be delivered, those are tried now: nothing overtakes them.
    pub(crate) async fn resend(&self, engine: &Engine, payment: PaymentId) -> Result<(), StoreError> {
        let store = &engine.parts().store;
        let waiting = store.undelivered_of(payment).await?;
        let mut by_register: BTreeMap<Destination, Vec<Letter>> = BTreeMap::new();
        for row in store.payment_events(payment).await? {
            let Outgoing { key, letter, .. } = Outgoing::of_row(row);
            by_register.entry(key.0).or_default().push(letter);
        }
        for (destination, letters) in by_register {
            if !goes_by_queue(engine, &destination) {
                continue; // it asks for them
            }
            let key = (destination, payment);
            let is_waiting = waiting.iter().any(|row| row.destination == key.0);
            let is_idle = !is_waiting && self.queues().put_again(&key, letters);
            if is_idle {
                start(engine, key);
            } else {
                self.release_parked(engine, &key.0);
            }
        }
        Ok(())
    }

    /// Reads a register's events that were left in their rows, once nothing of it is here any more.
    fn read_what_was_left(&self, engine: &Engine, destination: &Destination) {
        let Some(left) = self.queues().begin_reading(destination) else { return };
        let (reading, destination) = (engine.clone(), destination.clone());
        engine.spawn(async move {
            let read = reading.outbox().read_rows(&reading, &destination).await;
            let all = matches!(read, Ok(true));
            reading.outbox().queues().end_reading(&destination, all.then_some(left));
            if let Err(error) = read {
                tracing::warn!(%error, "parked events wait for the database");
            }
        });
    }

    /// Takes a register's parked rows up, so many at once: whatever is left in its row is parked. True: that was all of them.
    async fn read_rows(&self, engine: &Engine, destination: &Destination) -> Result<bool, StoreError> {
        self.flush_marks(engine).await?; // what has just gone out is not parked any more, what was left is
        let (mut after, mut taken) = (0, 0);
        loop {
            let page = engine.parts().store.parked(destination, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(true) };
            after = last.number;
            for row in page {
                let Outgoing { key, letter, .. } = Outgoing::of_row(row);
                if !goes_by_queue(engine, destination) {
                    self.mark(&key, letter.sequence, false);
                    continue;
                }
                let put = self.queues().put_from_row(&key, letter);
                match put {
                    Put::First => start(engine, key),
                    Put::Behind => {}
                    Put::Parked => return Ok(false), // some have come back: it has no queue after all
                }
                taken += 1;
            }
            if taken >= PAGE {
                return Ok(false);
            }
        }
    }

    /// An event has arrived: whatever is parked for its register can go.
    fn release(&self, engine: &Engine, destination: &Destination) {
        let keys = self.queues().release(destination);
        if !keys.is_empty() {
            tracing::info!(
                store = %destination.store, register = %destination.register, payments = keys.len(),
                "the register has a queue again: its parked events are sent"
            );
        }
        for key in keys {
            start(engine, key);
        }
    }

    /// Tries everything parked again, from time to time.
    pub(crate) async fn parked_loop(&self, engine: &Engine) {
        while engine.pause(PARKED_AGAIN_EVERY).await.is_ok() {
            let destinations = self.queues().parked();
            for destination in destinations {
                self.release_parked(engine, &destination);
            }
        }
    }

    fn mark(&self, key: &Key, sequence: u64, parked: bool) {
        self.marks.add(DeliveryMark { payment: key.1, sequence, destination: key.0.clone(), parked });
    }

    /// Makes delivery marks durable until the engine stops.
    pub(crate) async fn mark_loop(&self, engine: &Engine) {
        loop {
            tokio::select! {
                biased;
                () = self.marks.added() => {}
                () = engine.stopping() => return,
            }
            while let Err(error) = self.flush_marks(engine).await {
                tracing::warn!(%error, "delivery marks wait for the database");
                if engine.pause(MARK_AGAIN_AFTER).await.is_err() {
                    return;
                }
            }
        }
    }

    /// Makes the marks of now durable.
    pub(crate) async fn flush_marks(&self, engine: &Engine) -> Result<(), StoreError> {
        self.marks.flush(&*engine.parts().store).await
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        lock(&self.queues)
    }
}

/// Reads all rows that this instance has to deliver, page by page.
async fn each_undelivered(engine: &Engine, mut take: impl FnMut(EventRow) + Send) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let page = engine.parts().store.undelivered(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        page.into_iter().for_each(&mut take);
    }
}

fn start(engine: &Engine, key: Key) {
    let sending = engine.clone();
    engine.spawn(async move { sending.outbox().send(&sending, key).await });
}

/// For registers that ask for their events, committed is delivered. Without a broker all of them do.
pub(crate) fn goes_by_queue(engine: &Engine, to: &Destination) -> bool {
    if !engine.parts().events.is_there() {
        return false;
    }
    let settings = engine.settings();
    let register = settings.stores.get(&to.store).and_then(|store| store.registers.get(&to.register));
    register.is_none_or(|register| register.events_by != EventsBy::Http)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
