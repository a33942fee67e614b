//! Fresh ids.

/// The only source of randomness that the engine asks.
pub trait Ids: Send + Sync + 'static {
    /// A fresh `UUIDv7` as a number.
    fn fresh(&self) -> u128;
}
