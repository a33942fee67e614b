//! The way out: events in order per payment and register, each sent until it is confirmed or its register has no queue.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use payment::{Payment, PaymentId, Timestamp};

use crate::engine::Engine;
use crate::ports::{Delivery, DeliveryMark, Destination, EventRow, JournalRow, OutgoingEvent, StoreError};
use crate::settings::EventsBy;

const PAGE: usize = 1_000;
/// Parked events are tried again this often, beside their register's next sign of life.
const PARKED_AGAIN_EVERY: Duration = Duration::from_mins(1);
const SEND_AGAIN_AFTER: Duration = Duration::from_millis(500);
const MARK_AGAIN_AFTER: Duration = Duration::from_secs(1);

type Queue = VecDeque<(u64, OutgoingEvent)>;
type Key = (Destination, PaymentId);

/// Events that are durable but not delivered.
#[derive(Default)]
pub(crate) struct Outbox {
    queues: Mutex<Queues>,
    marks: Mutex<Vec<DeliveryMark>>,
    marked: tokio::sync::Notify,
}

#[derive(Default)]
struct Queues {
    /// Queues with a task that sends them.
    sending: BTreeMap<Key, Queue>,
    /// Queues whose register had none.
    parked: BTreeMap<Key, Queue>,
}

impl Outbox {
    /// Takes the events of a commit.
    pub(crate) fn hand_over(
        &self,
        engine: &Engine,
        payment: &Payment,
        journal: Vec<JournalRow>,
        at: Timestamp,
    ) {
        let reply_to = &payment.checkout.details.reply_to;
        for row in journal {
            for draft in row.events {
                let is_own = draft.operation == payment.checkout.operation;
                let event = OutgoingEvent {
                    message_id: format!("{}-{}", payment.id, row.sequence),
                    correlation_id: Some(draft.operation.to_string()),
                    name: draft.name.to_owned(),
                    store: draft.destination.store.clone(),
                    register: draft.destination.register.clone(),
                    body: draft.body,
                    occurred_at: at,
                    reply_to: reply_to.clone().filter(|_| is_own),
                };
                self.put(engine, (draft.destination, payment.id), row.sequence, event);
            }
        }
    }

    /// Takes over what was durable but not delivered when the service last stopped.
    pub(crate) async fn take_over(&self, engine: &Engine) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let page = engine.parts().store.undelivered(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number;
            for row in page {
                let sequence = row.sequence;
                self.put(engine, (row.destination.clone(), row.payment), sequence, event_of(row));
            }
        }
    }

    fn put(&self, engine: &Engine, key: Key, sequence: u64, event: OutgoingEvent) {
        if !goes_by_queue(engine, &key.0) {
            return self.mark(&key, sequence, false);
        }
        let mut queues = self.lock();
        if let Some(parked) = queues.parked.get_mut(&key) {
            parked.push_back((sequence, event));
            drop(queues);
            return self.mark(&key, sequence, true);
        }
        let is_idle = !queues.sending.contains_key(&key);
        queues.sending.entry(key.clone()).or_default().push_back((sequence, event));
        drop(queues);
        if is_idle {
            start(engine, key);
        }
    }

    /// Sends one queue, each event after the one before is confirmed.
    async fn send(&self, engine: &Engine, key: Key) {
        while let Some((sequence, event)) = self.front(&key) {
            match engine.parts().events.publish(&event).await {
                Delivery::Confirmed => {
                    self.pop(&key);
                    self.mark(&key, sequence, false);
                }
                Delivery::Unroutable => return self.park(&key),
                Delivery::Failed(reason) => {
                    tracing::debug!(message = event.message_id, reason, "an event waits for the broker");
                    if engine.pause(SEND_AGAIN_AFTER).await.is_err() {
                        return; // stopping: the row is still undelivered and is sent at the next start
                    }
                }
            }
        }
    }

    /// The event to send next; an empty queue is taken down, so that the next event starts a new task.
    fn front(&self, key: &Key) -> Option<(u64, OutgoingEvent)> {
        let mut queues = self.lock();
        let front = queues.sending.get(key).and_then(|queue| queue.front().cloned());
        if front.is_none() {
            queues.sending.remove(key);
        }
        front
    }

    fn pop(&self, key: &Key) {
        if let Some(queue) = self.lock().sending.get_mut(key) {
            queue.pop_front();
        }
    }

    fn park(&self, key: &Key) {
        let sequences: Vec<u64> = {
            let mut queues = self.lock();
            let Some(queue) = queues.sending.remove(key) else { return };
            let sequences = queue.iter().map(|(sequence, _)| *sequence).collect();
            queues.parked.insert(key.clone(), queue);
            sequences
        };
        tracing::warn!(
            store = %key.0.store, register = %key.0.register, payment.id = %key.1,
            "the register has no queue: its events are parked until it does"
        );
        for sequence in sequences {
            self.mark(key, sequence, true);
        }
    }

    /// Sends again what is parked for a register.
    pub(crate) fn release_parked(&self, engine: &Engine, destination: &Destination) {
        let keys: Vec<Key> = {
            let queues = self.lock();
            if queues.parked.is_empty() {
                return;
            }
            queues.parked.keys().filter(|(to, _)| to == destination).cloned().collect()
        };
        self.release(engine, keys);
    }

    fn release(&self, engine: &Engine, keys: Vec<Key>) {
        for key in keys {
            let mut queues = self.lock();
            let Some(queue) = queues.parked.remove(&key) else { continue };
            queues.sending.insert(key.clone(), queue);
            drop(queues);
            start(engine, key);
        }
    }

    /// Tries everything parked again, from time to time.
    pub(crate) async fn parked_loop(&self, engine: &Engine) {
        while engine.pause(PARKED_AGAIN_EVERY).await.is_ok() {
            let keys = self.lock().parked.keys().cloned().collect();
            self.release(engine, keys);
        }
    }

    fn mark(&self, key: &Key, sequence: u64, parked: bool) {
        let mark = DeliveryMark { payment: key.1, sequence, destination: key.0.clone(), parked };
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
        self.marked.notify_one();
    }

    /// Makes delivery marks durable, as many at once as there are.
    pub(crate) async fn mark_loop(&self, engine: &Engine) {
        loop {
            tokio::select! {
                biased;
                () = self.marked.notified() => {}
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
        let marks = std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner));
        if marks.is_empty() {
            return Ok(());
        }
        let done = engine.parts().store.mark(&marks).await;
        if done.is_err() {
            self.marks.lock().unwrap_or_else(PoisonError::into_inner).splice(0..0, marks);
        }
        done
    }

    /// Whether every event has been delivered or parked.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().sending.is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start(engine: &Engine, key: Key) {
    let sending = engine.clone();
    engine.spawn(async move { sending.outbox().send(&sending, key).await });
}

/// For registers that ask for their events, committed is delivered.
fn goes_by_queue(engine: &Engine, to: &Destination) -> bool {
    let settings = engine.settings();
    let register = settings.stores.get(&to.store).and_then(|store| store.registers.get(&to.register));
    register.is_none_or(|register| register.events_by != EventsBy::Http)
}

fn event_of(row: EventRow) -> OutgoingEvent {
    OutgoingEvent {
        message_id: format!("{}-{}", row.payment, row.sequence),
        correlation_id: Some(row.operation.to_string()),
        name: row.name,
        store: row.destination.store,
        register: row.destination.register,
        body: row.body,
        occurred_at: row.at,
        reply_to: None,
    }
}
