//! The pages over their router, on a database of their own.

mod attacks;
mod bank;
mod devices;
mod entry;
mod help;
mod kit;
mod operations;
mod payments;
mod rights;
pub(crate) mod samples;
mod second;
mod servers;
mod stores;
mod things;
mod trials;
mod words;
mod wrong_inputs;
