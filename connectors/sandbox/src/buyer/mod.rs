//! The buyer: what a phone with a bank's application does, as a page for people and an API for tests.

pub(crate) mod api;
pub(crate) mod look;
pub(crate) mod page;
