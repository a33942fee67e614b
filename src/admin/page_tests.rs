//! The pages over their router, on a database of their own.

mod attacks;
mod entry;
mod help;
mod kit;
mod operations;
mod payments;
mod rights;
pub(crate) mod samples;
mod second;
mod stores;
mod things;
mod words;
