//! The pages over their router, on a database of their own.

mod bank;
mod devices;
mod entry;
mod kit;
mod payments;
mod rights;
pub(crate) mod samples;
mod servers;
mod stores;
mod things;
mod trials;
mod words;
mod wrong_inputs;
