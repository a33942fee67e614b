//! What screens leave behind: devices that wait to be paired, and buyers' ratings.
//!
//! Both stand beside the engine, not in its port: no payment depends on them.

mod pairings;
mod ratings;

pub use pairings::{NewPairing, PAIRING_LASTS, Pairing, code_of_token};
pub use ratings::RatingCount;
