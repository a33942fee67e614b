//! The pages over their router, on a database of their own.

mod entry;
mod kit;
mod rights;
mod stores;
mod words;
