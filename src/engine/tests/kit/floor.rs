//! The shop floor: tills that send commands through a broker which redelivers, and buyers who pay what they see.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::doors::{Incoming, Receipt};
use engine::ports::{Clock, Store};
use payment::Timestamp;
use serde_json::Value;

use super::life::{Life, command};
use super::sink::Published;

/// How often the people on the floor look around.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Everything must be over by then.
const PATIENCE: Duration = Duration::from_hours(3);

/// What buyers do with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buyers {
    /// Nothing.
    Walk,
    /// They pay so long after it is shown, if it can be paid then.
    Pay(Duration),
    /// They begin to pay in time, and the money arrives so long after the code was shown, dead or not.
    PayLate(Duration),
}

/// What a till sends when it sees an event: verb and body.
pub(crate) type Reaction = fn(&Value) -> Option<(&'static str, Value)>;

/// What of the floor outlives an engine.
#[derive(Default)]
pub(crate) struct Floor {
    queue: Mutex<VecDeque<Incoming>>,
    /// Everything that tills ever sent.
    sent: Mutex<Vec<Incoming>>,
    dead: Mutex<Vec<String>>,
    eyes: Mutex<Eyes>,
}

/// What people have seen of the events.
#[derive(Default)]
struct Eyes {
    /// So many of the broker's events.
    read: usize,
    messages: BTreeSet<String>,
    /// Codes that were shown and that nobody has tried to pay yet, with the time when they were shown.
    codes: Vec<(Timestamp, String)>,
}

impl Floor {
    /// A till sends a command: the broker keeps it until it is acknowledged.
    pub(crate) fn post(&self, register: &str, verb: &str, body: &Value) {
        let command = command(register, verb, body);
        lock(&self.sent).push(command.clone());
        lock(&self.queue).push_back(command);
    }

    /// Every command that was ever sent is sent once more, in the same order.
    pub(crate) fn post_all_again(&self) {
        lock(&self.queue).extend(lock(&self.sent).iter().cloned());
    }

    /// Reasons of the dead letters.
    pub(crate) fn dead(&self) -> Vec<String> {
        lock(&self.dead).clone()
    }
}

impl Life<'_> {
    /// Lets the floor go on until every payment is settled, no command waits, and nothing is left to pay late.
    pub(crate) async fn work(&self, buyers: Buyers, react: Reaction) {
        let until = self.now().plus(PATIENCE);
        while self.now() < until {
            self.take_commands().await;
            self.look_at_events(react);
            let buyers_wait = self.let_buyers_pay(buyers);
            let waits = buyers_wait || !lock(&self.floor.queue).is_empty();
            if !waits && self.is_all_settled().await {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("the floor did not come to rest");
    }

    async fn take_commands(&self) {
        while let Some(incoming) = self.front() {
            match self.receive(incoming).await {
                Receipt::Ack => {}
                Receipt::DeadLetter(reason) => lock(&self.floor.dead).push(reason),
                Receipt::Later => return,
            }
            lock(&self.floor.queue).pop_front();
        }
    }

    fn front(&self) -> Option<Incoming> {
        lock(&self.floor.queue).front().cloned()
    }

    /// Reads what is new: tills react to each event once, buyers take note of codes.
    fn look_at_events(&self, react: Reaction) {
        let mut eyes = lock(&self.floor.eyes);
        for Published { at, event, body } in self.sink.confirmed_from(eyes.read) {
            eyes.read += 1;
            let is_first = eyes.messages.insert(format!("{} {}", event.register, event.message_id));
            if is_first && event.name == "payment.qr_ready" {
                eyes.codes.push((at, body["qr"]["payload"].as_str().unwrap().to_owned()));
            }
            if is_first && let Some((verb, body)) = react(&body) {
                self.floor.post(event.register.as_str(), verb, &body);
            }
        }
    }

    /// True: somebody will still pay.
    fn let_buyers_pay(&self, buyers: Buyers) -> bool {
        let (after, is_late) = match buyers {
            Buyers::Walk => return false,
            Buyers::Pay(after) => (after, false),
            Buyers::PayLate(after) => (after, true),
        };
        let mut eyes = lock(&self.floor.eyes);
        let (come, wait): (Vec<_>, Vec<_>) = std::mem::take(&mut eyes.codes)
            .into_iter()
            .partition(|(shown_at, _)| self.now() >= shown_at.plus(after));
        for (_, payload) in come {
            self.pay_code(&payload, is_late);
        }
        eyes.codes = wait;
        !eyes.codes.is_empty()
    }

    fn pay_code(&self, payload: &str, is_late: bool) {
        let now: Timestamp = self.time.now();
        for bank in [&self.bank, &self.south] {
            let mut ledger = bank.ledger();
            let order = super::ledger::order_of(payload).filter(|id| ledger.orders.contains_key(id));
            match order {
                Some(order) if is_late => ledger.pay_late(order, now),
                _ => drop(ledger.pay(payload, now)),
            }
        }
    }

    async fn is_all_settled(&self) -> bool {
        let end_of_time = Timestamp::from_micros(i64::MAX);
        self.store.data.due(end_of_time, None, 1).await.unwrap().is_empty()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
