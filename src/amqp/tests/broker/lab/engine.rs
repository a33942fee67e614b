//! An engine that says what a test wants.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use engine::doors::{Incoming, Intake, Receipt};
use engine::ports::{Clock, Destination};
use payment::Timestamp;
use tokio::sync::watch;

use super::until;

type Answer = dyn Fn(&Incoming) -> Receipt + Send + Sync;

/// Keeps what it receives, in the order of receiving, and answers when its gate is open.
pub(crate) struct Engine {
    answer: Box<Answer>,
    received: Mutex<Vec<Incoming>>,
    finished: Mutex<Vec<Incoming>>,
    gate: watch::Sender<bool>,
}

impl Engine {
    /// Takes everything.
    pub(crate) fn new() -> Arc<Self> {
        Self::that(|_| Receipt::Ack)
    }

    /// Answers so.
    pub(crate) fn that(answer: impl Fn(&Incoming) -> Receipt + Send + Sync + 'static) -> Arc<Self> {
        let gate = watch::Sender::new(true);
        Arc::new(Self {
            answer: Box::new(answer),
            received: Mutex::default(),
            finished: Mutex::default(),
            gate,
        })
    }

    /// Whether it answers. A closed gate keeps what has been received and not answered yet.
    pub(crate) fn open_gate(&self, is_open: bool) {
        self.gate.send_replace(is_open);
    }

    /// All that came so far.
    pub(crate) fn received(&self) -> Vec<Incoming> {
        self.received.lock().unwrap().clone()
    }

    /// All that was answered so far.
    pub(crate) fn finished(&self) -> Vec<Incoming> {
        self.finished.lock().unwrap().clone()
    }

    /// Waits for this many commands, and returns them.
    pub(crate) async fn receives(&self, count: usize) -> Vec<Incoming> {
        until(&format!("{count} commands came"), async || {
            Some(self.received()).filter(|received| received.len() >= count)
        })
        .await
    }
}

#[async_trait]
impl Intake for Engine {
    async fn receive(&self, incoming: Incoming) -> Receipt {
        self.received.lock().unwrap().push(incoming.clone());
        let mut gate = self.gate.subscribe();
        gate.wait_for(|is_open| *is_open).await.unwrap();
        let receipt = (self.answer)(&incoming);
        self.finished.lock().unwrap().push(incoming);
        receipt
    }

    fn release_parked(&self, _destination: &Destination) {}
}

/// A clock that stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-11-21T10:15:00Z").unwrap()
    }
}
