//! Connections and what the broker must have.

mod declare;
mod line;
mod link;
mod topology;
mod upkeep;

pub(crate) use line::Line;
pub(crate) use link::{Link, Loss, answered, is_silence};
pub(crate) use topology::{Object, for_consuming, for_dead_letters, for_events};
pub(crate) use upkeep::Upkeep;
