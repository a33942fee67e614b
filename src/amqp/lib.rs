//! The contract with registers over AMQP 0-9-1: bytes between RabbitMQ and the engine.
//!
//! Commands go from three queues to [`engine::doors::Intake`]; events go from [`engine::ports::EventSink`] to one exchange.
//! Nothing is decided here: what a command means is the engine's business, what happens to the *message* is this crate's.
//!
//! ```text
//!              ┌─ q.pay ─────┐                       ┌─ events ─▶ event exchange ─▶ the registers' queues
//!  command ────┼─ q.control ─┼─▶ consume ─▶ engine ──┤
//!  exchange    └─ q.refund ──┘       │               └─ copies ─▶ reply_to queues
//!      └─ unrouted ─────────────────▶│
//!      q.pay after its TTL: expired ▶└─ dead letters ─▶ dead
//! ```
//!
//! # Names
//!
//! All objects are durable and begin with a prefix, `checkout` unless set. Beside those that the contract fixes (§1) there
//! are two of our own: the fanout exchange `checkout.expired` and the quorum queue of the same name, where pays go that
//! outlived their time in `checkout.q.pay`; the service answers them `stale`. `checkout.dead` is a fanout exchange, so that
//! no routing key can be without a place there. Events carry the `app_id` `universal-integrator`.
//!
//! Dead letters keep body (cut to 64 KiB), routing key and properties, except that `user_id` moves to the header
//! `x-user-id` (the broker demands its own there), `expiration`, `priority` and the headers `CC` and `BCC` are taken off, and
//! headers of more than 4 KiB are left out. Added are the headers `x-reason`, `x-exchange`, `x-queue`, `x-dead-at`
//! (RFC 3339) and, where the body was cut, `x-body-bytes`. What the broker itself buries (a message over the delivery limit
//! of `q.control`, `q.refund`, `unrouted` or `expired`) has none of ours and carries its `x-death` instead.
//!
//! # What holds
//!
//! * A message is acknowledged after [`Intake::receive`](engine::doors::Intake::receive) said so, or after its dead letter
//!   is confirmed. A lost acknowledgement means a redelivery, which the engine knows again.
//! * [`Receipt::Later`](engine::doors::Receipt::Later) holds the message and offers it again after a growing pause. It is
//!   never handed back for that, so the broker's delivery limit counts only deliveries that ended with a lost connection.
//!   Before the broker's own patience (30 minutes) ends, a fresh copy is published and the held message acknowledged; a
//!   pay is stale by then and its copy goes to `checkout.expired`.
//! * A message over the delivery limit goes to the dead letters, from the pay queue by way of `checkout.expired`, by
//!   at-least-once dead-lettering: nobody drops it.
//! * Each queue is consumed on a connection of its own. RabbitMQ closes the whole connection when a queue of its own does not
//!   answer (a quorum queue without a leader, after a crash), and nobody else waits for that.
//! * A message that the client library cannot read (a property that is not UTF-8, say) breaks the connection. For a while one
//!   message of its queue is taken at a time, so that only this message runs into its delivery limit.
//! * A publishing ends with the broker's word or, after the time-out, with
//!   [`Delivery::Failed`](engine::ports::Delivery::Failed). What the broker returned is told by the message's own id,
//!   since the client library mixes returned messages up (see `publish/desk.rs`). What is given up before it was sent is not
//!   sent any more; while the broker blocks the connection nothing is begun.
//! * Publishing has another connection, on which every kind of message has a channel of its own: what may fail shares none
//!   with what must not. Each connection is rebuilt for ever with jittered pauses.
//! * Every half minute exchanges, queues and bindings are declared again (or looked for, without leave to declare). What
//!   differs or is missing is in [`Report::findings`], in words that say what to do.
//!
//! # What does not
//!
//! * A refused or lost copy for `reply_to` is not told to anybody.
//! * Bindings of verbs that the configuration does not name any more stay until somebody removes them.
//! * Looking instead of declaring tells whether an object is there, not whether its arguments are right.
//!
//! # Starting and stopping
//!
//! [`Amqp::new`] does no input or output. [`Amqp::split`] gives two loops: [`Publishing::run`] should run first and end
//! last. To stop: cancel the token of [`Consuming::run`] and wait for it, let the engine finish, then cancel the token of
//! [`Publishing::run`] and wait for it.
//!
//! # Logs
//!
//! The client library logs returned messages with their bodies and each lost connection as an error. This crate tells what
//! matters itself, so the service's log filter should contain [`LOG_FILTER`].

mod address;
mod backoff;
mod config;
mod consume;
mod graveyard;
mod health;
mod key;
mod message;
mod names;
mod publish;
mod wire;

use std::sync::Arc;

use engine::ports::{Clock, EventSink};

pub use config::{Config, ConfigError, Prefetch};
pub use consume::Consuming;
pub use graveyard::{DeadLetter, Graveyard, GraveyardError};
pub use health::{ChannelReport, Counts, Health, LinkReport, Report};
pub use publish::Publishing;

use address::Address;
use names::Names;

/// A directive for the service's log filter: the client library's own log stays off, see the crate's page.
pub const LOG_FILTER: &str = "lapin=off";

/// The adapter before it runs.
#[derive(Debug)]
pub struct Amqp {
    health: Health,
    sink: Arc<publish::Sink>,
    consuming: Consuming,
    publishing: Publishing,
}

impl Amqp {
    /// Builds the adapter without any input or output. Fails when the configuration does not [validate](Config::validate).
    ///
    /// The clock dates dead letters.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        config.validate()?;
        let address = Address::parse(&config.uri)?;
        let names = Arc::new(Names::new(&config.prefix));
        let config = Arc::new(config);
        let health = Health::new(&names);
        let (posts, publishing) = publish::build(&config, &names, &address, &health);
        let consuming = Consuming::new(consume::Parts {
            config,
            names: names.clone(),
            address,
            health: health.clone(),
            dead: posts.dead,
            clock,
        });
        let sink = Arc::new(publish::Sink::new(names, posts.events, posts.copies, health.clone()));
        Ok(Self { health, sink, consuming, publishing })
    }

    /// Where the engine puts its events. Works from now on: until a connection is up, events fail after their time-out.
    pub fn sink(&self) -> Arc<dyn EventSink> {
        self.sink.clone()
    }

    /// How the adapter is, at any time.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// The two loops that do the work.
    pub fn split(self) -> (Consuming, Publishing) {
        (self.consuming, self.publishing)
    }
}
