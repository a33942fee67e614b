//! Connections and what the broker must have.

mod declare;
mod line;
mod link;
mod topology;

pub(crate) use declare::{ensure, ensure_always};
pub(crate) use line::Line;
pub(crate) use link::{Link, Loss, answered};
pub(crate) use topology::{Object, for_consuming, for_publishing};
