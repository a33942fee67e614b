//! The adapter against a real RabbitMQ. Run by `cargo xtask test`, which starts one.
//!
//! Tests share the broker; each has names of its own. Those that stop, kill, freeze or starve a broker have their own.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod commands;
mod dead_letters;
mod events;
mod graveyard;
mod lab;
mod objects;
mod outages;
mod stopping;
mod unreadable;
