//! The register itself: what a till's program holds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::ports::Clock;
use payment::{RegisterId, StoreId};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::command::{Content, Letter, RawMessage, SendError, Sent};
use super::event::Event;
use super::inbox::{Events, Inbox, Missing};
use super::line::{self, Line, LinkState};
use super::options::{Options, TillError};
use super::post::Post;
use super::seen::Seen;
use crate::clock::WallClock;

/// How many commands may wait to go out.
const WAITING: usize = 1_024;

/// A register that is connected, and stays so. A clone is another handle; the last one that is dropped disconnects it.
#[derive(Debug, Clone)]
pub struct AmqpRegister {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: Arc<Options>,
    inbox: Arc<Inbox>,
    letters: mpsc::Sender<Letter>,
    state: watch::Receiver<LinkState>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
    _stop_at_the_end: DropGuard,
}

/// Why a command has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Its body has no operation, so no answer can be told to be its own.
    #[error("only a command with an operation has an answer of its own")]
    NoOperation,
    /// It did not go out.
    #[error(transparent)]
    NotSent(#[from] SendError),
    /// It was sent, again and again, and not answered.
    #[error(transparent)]
    Missing(#[from] Missing),
}

impl AmqpRegister {
    /// Connects. Fails when the broker can't be reached, or has not what the service makes there, within
    /// [`Options::connect_within`]; once it was up it is brought up again for ever.
    pub async fn connect(options: Options) -> Result<Self, TillError> {
        connector_sdk::http::install_crypto();
        let register = Self::start(options)?;
        let within = register.inner.options.connect_within;
        let mut state = register.inner.state.clone();
        let up = timeout(within, state.wait_for(|state| *state == LinkState::Up)).await;
        if matches!(up, Ok(Ok(_))) {
            return Ok(register);
        }
        let reason = match &*register.inner.state.borrow() {
            LinkState::Down(reason) => reason.clone(),
            LinkState::Up => "it was lost at once".to_owned(),
        };
        Err(TillError::NotConnected { within_s: within.as_secs(), reason })
    }

    fn start(options: Options) -> Result<Self, TillError> {
        let address = options.address()?;
        let options = Arc::new(options);
        let clock: Arc<dyn Clock> = Arc::new(WallClock::start());
        let (letters, receiver) = mpsc::channel(WAITING);
        let (state, state_seen) = watch::channel(LinkState::Down("not tried yet".to_owned()));
        let (inbox, stop) = (Inbox::new(), CancellationToken::new());
        let line = Line {
            options: Arc::clone(&options),
            address,
            inbox: Arc::clone(&inbox),
            post: Post::new(receiver, Arc::clone(&options), Arc::clone(&clock)),
            clock,
            state,
            stop: stop.clone(),
            seen: Seen::default(),
        };
        let task = Mutex::new(Some(tokio::spawn(line.run())));
        let inner = Inner {
            options,
            inbox,
            letters,
            state: state_seen,
            stop: stop.clone(),
            task,
            _stop_at_the_end: stop.drop_guard(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes and binds the queue of a register that somebody else will be, so that its events wait there.
    pub async fn prepare_queue(options: &Options) -> Result<(), TillError> {
        connector_sdk::http::install_crypto();
        let within = options.connect_within;
        let told = |reason: String| TillError::NotConnected { within_s: within.as_secs(), reason };
        match timeout(within, line::declare_only(options, options.address()?)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(told(error.to_string())),
            Err(_) => Err(told("no answer".to_owned())),
        }
    }

    /// The store.
    pub fn store(&self) -> &StoreId {
        &self.inner.options.store
    }

    /// The register.
    pub fn register(&self) -> &RegisterId {
        &self.inner.options.register
    }

    /// Whether the connection is up now.
    pub fn is_connected(&self) -> bool {
        *self.inner.state.borrow() == LinkState::Up
    }

    /// Sends a command and waits until the broker has it, over as many connections as it takes. Whoever stops waiting
    /// (with a time-out, say) has given it up: it may or may not have been sent.
    pub async fn send(&self, verb: &str, body: &Value) -> Result<Sent, SendError> {
        self.hand_in(Content::command(verb, body)).await
    }

    /// Sends a command and waits for the first event of its operation. After five seconds of silence it is sent again
    /// (contract.md §3).
    pub async fn ask(&self, verb: &str, body: &Value, limit: Duration) -> Result<Arc<Event>, AskError> {
        let operation = body.get("operation").and_then(Value::as_str).ok_or(AskError::NoOperation)?;
        let mut events = self.inner.inbox.read_of(operation);
        events.skip_to_now();
        let asking = async {
            loop {
                self.send(verb, body).await?;
                if let Ok(event) = timeout(self.inner.options.answer_patience, events.next()).await {
                    return Ok(event);
                }
            }
        };
        match timeout(limit, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(Missing { operation: operation.to_owned(), limit, there: Vec::new() }.into()),
        }
    }

    /// Sends any bytes with any properties, once: for tests of what broken tills send.
    pub async fn publish_raw(&self, message: RawMessage) -> Result<Sent, SendError> {
        self.hand_in(Content::Raw(Box::new(message))).await
    }

    async fn hand_in(&self, content: Content) -> Result<Sent, SendError> {
        let (fate, told) = oneshot::channel();
        self.inner.letters.send(Letter { content, fate }).await.map_err(|_| SendError::Closed)?;
        told.await.unwrap_or(Err(SendError::Closed))
    }

    /// All events from the first on, one after the other.
    pub fn events(&self) -> Events {
        self.inner.inbox.read()
    }

    /// All events that have arrived, in order.
    pub fn received(&self) -> Vec<Arc<Event>> {
        self.inner.inbox.all()
    }

    /// How many messages were dropped because their id had been seen.
    pub fn dropped(&self) -> u64 {
        self.inner.inbox.dropped()
    }

    /// Waits for an event of an operation; one that has arrived already counts.
    pub async fn wait_for(
        &self,
        operation: &str,
        wanted: impl Fn(&Event) -> bool,
        limit: Duration,
    ) -> Result<Arc<Event>, Missing> {
        self.inner.inbox.wait_for(operation, wanted, limit).await
    }

    /// Disconnects, for all handles.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        let task = self.inner.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // It can only have been stopped with the runtime.
            let _ = task.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Nobody listens on port 1.
    fn nobody() -> Options {
        let options = Options::new("amqp://till:secret@127.0.0.1:1/%2f".into(), "17", "3").unwrap();
        Options { connect_within: Duration::from_millis(300), ..options }
    }

    #[tokio::test]
    async fn a_broker_that_is_away_is_told_without_its_password() {
        let error = AmqpRegister::connect(nobody()).await.unwrap_err();
        assert!(matches!(error, TillError::NotConnected { .. }), "{error}");
        assert!(!error.to_string().contains("secret") && !format!("{error:?}").contains("secret"));
        assert!(matches!(AmqpRegister::prepare_queue(&nobody()).await, Err(TillError::NotConnected { .. })));
    }

    #[tokio::test]
    async fn a_command_waits_while_there_is_no_broker_and_ends_with_the_register() {
        let register = AmqpRegister::start(nobody()).unwrap();
        let body = json!({"operation": "a"});
        assert!(timeout(Duration::from_millis(200), register.send("get", &body)).await.is_err());
        let closing = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            register.close().await;
        };
        let (sent, ()) = tokio::join!(register.send("get", &body), closing);
        assert_eq!(sent, Err(SendError::Closed));
        assert_eq!(register.send("get", &body).await, Err(SendError::Closed));
        assert!(!register.is_connected());
    }

    #[tokio::test]
    async fn only_a_command_with_an_operation_can_be_asked() {
        let register = AmqpRegister::start(nobody()).unwrap();
        let asked = register.ask("get", &json!({}), Duration::from_secs(1)).await;
        assert!(matches!(asked, Err(AskError::NoOperation)));
        let asked = register.ask("get", &json!({"operation": "a"}), Duration::from_millis(50)).await;
        assert!(matches!(asked, Err(AskError::Missing(_))));
    }
}
