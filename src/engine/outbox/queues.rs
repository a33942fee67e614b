//! Undelivered events in memory: one queue per register and payment, and registers without a queue of their own.

use std::collections::{BTreeMap, VecDeque};

use payment::PaymentId;

use crate::ports::{Destination, OutgoingEvent};

/// A register and a payment: events go in order within this.
pub(super) type Key = (Destination, PaymentId);

/// An event with the number of its fact.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) sequence: u64,
    pub(super) event: OutgoingEvent,
}

type Queue = VecDeque<Letter>;

#[derive(Default)]
pub(super) struct Queues {
    /// Queues with a task that sends them.
    sending: BTreeMap<Key, Queue>,
    /// What waits for registers whose events came back.
    parked: BTreeMap<Destination, Parked>,
}

#[derive(Default)]
struct Parked {
    queues: BTreeMap<PaymentId, Queue>,
    /// One of its queues is being sent to see whether the rest can go.
    is_probed: bool,
}

/// Where an event was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// In a new queue: it needs a task.
    First,
    /// Behind others of its payment.
    Behind,
    /// With what is parked for its register.
    Parked,
}

impl Queues {
    /// Puts an event behind those of its payment, and behind a parked register's others.
    pub(super) fn put(&mut self, key: &Key, letter: Letter) -> Put {
        if let Some(queue) = self.sending.get_mut(key) {
            queue.push_back(letter);
            return Put::Behind;
        }
        if let Some(parked) = self.parked.get_mut(&key.0) {
            parked.queues.entry(key.1).or_default().push_back(letter);
            return Put::Parked;
        }
        self.sending.entry(key.clone()).or_default().push_back(letter);
        Put::First
    }

    /// Puts an event that was parked before this instance started.
    pub(super) fn put_parked(&mut self, key: &Key, letter: Letter) {
        if let Some(queue) = self.sending.get_mut(key) {
            queue.push_back(letter);
        } else {
            let parked = self.parked.entry(key.0.clone()).or_default();
            parked.queues.entry(key.1).or_default().push_back(letter);
        }
    }

    /// Whether an event is still here.
    pub(super) fn has(&self, key: &Key, sequence: u64) -> bool {
        let parked = self.parked.get(&key.0).and_then(|parked| parked.queues.get(&key.1));
        let queues = self.sending.get(key).into_iter().chain(parked);
        queues.flatten().any(|letter| letter.sequence == sequence)
    }

    /// The event to send next. An empty queue is taken down, so that the next event starts a new task.
    pub(super) fn front(&mut self, key: &Key) -> Option<Letter> {
        let front = self.sending.get(key).and_then(|queue| queue.front().cloned());
        if front.is_none() {
            self.sending.remove(key);
        }
        front
    }

    /// Takes the event away that was sent.
    pub(super) fn pop(&mut self, key: &Key) {
        if let Some(queue) = self.sending.get_mut(key) {
            queue.pop_front();
        }
    }

    /// Parks a queue whose event came back. Returns its numbers, and whether nothing was parked for the register before.
    pub(super) fn park(&mut self, key: &Key) -> (Vec<u64>, bool) {
        let queue = self.sending.remove(key).unwrap_or_default();
        let sequences = queue.iter().map(|letter| letter.sequence).collect();
        let is_news = !self.parked.contains_key(&key.0);
        let parked = self.parked.entry(key.0.clone()).or_default();
        parked.is_probed = false;
        parked.queues.insert(key.1, queue);
        (sequences, is_news)
    }

    /// Takes one parked queue of a register, to be sent: whether it arrives decides on the others.
    pub(super) fn probe(&mut self, destination: &Destination) -> Option<Key> {
        let parked = self.parked.get_mut(destination).filter(|parked| !parked.is_probed)?;
        let (payment, queue) = parked.queues.pop_first()?;
        parked.is_probed = true;
        let key = (destination.clone(), payment);
        self.sending.insert(key.clone(), queue);
        Some(key)
    }

    /// Takes all that is parked for a register, to be sent.
    pub(super) fn release(&mut self, destination: &Destination) -> Vec<Key> {
        let Some(parked) = self.parked.remove(destination) else { return Vec::new() };
        let mut keys = Vec::with_capacity(parked.queues.len());
        for (payment, queue) in parked.queues {
            let key = (destination.clone(), payment);
            self.sending.insert(key.clone(), queue);
            keys.push(key);
        }
        keys
    }

    /// Drops all that is parked for a register that gets its events another way now; returns what it was.
    pub(super) fn discard(&mut self, destination: &Destination) -> Vec<(Key, u64)> {
        let parked = self.parked.remove(destination).unwrap_or_default();
        let of_payment = |(payment, queue): (PaymentId, Queue)| {
            queue.into_iter().map(move |letter| (payment, letter.sequence))
        };
        let letters = parked.queues.into_iter().flat_map(of_payment);
        letters.map(|(payment, sequence)| ((destination.clone(), payment), sequence)).collect()
    }

    /// The registers for which something is parked.
    pub(super) fn parked(&self) -> Vec<Destination> {
        self.parked.keys().cloned().collect()
    }

    /// Whether nothing is being sent.
    pub(super) fn is_idle(&self) -> bool {
        self.sending.is_empty()
    }
}
