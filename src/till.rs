//! A register's side of the contract over AMQP (contract.md §1): what a till's programmer would write.
//!
//! ```text
//!  send, ask, publish_raw ─▶ post ─▶ checkout.command
//!  events, wait_for ◀─ inbox ◀─ seen ◀─ checkout.till.<store>.<register> ◀─ checkout.event
//! ```
//!
//! [`AmqpRegister::connect`] declares the register's durable queue without arguments and binds it before the first command
//! can go out. Events are taken with a small prefetch, acknowledged after the [`inbox`](Events) has them, and dropped where
//! their message id was seen before. Commands go out persistent and mandatory, one at a time, each until the broker has
//! confirmed it or its caller has stopped waiting: a lost connection is rebuilt for ever, and what was not confirmed is sent
//! again with the same operation. [`AmqpRegister::ask`] also sends again what was confirmed but not answered, as the contract
//! tells tills to do after five seconds of silence.
//!
//! Everything received is kept in memory: this is made for the command line, the demo and the tests.

mod command;
mod essentials;
mod event;
mod inbox;
mod line;
mod options;
mod over_amqp;
mod over_http;
mod post;
mod register;
mod seen;
mod transport;

pub use command::{RawMessage, SendError, Sent};
pub(crate) use essentials::{amount, essentials};
pub use event::Event;
pub use inbox::{Events, Missing};
pub use lapin::BasicProperties;
pub use options::{Options, TillError};
pub use over_http::HttpOptions;
pub use register::{AmqpRegister, AskError};
pub use transport::{Heard, Talk, Transport};
