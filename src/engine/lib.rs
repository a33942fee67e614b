//! Drives payments: load → decide → commit → act.
//!
//! The engine owns every await of the payment's way: it takes commands ([`doors::Intake`]), commits decisions of the pure
//! core through the [`ports::Store`], and only then calls banks and hands events to the [`ports::EventSink`]. Everything
//! in memory (wake wheel, outbox queues) is a faster way to what the rows say; a crash loses none of it.
//!
//! Inside: tokio's `sync` and `time` only, biased `select!`, ordered maps, time from the [`ports::Clock`], ids from
//! [`ports::Ids`]. So the simulation can run this very engine with other parts.

mod act;
mod asking;
mod calls;
pub mod contract;
mod desk;
pub mod doors;
mod engine;
mod epoch;
mod essence;
mod feed;
mod follow;
mod heard;
mod hints;
mod inspection;
mod intake;
mod lanes;
mod limits;
mod links;
mod outbox;
mod outputs;
pub mod ports;
mod registers;
mod screens;
pub mod settings;
mod supersede;
mod unclaimed;
mod wake;
mod wheel;

pub use engine::{Engine, Parts};
pub use inspection::Inspected;
pub use intake::{BODY_AT_MOST_BYTES, VERBS};
pub use limits::{BankCondition, BankPart};
