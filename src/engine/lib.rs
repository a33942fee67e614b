//! Drives payments (in the making).

pub mod doors;
pub mod ports;
pub mod settings;
