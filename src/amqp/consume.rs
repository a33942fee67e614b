//! Commands on their way in.

mod consumer;
mod consuming;
mod crew;
mod death;
mod hands;
mod headers;
mod letter;
mod role;

pub use consuming::Consuming;
pub(crate) use consuming::Parts;
pub(crate) use death::reason as death_reason;
pub(crate) use letter::Letter;
pub(crate) use role::Role;
