//! What has arrived, in the order of arrival, and waiting for more.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::event::Event;

/// All events of one register since it connected. They only become more.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    all: Arc<Strand>,
    /// The same by operation, so that who waits for one is not woken by the others' events, however many these are.
    of_operations: Mutex<BTreeMap<String, Arc<Strand>>>,
    dropped: AtomicU64,
}

/// Events in the order of their arrival.
#[derive(Debug)]
struct Strand {
    events: Mutex<Vec<Arc<Event>>>,
    count: watch::Sender<usize>,
}

/// The events of a register one after the other, from some point on. Each reader gets them all.
#[derive(Debug, Clone)]
pub struct Events {
    strand: Arc<Strand>,
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
        Arc::default()
    }

    pub(super) fn put(&self, event: Event) {
        let event = Arc::new(event);
        self.all.put(Arc::clone(&event));
        if let Some(operation) = event.operation() {
            self.of_operation(operation).put(Arc::clone(&event));
        }
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
        self.all.lock().clone()
    }

    /// A reader from the first event on.
    pub(super) fn read(&self) -> Events {
        self.all.read()
    }

    /// A reader of an operation's events, from its first on.
    pub(super) fn read_of(&self, operation: &str) -> Events {
        self.of_operation(operation).read()
    }

    /// Waits for an event of the operation; those that are there already count.
    pub(super) async fn wait_for(
        &self,
        operation: &str,
        wanted: impl Fn(&Event) -> bool,
        limit: Duration,
    ) -> Result<Arc<Event>, Missing> {
        let strand = self.of_operation(operation);
        let found = timeout(limit, async { strand.read().find(wanted).await }).await;
        found.map_err(|_| Missing { operation: operation.to_owned(), limit, there: strand.names() })
    }

    fn of_operation(&self, operation: &str) -> Arc<Strand> {
        let mut strands = self.of_operations.lock().unwrap_or_else(PoisonError::into_inner);
        match strands.get(operation) {
            Some(strand) => Arc::clone(strand),
            None => Arc::clone(strands.entry(operation.to_owned()).or_default()),
        }
    }
}

impl Default for Strand {
    fn default() -> Self {
        let (count, _) = watch::channel(0);
        Self { events: Mutex::default(), count }
    }
}

impl Strand {
    fn put(&self, event: Arc<Event>) {
        let mut events = self.lock();
        events.push(event);
        self.count.send_replace(events.len());
    }

    fn read(self: &Arc<Self>) -> Events {
        Events { strand: Arc::clone(self), count: self.count.subscribe(), next: 0 }
    }

    fn names(&self) -> Vec<String> {
        self.lock().iter().map(|event| event.name().to_owned()).collect()
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
            if let Some(event) = self.strand.get(self.next) {
                self.next += 1;
                return event;
            }
            let next = self.next;
            // The sender lives in the strand, which this reader holds.
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
        self.next = self.strand.lock().len();
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
    async fn a_reader_of_an_operation_gets_its_events_only() {
        let inbox = Inbox::new();
        inbox.put(event("payment.accepted", "a"));
        let mut events = inbox.read_of("b");
        inbox.put(event("payment.accepted", "b"));
        inbox.put(event("payment.paid", "a"));
        inbox.put(event("payment.paid", "b"));
        assert_eq!(
            [events.next().await.name(), events.next().await.name()].map(str::to_owned),
            ["payment.accepted", "payment.paid"]
        );
        assert!(timeout(Duration::from_millis(10), events.next()).await.is_err(), "there are no more");
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
