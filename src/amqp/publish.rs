//! Events, copies and dead letters on their way out.

mod desk;
mod entry;
mod freight;
mod lane;
mod post;
mod publishing;
mod sink;

pub(crate) use freight::Freight;
pub(crate) use post::Post;
pub use publishing::Publishing;
pub(crate) use publishing::build;
pub(crate) use sink::Sink;
