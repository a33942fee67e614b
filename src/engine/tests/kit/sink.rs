//! The broker's side of events: remembers what was confirmed, and does as it is told.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{Clock, Delivery, EventSink, OutgoingEvent};
use payment::Timestamp;
use serde_json::Value;

use super::crash::{Crash, Port};
use super::time::TestTime;

/// How long a publishing waits for a broker that says nothing.
const TIME_OUT: Duration = Duration::from_secs(5);

/// An event that the broker has.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) at: Timestamp,
    pub(crate) event: OutgoingEvent,
    pub(crate) body: Value,
}

/// The way out.
pub(crate) struct TestSink {
    time: Arc<TestTime>,
    crash: Arc<Crash>,
    confirmed: Mutex<Vec<Published>>,
    tries: Mutex<Vec<String>>,
    manners: Mutex<Manners>,
}

#[derive(Default)]
struct Manners {
    without_queue: BTreeSet<String>,
    /// Names of events, and how many publishings of them fail yet.
    failing: Vec<(String, usize)>,
    pause: Duration,
    is_silent: bool,
}

impl TestSink {
    pub(crate) fn new(time: Arc<TestTime>, crash: Arc<Crash>) -> Self {
        Self { time, crash, confirmed: Mutex::default(), tries: Mutex::default(), manners: Mutex::default() }
    }

    /// The register has no queue.
    pub(crate) fn take_queue_from(&self, register: &str) {
        self.manners().without_queue.insert(register.to_owned());
    }

    /// The register has a queue again.
    pub(crate) fn give_queue_to(&self, register: &str) {
        self.manners().without_queue.remove(register);
    }

    /// The next so many publishings of events whose name begins like this fail.
    pub(crate) fn fail(&self, name: &str, times: usize) {
        self.manners().failing.push((name.to_owned(), times));
    }

    /// Each confirmation takes this long.
    pub(crate) fn slow_down(&self, pause: Duration) {
        self.manners().pause = pause;
    }

    /// The broker says nothing any more, or speaks again.
    pub(crate) fn be_silent(&self, is_silent: bool) {
        self.manners().is_silent = is_silent;
    }

    /// Everything that was confirmed, in order.
    pub(crate) fn confirmed(&self) -> Vec<Published> {
        lock(&self.confirmed).clone()
    }

    /// What was confirmed after the first so many.
    pub(crate) fn confirmed_from(&self, count: usize) -> Vec<Published> {
        lock(&self.confirmed).iter().skip(count).cloned().collect()
    }

    /// How often something was published, whatever came of it.
    pub(crate) fn tries(&self) -> usize {
        lock(&self.tries).len()
    }

    /// Names of the events that a register has, in order.
    pub(crate) fn names(&self, register: &str) -> Vec<String> {
        self.to(register).into_iter().map(|published| published.event.name).collect()
    }

    /// What a register has, in order.
    pub(crate) fn to(&self, register: &str) -> Vec<Published> {
        let is_meant = |published: &Published| published.event.register.as_str() == register;
        self.confirmed().into_iter().filter(is_meant).collect()
    }

    /// The newest event of a name that a register has.
    pub(crate) fn last(&self, register: &str, name: &str) -> Option<Published> {
        self.to(register).into_iter().rev().find(|published| published.event.name == name)
    }

    fn manners(&self) -> MutexGuard<'_, Manners> {
        lock(&self.manners)
    }

    async fn word(&self, event: &OutgoingEvent) -> Delivery {
        let (pause, is_silent) = {
            let manners = self.manners();
            (manners.pause, manners.is_silent)
        };
        if is_silent {
            tokio::time::sleep(TIME_OUT).await;
            return Delivery::Failed("the broker said nothing".to_owned());
        }
        tokio::time::sleep(pause).await;
        self.manners().word(event)
    }
}

impl Manners {
    fn word(&mut self, event: &OutgoingEvent) -> Delivery {
        let failing =
            self.failing.iter_mut().find(|(name, left)| *left > 0 && event.name.starts_with(name.as_str()));
        if let Some((_, left)) = failing {
            *left -= 1;
            return Delivery::Failed("the connection broke".to_owned());
        }
        if self.without_queue.contains(event.register.as_str()) {
            return Delivery::Unroutable;
        }
        Delivery::Confirmed
    }
}

#[async_trait]
impl EventSink for TestSink {
    async fn publish(&self, event: &OutgoingEvent) -> Delivery {
        lock(&self.tries).push(event.message_id.clone());
        let number = self.crash.enter(Port::Publish).await;
        let word = self.word(event).await;
        if word == Delivery::Confirmed {
            let body = serde_json::from_str(&event.body).unwrap();
            lock(&self.confirmed).push(Published { at: self.time.now(), event: event.clone(), body });
        }
        self.crash.leave(Port::Publish, number).await;
        word
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
