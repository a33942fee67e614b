//! What has arrived, in the order of arrival, and waiting for more.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::event::Event;

/// All events of one register since it connected. They only become more.
#[derive(Debug)]
pub(super) struct Inbox {
    events: Mutex<Vec<Arc<Event>>>,
    count: watch::Sender<usize>,
    dropped: AtomicU64,
}

/// The events of a register one after the other, from some point on. Each reader gets them all.
#[derive(Debug, Clone)]
pub struct Events {
    inbox: Arc<Inbox>,
    count: watch::Receiver<usize>,
    next: usize,
}

/// The event that was waited for did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The operation.
    pub operation: String,
    /// How long it was waited for.
    pub limit: Duration,
    /// The names of the operation's events that were there.
    pub there: Vec<String>,
}

impl std::error::Error for Missing {}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, limit, there } = self;
        write!(formatter, "operation {operation}: what was waited for did not come within {limit:?}; ")?;
        match there.as_slice() {
            [] => formatter.write_str("nothing came"),
            names => write!(formatter, "there were {}", names.join(", ")),
        }
    }
}

impl Inbox {
    pub(super) fn new() -> Arc<Self> {
        let (count, _) = watch::channel(0);
        Arc::new(Self { events: Mutex::default(), count, dropped: AtomicU64::new(0) })
    }

    pub(super) fn put(&self, event: Event) {
        let mut events = self.lock();
        events.push(Arc::new(event));
        self.count.send_replace(events.len());
    }

    /// Counts an event that was seen before.
    pub(super) fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// A snapshot.
    pub(super) fn all(&self) -> Vec<Arc<Event>> {
        self.lock().clone()
    }

    /// A reader from the first event on.
    pub(super) fn read(self: &Arc<Self>) -> Events {
        Events { inbox: Arc::clone(self), count: self.count.subscribe(), next: 0 }
    }

    /// Waits for an event of the operation; those that are there already count.
    pub(super) async fn wait_for(
        self: &Arc<Self>,
        operation: &str,
        wanted: impl Fn(&Event) -> bool,
        limit: Duration,
    ) -> Result<Arc<Event>, Missing> {
        let mut events = self.read();
        let found =
            timeout(limit, events.find(|event| event.operation() == Some(operation) && wanted(event)));
        found.await.map_err(|_| Missing {
            operation: operation.to_owned(),
            limit,
            there: self.names_of(operation),
        })
    }

    fn names_of(&self, operation: &str) -> Vec<String> {
        let events = self.lock();
        let of_operation = events.iter().filter(|event| event.operation() == Some(operation));
        of_operation.map(|event| event.name().to_owned()).collect()
    }

    fn get(&self, place: usize) -> Option<Arc<Event>> {
        self.lock().get(place).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Event>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Events {
    /// The next event. Waits for ever if none comes: give it a limit.
    pub async fn next(&mut self) -> Arc<Event> {
        loop {
            if let Some(event) = self.inbox.get(self.next) {
                self.next += 1;
                return event;
            }
            let next = self.next;
            // The sender lives in the inbox, which this reader holds.
            let _ = self.count.wait_for(|count| *count > next).await;
        }
    }

    /// The next event that is wanted; those before it are passed over.
    pub async fn find(&mut self, wanted: impl Fn(&Event) -> bool) -> Arc<Event> {
        loop {
            let event = self.next().await;
            if wanted(&event) {
                return event;
            }
        }
    }

    /// Passes over everything that is there.
    pub fn skip_to_now(&mut self) {
        self.next = self.inbox.lock().len();
    }
}

#[cfg(test)]
mod tests {
    use lapin::BasicProperties;
    use payment::Timestamp;
    use serde_json::json;

    use super::*;

    fn event(name: &str, operation: &str) -> Event {
        Event {
            routing_key: format!("v1.17.3.{name}"),
            properties: BasicProperties::default(),
            redelivered: false,
            body: json!({ "event": name, "operation": operation }),
            arrived_at: Timestamp::from_micros(0),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_already_is_found_and_what_comes_is_waited_for() {
        let inbox = Inbox::new();
        inbox.put(event("payment.accepted", "a"));
        let limit = Duration::from_secs(5);
        let found = inbox.wait_for("a", |event| event.name() == "payment.accepted", limit).await.unwrap();
        assert_eq!(found.operation(), Some("a"));
        let waiting = inbox.wait_for("a", |event| event.name() == "payment.paid", limit);
        let coming = async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            inbox.put(event("payment.paid", "b"));
            inbox.put(event("payment.paid", "a"));
        };
        let (found, ()) = tokio::join!(waiting, coming);
        assert_eq!(found.unwrap().operation(), Some("a"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_is_told_with_what_there_was() {
        let inbox = Inbox::new();
        inbox.put(event("payment.accepted", "a"));
        inbox.put(event("payment.paid", "b"));
        let limit = Duration::from_secs(5);
        let missing = inbox.wait_for("a", |event| event.name() == "payment.paid", limit).await.unwrap_err();
        assert_eq!(missing.there, ["payment.accepted"]);
        assert!(
            missing.to_string().contains("operation a") && missing.to_string().contains("5s"),
            "{missing}"
        );
    }

    #[tokio::test]
    async fn every_reader_gets_every_event_in_order() {
        let inbox = Inbox::new();
        let (mut early, mut late) = (inbox.read(), inbox.read());
        for operation in ["a", "b", "c"] {
            inbox.put(event("payment.accepted", operation));
        }
        for operation in ["a", "b", "c"] {
            assert_eq!(early.next().await.operation(), Some(operation));
        }
        late.skip_to_now();
        inbox.put(event("payment.accepted", "d"));
        assert_eq!(late.next().await.operation(), Some("d"));
        assert_eq!(inbox.all().len(), 4);
    }
}
