//! What screens leave behind: devices that wait to be paired, buyers' ratings, and when screens were last connected.
//!
//! All stand beside the engine, not in its port: no payment depends on them.

mod pairings;
mod ratings;
mod sightings;

pub use pairings::{NewPairing, PAIRING_LASTS, Pairing, code_of_token};
pub use ratings::RatingCount;
pub use sightings::{LastJob, Sighting};
