//! The door on real sockets.

mod access;
mod fake;
mod hooks;
mod probes;
mod running;
mod screens;
mod serving;
