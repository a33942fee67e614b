//! Undelivered events in memory: one queue per register and payment, and registers without a queue of their own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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

/// So many parked events are held in memory. The others stay in their rows until those have gone out.
const PARKED_AT_MOST: usize = 2_000;

#[derive(Default)]
pub(super) struct Queues {
    /// Queues with a task that sends them.
    sending: BTreeMap<Key, Queue>,
    /// What waits for registers whose events came back.
    parked: BTreeMap<Destination, Parked>,
    /// How many events that is.
    parked_events: usize,
    /// Registers of which events were left in their rows, and how often. All later ones are left there too, so that the
    /// order is kept.
    left_in_rows: BTreeMap<Destination, u64>,
    /// Registers whose rows are being read.
    reading: BTreeSet<Destination>,
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
    /// With what is parked for its register, here or in its row.
    Parked,
}

impl Queues {
    /// Puts an event behind those of its payment, and behind a parked register's others.
    pub(super) fn put(&mut self, key: &Key, letter: Letter) -> Put {
        if self.is_left_in_rows(&key.0) {
            self.leave_in_rows(&key.0);
            return Put::Parked;
        }
        if let Some(queue) = self.sending.get_mut(key) {
            queue.push_back(letter);
            return Put::Behind;
        }
        if self.parked.contains_key(&key.0) {
            self.put_parked(key, letter);
            return Put::Parked;
        }
        self.sending.entry(key.clone()).or_default().push_back(letter);
        Put::First
    }

    /// Puts an event that is parked, or was before this instance started.
    pub(super) fn put_parked(&mut self, key: &Key, letter: Letter) {
        if self.is_left_in_rows(&key.0) {
            self.leave_in_rows(&key.0);
        } else if let Some(queue) = self.sending.get_mut(key) {
            queue.push_back(letter);
        } else if self.parked_events >= PARKED_AT_MOST {
            self.leave_in_rows(&key.0);
        } else {
            self.parked_events += 1;
            let parked = self.parked.entry(key.0.clone()).or_default();
            parked.queues.entry(key.1).or_default().push_back(letter);
        }
    }

    /// Puts an event that was left in its row, to be sent now, unless it is here. If others of its register have come back
    /// meanwhile, it stays in its row behind them.
    pub(super) fn put_from_row(&mut self, key: &Key, letter: Letter) -> Put {
        if self.has(key, letter.sequence) {
            return Put::Behind;
        }
        if let Some(queue) = self.sending.get_mut(key) {
            queue.push_back(letter);
            return Put::Behind;
        }
        if self.parked.contains_key(&key.0) {
            self.leave_in_rows(&key.0);
            return Put::Parked;
        }
        self.sending.entry(key.clone()).or_default().push_back(letter);
        Put::First
    }

    /// Puts events of a payment that were delivered before, to be sent now; false: others of its register wait.
    pub(super) fn put_again(&mut self, key: &Key, letters: Vec<Letter>) -> bool {
        let waits = self.sending.contains_key(key)
            || self.parked.contains_key(&key.0)
            || self.is_left_in_rows(&key.0);
        if !waits && !letters.is_empty() {
            self.sending.insert(key.clone(), letters.into());
            return true;
        }
        false
    }

    fn is_left_in_rows(&self, destination: &Destination) -> bool {
        self.left_in_rows.contains_key(destination)
    }

    fn leave_in_rows(&mut self, destination: &Destination) {
        *self.left_in_rows.entry(destination.clone()).or_default() += 1;
    }

    /// Begins to read a register's rows, if some were left there and nothing of it is here any more. Returns how often
    /// events were left there so far.
    pub(super) fn begin_reading(&mut self, destination: &Destination) -> Option<u64> {
        let left = *self.left_in_rows.get(destination)?;
        let first = (destination.clone(), PaymentId::from_uuid(0));
        let is_sending = self.sending.range(first..).next().is_some_and(|(key, _)| key.0 == *destination);
        let is_here = is_sending || self.parked.contains_key(destination);
        (!is_here && self.reading.insert(destination.clone())).then_some(left)
    }

    /// A register's rows have been read; `left` as it was before, if all of them have been. Events that were left there
    /// meanwhile are read the next time.
    pub(super) fn end_reading(&mut self, destination: &Destination, left: Option<u64>) {
        self.reading.remove(destination);
        if self.left_in_rows.get(destination).copied() == left {
            self.left_in_rows.remove(destination);
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
        let has_room = self.parked_events + queue.len() <= PARKED_AT_MOST;
        let parked = self.parked.entry(key.0.clone()).or_default();
        parked.is_probed = false;
        if has_room || parked.queues.is_empty() {
            self.parked_events += queue.len();
            parked.queues.insert(key.1, queue);
        } else {
            self.leave_in_rows(&key.0);
        }
        (sequences, is_news)
    }

    /// Takes one parked queue of a register, to be sent: whether it arrives decides on the others.
    pub(super) fn probe(&mut self, destination: &Destination) -> Option<Key> {
        let parked = self.parked.get_mut(destination).filter(|parked| !parked.is_probed)?;
        let (payment, queue) = parked.queues.pop_first()?;
        parked.is_probed = true;
        self.parked_events -= queue.len();
        let key = (destination.clone(), payment);
        self.sending.insert(key.clone(), queue);
        Some(key)
    }

    /// Takes all that is parked for a register, to be sent.
    pub(super) fn release(&mut self, destination: &Destination) -> Vec<Key> {
        let Some(parked) = self.parked.remove(destination) else { return Vec::new() };
        let mut keys = Vec::with_capacity(parked.queues.len());
        for (payment, queue) in parked.queues {
            self.parked_events -= queue.len();
            let key = (destination.clone(), payment);
            self.sending.insert(key.clone(), queue);
            keys.push(key);
        }
        keys
    }

    /// Drops all that is parked for a register that gets its events another way now; returns what it was.
    pub(super) fn discard(&mut self, destination: &Destination) -> Vec<(Key, u64)> {
        let parked = self.parked.remove(destination).unwrap_or_default();
        self.parked_events -= parked.queues.values().map(VecDeque::len).sum::<usize>();
        let of_payment = |(payment, queue): (PaymentId, Queue)| {
            queue.into_iter().map(move |letter| (payment, letter.sequence))
        };
        let letters = parked.queues.into_iter().flat_map(of_payment);
        letters.map(|(payment, sequence)| ((destination.clone(), payment), sequence)).collect()
    }

    /// The registers for which something is parked.
    pub(super) fn parked(&self) -> Vec<Destination> {
        let all: BTreeSet<&Destination> = self.parked.keys().chain(self.left_in_rows.keys()).collect();
        all.into_iter().cloned().collect()
    }

    /// How many parked events are held in memory.
    #[cfg(test)]
    pub(super) fn parked_events(&self) -> usize {
        self.parked_events
    }

    /// Whether nothing is being sent.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.sending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use payment::{RegisterId, StoreId, Timestamp};

    use super::*;

    fn key(payment: u128) -> Key {
        let (store, register) = (StoreId::parse("17").unwrap(), RegisterId::parse("3").unwrap());
        (Destination { store, register }, PaymentId::from_uuid(payment << 12))
    }

    fn letter(key: &Key, sequence: u64) -> Letter {
        let event = OutgoingEvent {
            message_id: format!("{}-{sequence}", key.1),
            correlation_id: None,
            name: "payment.accepted".to_owned(),
            store: key.0.store.clone(),
            register: key.0.register.clone(),
            body: "{}".to_owned(),
            occurred_at: Timestamp::from_micros(0),
            reply_to: None,
        };
        Letter { sequence, event }
    }

    #[test]
    fn no_more_parked_events_are_held_than_there_is_room_for_and_later_ones_stay_behind_them() {
        let mut queues = Queues::default();
        assert_eq!(queues.put(&key(1), letter(&key(1), 1)), Put::First);
        queues.park(&key(1));
        for number in 2..5_000 {
            assert_eq!(queues.put(&key(number), letter(&key(number), 1)), Put::Parked);
        }
        assert_eq!(queues.parked_events(), PARKED_AT_MOST);
        let register = key(1).0;
        assert_eq!(queues.begin_reading(&register), None, "what is here goes first");
        assert_eq!(queues.release(&register).len(), PARKED_AT_MOST);
        assert_eq!(queues.put(&key(9_000), letter(&key(9_000), 1)), Put::Parked, "not before those in rows");
        assert_eq!(queues.begin_reading(&register), None, "it is being sent");
        queues.sending.clear();
        let left = queues.begin_reading(&register).unwrap();
        assert_eq!(queues.begin_reading(&register), None, "once at a time");
        queues.put(&key(9_001), letter(&key(9_001), 1));
        queues.end_reading(&register, Some(left));
        let left = queues.begin_reading(&register).expect("one came meanwhile");
        queues.end_reading(&register, Some(left));
        assert_eq!(queues.put(&key(9_002), letter(&key(9_002), 1)), Put::First, "all is as before");
        assert_eq!(queues.parked_events(), 0);
    }

    #[test]
    fn p9_a_row_that_is_read_after_others_of_its_payment_came_back_stays_behind_them() {
        let mut queues = Queues::default();
        let (sale, register) = (key(1), key(1).0);
        queues.leave_in_rows(&register);
        let left = queues.begin_reading(&register).unwrap();
        assert_eq!(queues.put_from_row(&sale, letter(&sale, 1)), Put::First);
        queues.park(&sale);
        assert_eq!(
            queues.put_from_row(&sale, letter(&sale, 2)),
            Put::Parked,
            "the first has come back meanwhile"
        );
        queues.end_reading(&register, Some(left));
        assert_eq!(queues.release(&register), std::slice::from_ref(&sale));
        assert_eq!(queues.front(&sale).map(|letter| letter.sequence), Some(1));
        queues.pop(&sale);
        assert!(queues.front(&sale).is_none());
        assert!(queues.begin_reading(&register).is_some(), "the second is read again");
    }

    /// Another payment's event to a register of its own.
    fn elsewhere(payment: u128) -> Key {
        let ((mut destination, _), (_, payment)) = (key(payment), key(payment));
        destination.register = RegisterId::parse("4").unwrap();
        (destination, payment)
    }

    #[test]
    fn what_is_tried_or_dropped_makes_room_and_what_comes_back_takes_it_again() {
        let (mut queues, register) = (Queues::default(), key(1).0);
        for (number, sequence) in [(1, 1), (1, 2), (2, 1)] {
            queues.put(&key(number), letter(&key(number), sequence));
        }
        queues.park(&key(1));
        queues.park(&key(2));
        assert_eq!(queues.parked_events(), 3);
        assert_eq!(queues.probe(&register), Some(key(1)));
        assert_eq!((queues.parked_events(), queues.probe(&register)), (1, None), "one at a time");
        queues.park(&key(1));
        assert_eq!(queues.parked_events(), 3);
        assert_eq!(queues.probe(&register), Some(key(1)), "the next one may be tried");
        queues.park(&key(1));
        assert_eq!(queues.discard(&register), [(key(1), 1), (key(1), 2), (key(2), 1)]);
        assert_eq!(queues.parked_events(), 0);
    }

    #[test]
    fn a_register_without_a_queue_is_news_once() {
        let mut queues = Queues::default();
        for number in [1, 2] {
            queues.put(&key(number), letter(&key(number), 7));
        }
        assert_eq!(queues.park(&key(1)), (vec![7], true));
        assert_eq!(queues.park(&key(2)), (vec![7], false));
    }

    #[test]
    fn what_comes_back_is_held_while_there_is_room_and_the_first_of_a_register_always() {
        for (held, is_first, is_left) in
            [(PARKED_AT_MOST - 1, false, false), (PARKED_AT_MOST, false, true), (PARKED_AT_MOST, true, false)]
        {
            let mut queues = Queues::default();
            for number in [1, 2] {
                queues.put(&key(number), letter(&key(number), 1));
            }
            queues.put(&elsewhere(3), letter(&elsewhere(3), 1));
            queues.park(&key(1));
            queues.parked_events = held;
            let key = if is_first { elsewhere(3) } else { key(2) };
            queues.park(&key);
            assert_eq!(queues.is_left_in_rows(&key.0), is_left, "{held} {is_first}");
            assert_eq!(queues.has(&key, 1), !is_left, "{held} {is_first}");
        }
    }

    #[test]
    fn what_was_delivered_is_sent_again_only_if_nothing_of_its_register_waits() {
        let again =
            |queues: &mut Queues, number| queues.put_again(&key(number), vec![letter(&key(number), 1)]);
        let mut queues = Queues::default();
        assert!(!queues.put_again(&key(1), Vec::new()) && queues.is_idle(), "nothing is to be sent");
        assert!(again(&mut queues, 1));
        assert!(!again(&mut queues, 1), "it is being sent");
        assert!(again(&mut queues, 2), "another payment's");
        queues.park(&key(2));
        queues.sending.clear();
        assert!(!again(&mut queues, 1), "another payment's events are parked");
        queues.release(&key(2).0);
        queues.sending.clear();
        queues.leave_in_rows(&key(1).0);
        assert!(!again(&mut queues, 1), "others were left in their rows");
    }
}
