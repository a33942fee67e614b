//! The door on real sockets.

#![expect(clippy::unwrap_used, reason = "a helper that fails should fail the test")]

mod access;
mod api;
mod fake;
mod hooks;
mod pairing;
mod playground;
mod probes;
mod refusals;
mod running;
mod screens;
mod serving;
mod tls;
