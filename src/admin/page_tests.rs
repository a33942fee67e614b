//! The pages over their router, on a database of their own.

mod entry;
mod kit;
mod operations;
mod payments;
mod rights;
pub(crate) mod samples;
mod stores;
mod things;
mod words;
