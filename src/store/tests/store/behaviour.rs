//! The rules of the port, by topic.

pub(crate) mod commits;
pub(crate) mod contention;
pub(crate) mod due;
pub(crate) mod epochs;
pub(crate) mod inspections;
pub(crate) mod jobs;
pub(crate) mod outbox;
pub(crate) mod records;
pub(crate) mod registers;
pub(crate) mod searches;
pub(crate) mod unclaimed;
