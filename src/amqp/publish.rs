//! Events, copies and dead letters on their way out.

mod desk;
mod entry;
mod lane;
mod post;
mod publishing;
mod sink;

pub(crate) use post::Post;
pub use publishing::Publishing;
pub(crate) use publishing::build;
pub(crate) use sink::Sink;
