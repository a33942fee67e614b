//! The pages over their router, on a database of their own.

mod attacks;
mod bank;
mod devices;
mod doubles;
mod entry;
mod forms;
mod help;
mod html;
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
